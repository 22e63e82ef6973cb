// Package network has the commands that set up a network and join it.
package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/ceremony"
	"github.com/credence-chain/credence/internal/cli"
)

// This file has the steps of a ceremony that one person takes for all: "init" writes the plan, and "collect" turns the founders'
// applications into a genesis. The genesis is a function of the plan and the applications. So every founder can collect for itself, and
// nobody has to trust whoever does it: the founders compare the hash that is printed. The rules of a ceremony are in package ceremony.

// Chain is what the commands need from the application: default states, the codec, and the check of a genesis.
type Chain struct {
	Defaults map[string]json.RawMessage
	Codec    codec.Codec
	Check    func(map[string]json.RawMessage) error
}

// NewChain returns the Chain of an application.
func NewChain(a *app.App) Chain {
	return Chain{Defaults: a.DefaultGenesis(), Codec: a.Encoding.Codec, Check: func(state map[string]json.RawMessage) error {
		return a.BasicManager.ValidateGenesis(a.Encoding.Codec, a.Encoding.TxConfig, state)
	}}
}

// Command returns the command "network" with its subcommands.
func Command(chain Chain) *cobra.Command {
	cmd := &cobra.Command{
		Use: "network", Short: "Bring a network up over many machines, and join it",
		Long: `Bring a network up over many machines, and join it.

  one founder    credenced network init --chain-id amber-1 --founder amber,birch,cedar,delta   writes plan.json
  each founder   credenced network apply --organisation amber --address HOST:26656             writes amber.application.json
  anybody        credenced network collect *.application.json        writes genesis.json and peers.txt; all compare its hash
  each machine   credenced network join --genesis genesis.json --hash sha256:... --peers @peers.txt
                 credenced start

docs/operator.md goes through it.`,
		// no configuration is read, because this command makes the node's configuration
		PersistentPreRunE: func(*cobra.Command, []string) error { return nil },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(initCmd(), applyCmd(), collectCmd(chain), joinCmd())
	return cmd
}

// homeFlag adds the flag for the node's folder.
func homeFlag(f *pflag.FlagSet, home *string) {
	byDefault := app.DefaultHome
	if env := os.Getenv("CREDENCED_HOME"); env != "" {
		byDefault = env
	}
	f.StringVar(home, "home", byDefault, "the node's folder")
}

func initCmd() *cobra.Command {
	p := ceremony.DefaultPlan("", time.Time{})
	var (
		out, funds, accountFunds, bond, stake, price, fuel, at string
		voting, expedited                                      time.Duration
		categories                                             []string
		noPool                                                 bool
	)
	cmd := &cobra.Command{
		Use: "init", Short: "Write the plan of a new network: its founders and parameters", Args: cobra.NoArgs,
		Example: "credenced network init --chain-id amber-1 --founder amber,birch,cedar,delta --genesis-time 2027-01-11T09:00:00Z",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p.GenesisTime = time.Now().UTC().Truncate(time.Second)
			if at != "" {
				var err error
				if p.GenesisTime, err = time.Parse(time.RFC3339, at); err != nil {
					return fmt.Errorf("--genesis-time %q: expected a time such as 2027-01-11T09:00:00Z", at)
				}
				p.GenesisTime = p.GenesisTime.UTC()
			}
			amounts := []amount{{"funds", funds, &p.OperatorFunds}, {"account-funds", accountFunds, &p.AccountFunds}, {"bond", bond, &p.WorkerBond}}
			if noPool {
				p.Pool = nil
			} else {
				p.Pool.Categories = categories
				amounts = append(amounts, amount{"stake", stake, &p.Pool.Stake}, amount{"price", price, &p.Pool.Price})
				n, err := cli.ParseFuel(fuel)
				if err != nil {
					return fmt.Errorf("--max-fuel: %w", err)
				}
				p.Pool.MaxFuel = n
			}
			for _, a := range amounts {
				n, err := cli.ParseCRED(a.text)
				if err != nil {
					return fmt.Errorf("--%s: %w", a.flag, err)
				}
				*a.into = n
			}
			p.VotingPeriod, p.ExpeditedVotingPeriod = ceremony.Duration(voting), ceremony.Duration(expedited)
			if expedited == 0 {
				p.ExpeditedVotingPeriod = ceremony.Duration(voting / 2)
			}
			if err := p.Validate(); err != nil {
				return err
			}
			if err := refuseExisting(out); err != nil {
				return err
			}
			if err := p.Save(out); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: the plan of %s, hash %s\nSend it to: %s. Each applies with: credenced network apply\n", out, p.ChainID, p.Hash()[:16], strings.Join(p.Founders, ", "))
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&p.ChainID, "chain-id", "", "the chain's name")
	f.StringSliceVar(&p.Founders, "founder", nil, "id of an organisation that gets a seat; repeatable")
	f.StringVar(&at, "genesis-time", "", "when the chain begins, in UTC (default now)")
	f.StringVar(&out, "out", "plan.json", "file to write")
	f.StringVar(&funds, "funds", cli.FormatCRED(p.OperatorFunds), "coins of each founder's operator")
	f.StringVar(&accountFunds, "account-funds", cli.FormatCRED(p.AccountFunds), "coins of each of its other accounts")
	f.StringVar(&bond, "bond", cli.FormatCRED(p.WorkerBond), "stake of each worker")
	f.DurationVar(&voting, "voting-period", time.Duration(p.VotingPeriod), "how long the council votes")
	f.DurationVar(&expedited, "expedited-voting-period", 0, "how long it votes on what hurries (default half of that)")
	f.StringVar(&stake, "stake", cli.FormatCRED(p.Pool.Stake), "stake locked for each assignment in the public pool")
	f.StringVar(&price, "price", cli.FormatCRED(p.Pool.Price), "price of each right replica in the public pool")
	f.StringVar(&fuel, "max-fuel", cli.FormatFuel(p.Pool.MaxFuel), "largest fuel limit that the public pool takes")
	f.StringSliceVar(&categories, "category", nil, "category of requests that the pool takes besides those without one")
	f.BoolVar(&noPool, "no-pool", false, "make no public pool")
	_ = cmd.MarkFlagRequired("chain-id")
	_ = cmd.MarkFlagRequired("founder")
	return cmd
}

type amount struct {
	flag, text string
	into       *uint64
}

// refuseExisting returns an error if the file exists, so that no file is overwritten.
func refuseExisting(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: choose another --out, or remove it", path)
	}
	return nil
}

