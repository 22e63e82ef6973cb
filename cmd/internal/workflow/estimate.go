package workflow

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
)

// nodeEstimate is what a node would cost.
type nodeEstimate struct {
	Node string `json:"node"`
	// Open says that the number of tasks, or what they read, depends on results of other nodes. The estimate is then for one task, or for the
	// part of the bag that is known.
	Open bool `json:"open"`
	*client.Estimate
	Error string `json:"error,omitempty"`
}

func estimateCmd() *cobra.Command {
	var (
		c      connect.Flags
		output string
	)
	cmd := &cobra.Command{
		Use: "estimate FILE", Short: "Say what a workflow would cost, node by node", Args: cli.Exactly("FILE"), PersistentPreRunE: cli.NoPrepare,
		Long: `Say what a workflow would cost, node by node, with the orders that there are now. How many tasks a node has that maps over the
results of another is not known before that has run: its price is that of one task then.`,
		Example: "  credenced workflow estimate words.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cli.OneOf("--output", output, "text", "json"); err != nil {
				return err
			}
			return withDefinition(args[0], func(d *definition) error {
				if err := d.check(); err != nil {
					return err
				}
				return connect.WithLink(cmd, &c, func(ctx context.Context, l *connect.Link) error {
					if err := c.LoadKeys(cmd, l); err != nil {
						return err
					}
					r := &client.Runner{Conn: l.Conn, Requester: l.Requester, Provider: l.Provider, Stores: l.Stores, StoreToken: c.StoreToken}
					var list []nodeEstimate
					for _, n := range d.nodes {
						job, open, err := n.known()
						if err != nil {
							return err
						}
						e, err := r.Estimate(ctx, job)
						if e == nil {
							return n.explain(err)
						}
						one := nodeEstimate{Node: n.name, Open: open, Estimate: e}
						if err != nil {
							one.Error = cli.Explain(err).Error()
						}
						list = append(list, one)
					}
					if output == "json" {
						return printer.PrintJSON(cmd.OutOrStdout(), list)
					}
					return printEstimates(cmd, list)
				})
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	c.Add(cmd.Flags(), true)
	return cmd
}

func printEstimates(cmd *cobra.Command, list []nodeEstimate) error {
	out := cmd.OutOrStdout()
	price := func(e nodeEstimate, each uint64) string {
		switch {
		case e.Plan == nil:
			return "not known"
		case e.Open:
			return cli.FormatCRED(each) + " a task"
		}
		return cli.FormatCRED(each * e.Tasks)
	}
	var expected, locked uint64
	open := false
	for _, e := range list {
		open = open || e.Open || e.Plan == nil
		if e.Plan != nil {
			expected, locked = expected+e.Expected*e.Tasks, locked+e.MaxPrice*e.Tasks
		}
	}
	err := printer.PrintTable(out, []printer.Column[nodeEstimate]{
		printer.NewColumn("NODE", func(e nodeEstimate) string { return e.Node }),
		printer.NewColumn("TASKS", func(e nodeEstimate) string {
			if e.Open {
				return "?"
			}
			return fmt.Sprint(e.Tasks)
		}),
		printer.NewColumn("PRICE", func(e nodeEstimate) string { return price(e, e.Expected) }),
		printer.NewColumn("AT MOST", func(e nodeEstimate) string { return price(e, e.MaxPrice) }),
		printer.NewColumn("CHECKED", func(e nodeEstimate) string {
			if e.Plan == nil {
				return "new here: publish " + strings.Join(e.New, ", ")
			}
			return cli.PlanText(e.Plan)
		}),
	}, list)
	if err != nil {
		return err
	}
	least := ""
	if open {
		least = "at least "
	}
	fmt.Fprintf(out, "In all about %s%s; %s%s is locked, one node after the other, and what is not spent comes back.\n", least, cli.FormatCRED(expected), least, cli.FormatCRED(locked))
	for _, e := range list {
		if e.Error != "" {
			fmt.Fprintf(out, "node %s: %s\n", e.Node, e.Error)
		}
	}
	return nil
}
