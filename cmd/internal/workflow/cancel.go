package workflow

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/workflow"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

func cancelCmd() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use: "cancel FILE", Short: "Take back the nodes that wait; their money comes back", Args: cli.Exactly("FILE"), PersistentPreRunE: cli.NoPrepare,
		Long: `Take back the nodes of a workflow that wait for other nodes or for offers: all of their money comes back. What runs, runs on to its end and
is paid; "credenced task cancel" takes back what of it no worker was drawn for.`,
		Example: "  credenced workflow cancel words.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.withJournal(cmd, args[0], func(ctx context.Context, l *connect.Link, d *definition, j *workflow.Journal) error {
				if err := f.chain.LoadKeys(cmd, l); err != nil {
					return err
				}
				return f.cancelWaiting(ctx, cmd, l, d, j)
			})
		},
	}
	f.addJournalFlags(cmd.Flags(), "text or json")
	f.chain.Add(cmd.Flags(), true)
	return cmd
}

// cancelWaiting cancels the requests that wait. Those that wait for others come first, so that each ends by its own cancelling.
func (f *runFlags) cancelWaiting(ctx context.Context, cmd *cobra.Command, l *connect.Link, d *definition, j *workflow.Journal) error {
	list, err := readProgress(ctx, l.Conn, d, j)
	if err != nil {
		return err
	}
	order, err := d.graph().Order()
	if err != nil {
		return err
	}
	slices.Reverse(order)
	sender, err := client.NewSender(l.Conn, l.Requester, client.SenderOptions{})
	if err != nil {
		return err
	}
	for _, name := range order {
		p := list[slices.IndexFunc(list, func(p nodeProgress) bool { return p.Node == name })]
		if !p.cancels {
			continue
		}
		if _, err := sender.Do(ctx, &markettypes.MsgCancelRequest{Requester: l.Requester.Address(), Id: p.Request}); err != nil {
			return d.find(name).explain(err)
		}
		if f.output == "text" {
			fmt.Fprintf(cmd.OutOrStdout(), "node %s is cancelled; %s come back\n", name, cli.FormatCRED(p.Locked))
		}
	}
	return f.tellCancelled(ctx, cmd, l, d, j)
}

// tellCancelled prints what is left.
func (f *runFlags) tellCancelled(ctx context.Context, cmd *cobra.Command, l *connect.Link, d *definition, j *workflow.Journal) error {
	list, err := readProgress(ctx, l.Conn, d, j)
	switch {
	case err != nil:
		return err
	case f.output == "json":
		return printer.PrintJSON(cmd.OutOrStdout(), list)
	}
	return printProgress(cmd.OutOrStdout(), list)
}
