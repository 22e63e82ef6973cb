package workflow

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/workflow"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file shows how far a workflow is: what the journal says of each node, and what the chain says of its request.

// nodeProgress is how far a node is. Amounts are in ucred.
type nodeProgress struct {
	Node    string `json:"node"`
	State   string `json:"state"`
	Request string `json:"request,omitempty"`
	// WaitsFor are the nodes, or the requests of no node, whose ends the chain awaits.
	WaitsFor []string `json:"waits_for,omitempty"`
	Tasks    uint64   `json:"tasks,omitempty"`
	Ended    uint64   `json:"ended,omitempty"`
	Accepted uint64   `json:"accepted,omitempty"`
	// Locked is what is held for it now, Paid what was spent, and Refunded what came back.
	Locked   uint64 `json:"locked"`
	Paid     uint64 `json:"paid"`
	Refunded uint64 `json:"refunded"`
	Why      string `json:"why,omitempty"`

	cancels bool // cancelling it gives all of its money back
}

// readProgress reads how far all nodes are.
func readProgress(ctx context.Context, conn *client.Conn, d *definition, j *workflow.Journal) ([]nodeProgress, error) {
	names := map[string]string{} // of the nodes, by their requests
	for _, n := range d.nodes {
		if s := j.Node(n.name); s.Request != "" {
			names[s.Request] = n.name
		}
	}
	var list []nodeProgress
	for _, n := range d.nodes {
		s := j.Node(n.name)
		p := nodeProgress{Node: n.name, State: string(s.Status), Request: s.Request, Paid: s.Paid, Why: s.Why}
		if s.Status == workflow.Waiting || s.Status == workflow.Begun {
			p.State = "not submitted"
		}
		if s.Request != "" {
			if err := p.readRequest(ctx, conn, names); err != nil {
				return nil, err
			}
		}
		list = append(list, p)
	}
	return list, nil
}

// readRequest adds what the chain says of the node's request. What the journal knows of its end stays.
func (p *nodeProgress) readRequest(ctx context.Context, conn *client.Conn, names map[string]string) error {
	res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: p.Request})
	if connect.IsUnknown(err) {
		return nil
	}
	if err != nil {
		return err
	}
	r := res.Request
	deals, err := client.DealsOf(ctx, conn, r)
	if err != nil {
		return err
	}
	p.Tasks, p.Locked, p.Paid, p.cancels = r.Job.Size_, r.Escrow, 0, r.HoldsBudget()
	for _, d := range deals {
		p.Ended, p.Accepted, p.Locked = p.Ended+d.Ended, p.Accepted+d.Accepted, p.Locked+d.Escrow
		p.Paid, p.Refunded = p.Paid+d.Paid, p.Refunded+d.Refunded
	}
	if back := r.Left() * r.Job.MaxPrice; !r.Waits() && r.Pruned == 0 && back > r.Escrow { // the next block gives back what is still in escrow
		p.Refunded += back - r.Escrow
	}
	for _, id := range r.WaitsFor {
		name := names[id]
		if name == "" {
			name = "request " + client.ShortDigest(id)
		}
		p.WaitsFor = append(p.WaitsFor, name)
	}
	slices.Sort(p.WaitsFor) // the chain has them by id, which says nothing to a reader
	if p.State == "not submitted" {
		p.State, p.Why = stateOf(r, p), withNames(r.Reason, names)
	}
	return nil
}

// stateOf returns in a word where a request stands.
func stateOf(r markettypes.Request, p *nodeProgress) string {
	switch {
	case r.Status != markettypes.REQUEST_STATUS_MATCHED:
		return r.Status.Word()
	case p.Ended < r.Filled:
		return "running"
	case p.Accepted < r.Filled:
		return "failed"
	}
	return "ended"
}

// printProgress prints how far all nodes are, and what they cost in all.
func printProgress(out io.Writer, list []nodeProgress) error {
	var locked, paid, refunded uint64
	for _, p := range list {
		locked, paid, refunded = locked+p.Locked, paid+p.Paid, refunded+p.Refunded
	}
	amount := func(n uint64) string {
		if n == 0 {
			return "-"
		}
		return cli.FormatCRED(n)
	}
	err := printer.PrintTable(out, []printer.Column[nodeProgress]{
		printer.NewColumn("NODE", func(p nodeProgress) string { return p.Node }),
		printer.NewColumn("STATE", func(p nodeProgress) string { return p.State }),
		printer.NewColumn("REQUEST", func(p nodeProgress) string { return printer.OrDash(client.ShortDigest(p.Request)) }),
		printer.NewColumn("TASKS", func(p nodeProgress) string { return fmt.Sprintf("%d of %d", p.Ended, p.Tasks) }),
		printer.NewColumn("LOCKED", func(p nodeProgress) string { return amount(p.Locked) }),
		printer.NewColumn("PAID", func(p nodeProgress) string { return amount(p.Paid) }),
		printer.NewColumn("REFUNDED", func(p nodeProgress) string { return amount(p.Refunded) }),
		printer.NewColumn("WAITS FOR", func(p nodeProgress) string { return printer.OrDash(strings.Join(p.WaitsFor, ", ")) }),
	}, list)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "In all %s locked, %s paid, %s refunded. What is not spent comes back.\n", cli.FormatCRED(locked), cli.FormatCRED(paid), cli.FormatCRED(refunded))
	for _, p := range list {
		if p.Why != "" {
			fmt.Fprintf(out, "node %s: %s: %s\n", p.Node, p.State, p.Why)
		}
	}
	return nil
}

func statusCmd() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use: "status FILE", Short: "Show how far a workflow is, node by node", Args: cli.Exactly("FILE"), PersistentPreRunE: cli.NoPrepare,
		Long: `Show how far a workflow is that was begun: the state of each node, what it waits for, what is locked for it, what was paid and what
came back, and why it ended without a result. It reads the journal and the chain, and changes nothing.`,
		Example: "  credenced workflow status words.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.withJournal(cmd, args[0], func(ctx context.Context, l *connect.Link, d *definition, j *workflow.Journal) error {
				list, err := readProgress(ctx, l.Conn, d, j)
				switch {
				case err != nil:
					return err
				case f.output == "json":
					return printer.PrintJSON(cmd.OutOrStdout(), list)
				}
				return printProgress(cmd.OutOrStdout(), list)
			})
		},
	}
	f.addJournalFlags(cmd.Flags(), "text or json")
	f.chain.Add(cmd.Flags(), false)
	return cmd
}
