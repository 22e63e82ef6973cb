// Package receipt has the commands for people who are shown a receipt: to verify it, and to ask nodes for a block that could be trusted.
package receipt

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/receipt"
)

// NewCommand returns the command "receipt" with its subcommands.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "receipt", Short: "Verify the proof of an answer, without a node", PersistentPreRunE: cli.NoPrepare,
	}
	cmd.AddCommand(verifyCmd(), trustCmd())
	return cmd
}

// verdict is the result of "receipt verify", for --output json.
type verdict struct {
	Proven bool `json:"proven"`
	// Reason is the reason of a refusal in one word, and What says in a sentence what is wrong.
	Reason receipt.Reason `json:"reason,omitempty"`
	What   string         `json:"what,omitempty"`
	// Statement is what the receipt of a task proves, Feed what the receipt of a feed proves.
	Statement *receipt.Statement     `json:"statement,omitempty"`
	Feed      *receipt.FeedStatement `json:"feed,omitempty"`
	// FilesChecked says that the folder was compared with the answer and has exactly the answer's files.
	FilesChecked bool `json:"files_checked"`
}

func verifyCmd() *cobra.Command {
	var (
		trustText, files, output string
		expected                 receipt.Expected
	)
	cmd := &cobra.Command{
		Use: "verify FILE", Short: "Verify a receipt against validators that you trust, and say what it proves",
		Long: `Verify a receipt, of a task's answer or of a feed's value, against validators that you trust, and say what it proves. No node is asked and nothing but the file, and the
folder of --files, is read.

--trust is the hash of a set of validators, 64 hexadecimal digits, or HEIGHT:HASH of a block. It has to come from somebody whom you
believe, such as several of the organisations that validate the chain: credenced receipt trust prints what a node says. What
stands in the receipt is no reason to trust it.

The exit status is 0 when the answer is proven, and 15 when it is not.`,
		Example: `  credenced receipt verify 3f2a5c0e9d8b.receipt.json --trust 5E1F...9A --files result
  credenced receipt verify receipt.json --trust 1200:77C0...31 --chain-id credence-1 --output json`,
		Args: cli.Exactly("FILE"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			if trustText == "" {
				return &cli.Problem{What: "--trust is missing: a receipt is worth what its validators are", Next: "credenced receipt verify --help", Exit: cli.ExitUsage}
			}
			trust, err := receipt.ParseTrust(trustText)
			if err != nil {
				return &cli.Problem{What: "--trust: " + err.Error(), Exit: cli.ExitUsage}
			}
			v, err := verifyFile(cmd.Context(), args[0], trust, expected, files)
			if v == nil {
				return err
			}
			if output == "json" {
				if err := printer.PrintJSON(cmd.OutOrStdout(), v); err != nil {
					return err
				}
			} else if v.Feed != nil {
				writeFeed(cmd.OutOrStdout(), v.Feed)
			} else if v.Proven {
				writeStatement(cmd.OutOrStdout(), v.Statement, files)
			}
			if err != nil {
				return &cli.Problem{What: fmt.Sprintf("not proven (%s): %v", v.Reason, err), Err: err, Exit: cli.ExitUnproven}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&trustText, "trust", "", "what you trust: the HASH of a set of validators, or HEIGHT:HASH of a block")
	cmd.Flags().StringVar(&files, "files", "", "folder that has to hold the files of the answer, and nothing else")
	cmd.Flags().StringVar(&expected.Chain, "chain-id", "", "refuse a receipt of any other chain")
	cmd.Flags().StringVar(&expected.Task, "task", "", "refuse a receipt of any other task, by its whole id")
	cmd.Flags().StringVar(&expected.Digest, "digest", "", "refuse a receipt of any other answer, sha256:...")
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	return cmd
}

// verifyFile reads and verifies the file. If something is not proven, it returns a verdict and an error. If the file cannot be examined at
// all, it returns no verdict.
func verifyFile(ctx context.Context, file string, trust receipt.Trust, expected receipt.Expected, files string) (*verdict, error) {
	if info, err := os.Stat(file); err != nil {
		return nil, err
	} else if info.Size() > receipt.MaxBytes {
		return nil, fmt.Errorf("%s has %d bytes, and a receipt at most %d", file, info.Size(), receipt.MaxBytes)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	v := &verdict{}
	if receipt.IsFeed(data) {
		err = v.verifyFeed(data, trust, expected, files)
	} else {
		err = v.verifyTask(ctx, data, trust, expected, files)
	}
	if err == nil {
		v.Proven = true
		return v, nil
	}
	reason, is := receipt.IsRefusal(err)
	if !is {
		return nil, err
	}
	return &verdict{Reason: reason, What: err.Error()}, err
}

// verifyTask verifies the receipt of a task.
func (v *verdict) verifyTask(ctx context.Context, data []byte, trust receipt.Trust, expected receipt.Expected, files string) error {
	r, err := receipt.Decode(data)
	if err != nil {
		return err
	}
	if v.Statement, err = receipt.Verify(r, trust, expected); err != nil || files == "" {
		return err
	}
	err = receipt.CheckFiles(ctx, r, files)
	v.FilesChecked = err == nil
	return err
}

// verifyFeed verifies the receipt of a feed's value. Such a receipt has no files.
func (v *verdict) verifyFeed(data []byte, trust receipt.Trust, expected receipt.Expected, files string) error {
	if files != "" {
		return &cli.Problem{What: "--files: this is the receipt of a feed, whose value is in it; expected one of a task", Exit: cli.ExitUsage}
	}
	r, err := receipt.DecodeFeed(data)
	if err == nil {
		v.Feed, err = receipt.VerifyFeed(r, trust, expected)
	}
	return err
}

// trusted is a block that a node reports, for --output json.
type trusted struct {
	Chain string `json:"chain"`
	Set   string `json:"set"`
	Block string `json:"block"`
	// Validators are ordered by address, with their voting powers.
	Validators []validator `json:"validators"`
}

type validator struct {
	Address string `json:"address"`
	Power   int64  `json:"power,string"`
}

func trustCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
	)
	cmd := &cobra.Command{
		Use: "trust", Short: "Show what a node says of its validators, to be compared with what others say",
		Long: `Show the hash of the validators of a node's latest block, and that block with its hash: what receipt verify takes as --trust. A
node can say what it likes. Ask nodes of several organisations that you believe, compare what they say, and keep it.`,
		Args: cli.Exactly(), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.OneOf("--output", output, "text", "json", "id"); err != nil {
				return err
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				set, block, validators, err := credence.TrustOfNode(ctx, l.Conn)
				if err != nil {
					return err
				}
				t := trusted{Chain: l.Conn.ChainID(), Set: set.String(), Block: block.String()}
				for _, v := range validators {
					t.Validators = append(t.Validators, validator{Address: v.Address.String(), Power: v.VotingPower})
				}
				return printTrust(cmd.OutOrStdout(), l.Conn.Endpoint(), t, output)
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text, json, or id for the hash of the validators alone, as --trust takes it")
	c.AddChain(cmd.Flags())
	return cmd
}

// printTrust prints what a node says of its validators.
func printTrust(out io.Writer, endpoint string, t trusted, output string) error {
	switch output {
	case "json":
		return printer.PrintJSON(out, t)
	case "id":
		return printer.PrintIDs(out, []string{t.Set}, func(set string) string { return set })
	}
	fmt.Fprintf(out, "%s says of %s:\n\n  validators  %s\n  block       %s\n\n", endpoint, t.Chain, t.Set, t.Block)
	if err := printer.PrintTable(out, []printer.Column[validator]{
		printer.NewColumn("VALIDATOR", func(v validator) string { return v.Address }),
		printer.NewColumn("POWER", func(v validator) string { return fmt.Sprint(v.Power) }),
	}, t.Validators); err != nil {
		return err
	}
	_, err := fmt.Fprint(out, "\nCompare it with what nodes of other organisations say. Then:\n  ", cli.Program, " receipt verify FILE --trust ", t.Set, "\n")
	return err
}
