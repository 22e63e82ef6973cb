package order

import (
	"fmt"
	"io"
	"strings"

	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// prunedOrder is what the chain keeps of a pruned order or request. It is also the error of commands that need the whole order.
type prunedOrder struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Status string `json:"status"`
	Note   string `json:"note"`
	Filled uint64 `json:"filled,string"`
	Pruned int64  `json:"pruned,string"`
	Deal   string `json:"deal,omitempty"` // the request's first deal
}

func newPrunedOrder(r markettypes.OrderRecord) *prunedOrder {
	return &prunedOrder{ID: r.Id, Kind: r.Kind.Word(), Status: formatOrderStatus(r.Status), Note: formatPruned(r.Pruned), Filled: r.Filled, Pruned: r.Pruned}
}

func newPrunedRequest(r markettypes.Request) *prunedOrder {
	return &prunedOrder{ID: r.Id, Kind: markettypes.ORDER_KIND_REQUEST.Word(), Status: formatRequestStatus(r.Status), Note: formatPruned(r.Pruned), Filled: r.Filled, Pruned: r.Pruned, Deal: r.Deal}
}

// formatPruned says that the content is no longer in the state, and where it still is.
func formatPruned(height int64) string {
	return fmt.Sprintf("it was pruned at height %d, and its nonce stays used: its content is in the state before that, which archive nodes keep", height)
}

// Error says what became of the order.
func (p *prunedOrder) Error() string {
	return fmt.Sprintf("%s %s: it is %s; %s", p.Kind, p.ID, p.Status, p.Note)
}

// printPruned prints what the chain keeps of an order, in the form of inspect.
func (o *orderFlags) printPruned(out io.Writer, p *prunedOrder) error {
	if o.WritesJSON() {
		return printer.PrintJSON(out, p)
	}
	title := strings.ToUpper(p.Kind[:1]) + p.Kind[1:]
	if p.Kind != markettypes.ORDER_KIND_REQUEST.Word() {
		title += " order"
	}
	fmt.Fprintf(out, "%s %s\n", title, p.ID)
	t := printer.NewLabels(out)
	t.AddRow("on the chain", "%s; %s met; %s", p.Status, printer.CountOf(p.Filled, "task"), p.Note)
	if err := t.Flush(); err != nil {
		return err
	}
	if p.Deal != "" {
		cli.Tell(out, "What is left of its tasks: credenced task show %s\n", p.ID)
	}
	return nil
}
