package feed

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/receipt"
)

func feedReceiptCmd() *cobra.Command {
	var (
		c     connect.Flags
		out   string
		since int64
		wait  time.Duration
	)
	cmd := &cobra.Command{
		Use: "receipt FEED", Short: "Write a file that proves a feed's latest value to others",
		Long: `Write a file that proves to others, without a node and without trust in you, what the latest value of a feed is as of now:
credence receipt verify reads it. FEED is OWNER/NAME, an id, or the NAME of one of yours.`,
		Example: "  credenced feed receipt acme/euro-rate --out rate.json",
		Args:    cli.Exactly("FEED"), PersistentPreRunE: cli.NoPrepare,
		RunE: func(cmd *cobra.Command, args []string) error {
			if since < 0 {
				return fmt.Errorf("--since %d: expected a height from 1", since)
			}
			return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
				found, err := findFeed(ctx, cmd, &c, l, args[0])
				if err != nil {
					return err
				}
				limited, cancel := context.WithTimeout(ctx, wait)
				defer cancel()
				r, err := credence.FeedReceipt(limited, l.Conn, found.Feed.Id, credence.ReceiptOptions{Since: since})
				if err != nil {
					return receiptProblem(args[0], err)
				}
				file, err := r.Encode()
				if err != nil {
					return err
				}
				if out == "-" {
					_, err = cmd.OutOrStdout().Write(file)
					return err
				}
				if out == "" {
					out = found.Feed.Name + ".receipt.json"
				}
				if err := os.WriteFile(out, file, 0o644); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s proves the latest value of %s/%s as of height %d, in %d bytes.\n", out, found.Feed.Owner(), found.Feed.Name, r.Height, len(file))
				fmt.Fprintf(cmd.OutOrStdout(), "Whoever has it can check it without a node:\n  %s receipt verify %s --trust HASH\n", cli.Program, cli.ShellQuote(out))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write (default: the feed's name and .receipt.json; - for standard output)")
	cmd.Flags().Int64Var(&since, "since", 0, "height of a block that the verifier trusts, from which the receipt leads on")
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "how long to wait for the two blocks that sign the state")
	c.Add(cmd.Flags(), true)
	return cmd
}

// receiptProblem adds to an error what to do when there is no receipt.
func receiptProblem(feed string, err error) error {
	reason, is := receipt.IsRefusal(err)
	if !is {
		return err
	}
	p := &cli.Problem{What: "there is no receipt of the feed " + printable.Name(feed) + ": " + err.Error(), Err: err, Exit: cli.ExitUnproven}
	if reason == receipt.ReasonRunning {
		p.Exit = cli.ExitNotEnded
	}
	return p
}