func collectCmd(chain Chain) *cobra.Command {
	var plan, out string
	cmd := &cobra.Command{
		Use: "collect APPLICATION...", Short: "Check all founders' applications and write the genesis",
		Long: `Check all founders' applications and write the genesis, and the founders' nodes as peers. The genesis is a function of the
plan and the applications, in whatever order they are given: everybody who collects them has the same file, and the
founders compare the hash that is printed.`,
		Example: "credenced network collect --plan plan.json *.application.json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := ceremony.LoadPlan(plan)
			if err != nil {
				return err
			}
			var list []ceremony.Application
			for _, path := range args {
				a, err := ceremony.LoadApplication(path)
				if err != nil {
					return err
				}
				list = append(list, a)
			}
			c, err := ceremony.Collect(p, list, chain.Defaults, chain.Codec)
			if err != nil {
				return err
			}
			if err := checkGenesis(chain, c.Genesis); err != nil {
				return err
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return err
			}
			for name, content := range map[string][]byte{"genesis.json": c.Genesis, "peers.txt": []byte(strings.Join(c.Peers(), "\n") + "\n")} {
				if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil {
					return err
				}
			}
			printFounders(cmd.OutOrStdout(), c)
			fmt.Fprintf(cmd.OutOrStdout(), "\n%s: %s\nAll founders compare this hash before they start.\n", filepath.Join(out, "genesis.json"), c.Hash)
			return nil
		},
	}
	cmd.Flags().StringVar(&plan, "plan", "plan.json", "the plan")
	cmd.Flags().StringVar(&out, "out", ".", "folder to write genesis.json and peers.txt to")
	return cmd
}

func checkGenesis(chain Chain, file []byte) error {
	var doc struct {
		State map[string]json.RawMessage `json:"app_state"`
	}
	if err := json.Unmarshal(file, &doc); err != nil {
		return err
	}
	if err := chain.Check(doc.State); err != nil {
		return fmt.Errorf("the genesis would not be valid: %w", err)
	}
	return nil
}

func printFounders(out io.Writer, c *ceremony.Collection) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FOUNDER\tOPERATOR\tNODE\tWORKERS")
	for _, a := range c.Founders {
		workers := []string{}
		for _, w := range a.Workers {
			workers = append(workers, w.Endpoint)
		}
		if len(workers) == 0 {
			workers = []string{"none"}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", a.Organisation, a.Operator.Address, a.Node.Peer(), strings.Join(workers, " "))
	}
	t.Flush()
}
