package task

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/receipt"
)

func taskReceiptCmd() *cobra.Command {
	var (
		c     connect.Flags
		out   string
		since int64
		wait  time.Duration
		final bool
	)
	cmd := &cobra.Command{
		Use: "receipt ID", Short: "Write a file that proves the answer of a task to others",
		Long: `Write a file that proves to others, without a node and without trust in you, which answer the chain accepted for a task:
credence receipt verify reads it. The answer has to be final: accepted, and no longer open to a challenge. With --final the command waits until it is.

The file has the records of the task, its deal and its request, their proofs, and the signatures of the validators. Where the
validators changed since the earliest block that the node has, it has the headers that lead from those to today's. With --since
it begins at a block that the verifier trusts.`,
		Example: "  credenced task receipt 3f2a5c0e9d8b --out receipt.json",
		Args:    cli.Exactly("ID"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if since < 0 {
				return fmt.Errorf("--since %d: expected a height from 1", since)
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				id, err := resolveTask(ctx, l.Conn, args[0], "a receipt is of one")
				if err != nil {
					return err
				}
				make := func() (r *receipt.Receipt, without, err error) {
					limited, cancel := context.WithTimeout(ctx, wait)
					defer cancel()
					r, without, err = credence.Receipt(limited, l.Conn, id, credence.ReceiptOptions{Sources: append(l.Stores, l.Holders...), Since: since})
					if err != nil && limited.Err() != nil && ctx.Err() == nil {
						err = &cli.Problem{
							What: fmt.Sprintf("there is no receipt within %s: %v", wait, err), Err: err, Exit: cli.ExitStalled,
							Next: "see whether the chain makes blocks, and give it longer with --wait",
						}
					}
					return r, without, err
				}
				if final {
					make = waitForFinal(ctx, cmd.ErrOrStderr(), time.Second, make)
				}
				r, without, err := make()
				if err != nil {
					return receiptProblem(id, err)
				}
				return writeReceipt(cmd, r, without, out)
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write (default: the first digits of the task's id and .receipt.json; - for standard output)")
	cmd.Flags().Int64Var(&since, "since", 0, "height of a block that the verifier trusts, from which the receipt leads on")
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "how long to wait for the two blocks that sign the state")
	cmd.Flags().BoolVar(&final, "final", false, "wait until the answer can no longer be challenged, or is overturned")
	c.Add(cmd.Flags(), false)
	return cmd
}

// waitForFinal returns a function that calls make again and again, with a pause, as long as the answer can still be challenged. It prints
// once what it waits for.
func waitForFinal(ctx context.Context, say io.Writer, pause time.Duration, make func() (*receipt.Receipt, error, error)) func() (*receipt.Receipt, error, error) {
	return func() (*receipt.Receipt, error, error) {
		for told := false; ; told = true {
			r, without, err := make()
			if reason, is := receipt.IsRefusal(err); !is || reason != receipt.ReasonProvisional {
				return r, without, err
			}
			if !told {
				fmt.Fprintf(say, "waiting: %v\n", err)
			}
			select {
			case <-ctx.Done():
				return nil, nil, err
			case <-time.After(pause):
			}
		}
	}
}

// receiptProblem adds to an error what to do when there is no receipt.
func receiptProblem(id string, err error) error {
	reason, is := receipt.IsRefusal(err)
	if !is {
		return err
	}
	p := &cli.Problem{What: "there is no receipt of task " + credence.ShortDigest(id) + ": " + err.Error(), Err: err, Exit: cli.ExitUnproven}
	switch reason {
	case receipt.ReasonRunning:
		p.Next, p.Exit = "wait for its end: credenced task watch "+credence.ShortDigest(id), cli.ExitNotEnded
	case receipt.ReasonProvisional:
		p.Next, p.Exit = "wait until it is final: credenced task receipt "+credence.ShortDigest(id)+" --final", cli.ExitNotEnded
	case receipt.ReasonRefunded:
		p.Exit = cli.ExitNoVerdict
	}
	return p
}

func writeReceipt(cmd *cobra.Command, r *receipt.Receipt, without error, out string) error {
	file, err := r.Encode()
	if err != nil {
		return err
	}
	if out == "-" {
		_, err = cmd.OutOrStdout().Write(file)
		return err
	}
	if out == "" {
		out = credence.ShortDigest(r.Task) + ".receipt.json"
	}
	if err := cli.MakeFolderOf(out); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if err := os.WriteFile(out, file, 0o644); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s proves the answer of task %s as of height %d, in %d bytes.\n", out, credence.ShortDigest(r.Task), r.Height, len(file))
	if without != nil {
		fmt.Fprintf(cmd.OutOrStdout(), "It has no manifest, so that files cannot be checked against it: %v\n", without)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Whoever has it can check it without a node, with a set of validators that they trust:\n  %[1]s receipt verify %[2]s --trust HASH\nA node says what its validators hash to with %[1]s receipt trust.\n", cli.Program, cli.ShellQuote(out))
	return nil
}
