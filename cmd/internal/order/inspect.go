package order

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file is "order inspect". Its report has two parts. The first comes from the order alone and needs no node: its id, its terms, and
// whether the order and its signature are valid. The second comes from the chain: the order's status, and whether the chain's order of that
// id is the one in the file. The exit status depends on the first part only.

// inspected is everything that inspect reports about an order. Without a node, the fields from Height to Deals stay empty.
type inspected struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	Chain     string   `json:"chain_id"`
	Owner     string   `json:"owner"`
	Nonce     uint64   `json:"nonce,string"`
	Expiry    int64    `json:"expiry,string"`
	Asset     string   `json:"asset,omitempty"`
	Price     uint64   `json:"price,string"`
	Volume    uint64   `json:"volume,string"`
	Signature string   `json:"signature"` // "good", "missing" or "bad"
	Trouble   string   `json:"signature_trouble,omitempty"`
	Signers   []string `json:"signers,omitempty"`
	// Digest is the SHA-256 of the bytes that are signed.
	Digest string `json:"sign_digest"`
	// Invalid says why the order is invalid by itself, whatever the chain says.
	Invalid string `json:"invalid,omitempty"`

	Height int64           `json:"height,string,omitempty"`
	Status string          `json:"status,omitempty"` // "unknown" when the chain does not know it
	Note   string          `json:"note,omitempty"`   // explains the status
	Filled uint64          `json:"filled,string"`
	Left   string          `json:"left,omitempty"` // a number, or "unbounded"
	Deal   string          `json:"deal,omitempty"` // the request's first deal
	Deals  uint64          `json:"deals,string,omitempty"`
	Order  json.RawMessage `json:"order"`

	kind markettypes.OrderKind
}

// inspectOrder reports everything about an order that needs no node.
func inspectOrder(s markettypes.SignedOrder, chain string) (inspected, error) {
	o := s.Order.Normal()
	kind, err := o.Kind()
	if err != nil {
		return inspected{}, err
	}
	text, err := printer.FormatJSON(&o)
	if err != nil {
		return inspected{}, err
	}
	i := inspected{
		ID: order.ID(o, chain), Kind: kind.Word(), Chain: chain, Owner: o.Owner, Nonce: o.Nonce, Expiry: o.Expiry,
		Asset: o.Asset(), Price: o.Price(), Volume: o.Volume(), Signature: "missing",
		Digest: artifact.Sum(o.SignBytes(chain)).String(), Order: text, kind: kind,
	}
	if o.Request != nil {
		i.Asset, i.Price = o.Request.App, o.Request.MaxPrice
	}
	if err := order.Validate(o); err != nil {
		i.Invalid = err.Error()
	}
	if s.Signature == nil {
		return i, nil
	}
	if err := order.Verify(s, chain); err != nil {
		i.Signature, i.Trouble = "bad", err.Error()
		return i, nil
	}
	i.Signature = "good"
	i.Signers, err = order.Signers(s)
	return i, err
}

// askChain adds what the chain knows of the order.
func (i *inspected) askChain(ctx context.Context, l *connect.Link, s markettypes.SignedOrder) (err error) {
	if i.Height, _, err = l.Conn.Height(ctx); err != nil {
		return err
	}
	floor, err := l.Conn.Market().Floor(ctx, &markettypes.QueryFloorRequest{Owner: i.Owner, Kind: i.kind})
	if err != nil {
		return err
	}
	ask := i.askOrder
	if s.Order.Request != nil {
		ask = i.askRequest
	}
	same, err := ask(ctx, l, s.Order.Normal())
	switch {
	case connect.IsUnknown(err):
		i.noteUnseen(floor.Below)
		return nil
	case err != nil:
		return err
	case !same:
		i.Note = "the chain knows ANOTHER order under this id: this nonce is used, and this file is no good"
	case i.Nonce < floor.Below && slices.Contains([]string{"resting", "signed", "cancelled"}, i.Status):
		i.noteCancelled(floor.Below)
	}
	return nil
}

// askRequest adds what the chain knows of a request. It returns whether the chain's request is the same as o.
func (i *inspected) askRequest(ctx context.Context, l *connect.Link, o markettypes.Order) (same bool, err error) {
	res, err := l.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: i.ID})
	if err != nil {
		return false, err
	}
	r := res.Request
	i.Status, i.Filled, i.Note = formatRequestStatus(r.Status), r.Filled, r.Reason
	if r.Pruned > 0 {
		i.Note = formatPruned(r.Pruned)
		return true, nil // the content is pruned, so it cannot be compared
	}
	i.Left, i.Deal, i.Deals = fmt.Sprint(r.Left()), r.Deal, uint64(r.Deals)
	known := r.Order()
	return string(known.Encode()) == string(o.Encode()), nil
}

// askOrder adds what the chain knows of an order that is not a request. It returns whether the chain's order is the same as o. If the order
// was cancelled before the chain saw it, the chain knows only its id, and the orders count as the same.
func (i *inspected) askOrder(ctx context.Context, l *connect.Link, o markettypes.Order) (same bool, err error) {
	res, err := l.Conn.Market().Order(ctx, &markettypes.QueryOrderRequest{Id: i.ID})
	if err != nil {
		return false, err
	}
	r := res.Order
	if r.Pruned > 0 {
		i.Status, i.Filled, i.Note = formatOrderStatus(r.Status), r.Filled, formatPruned(r.Pruned)
		return true, nil // the content is pruned, so it cannot be compared
	}
	now, err := findStanding(ctx, l, []markettypes.OrderRecord{r})
	if err != nil {
		return false, err
	}
	i.Status, i.Filled, i.Left = now.formatStatus(r, i.Height), r.Filled, formatLeft(r)
	if i.Status == "stale" {
		i.Note = now.stale[r.Id]
	}
	_, none := r.Order.Kind()
	return none != nil || string(r.Order.Encode()) == string(o.Encode()), nil
}

// noteCancelled sets the status of an order whose nonce is below its owner's floor.
func (i *inspected) noteCancelled(floor uint64) {
	i.Status, i.Note = "cancelled", fmt.Sprintf("the owner cancelled all below nonce %d", floor)
}

// noteUnseen sets the status of an order that the chain does not know.
func (i *inspected) noteUnseen(floor uint64) {
	switch {
	case i.Nonce < floor:
		i.noteCancelled(floor)
	case i.Expiry > 0 && i.Height >= i.Expiry:
		i.Status = "expired"
	default:
		i.Status, i.Note = "unknown", "the chain has not seen it; its nonce is free"
	}
}

func orderInspectCmd() *cobra.Command {
	var o orderFlags
	cmd := &cobra.Command{
		Use:   "inspect FILE | ID",
		Short: "Say what an order is, whether its signature is good, and what became of it",
		Long: `Say what an order is and whether its signature is good. When a node is reachable, also what the chain knows of it. What
the chain has, as the book shows it, is named by its id instead of a file. The exit status is 1 when the order or its
signature is no good.`,
		Example: `  credenced order inspect pool.signed.json
  credenced order inspect 3f2a5c0e9d8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f
  credenced order inspect pool.signed.json --offline --chain-id credence-1 --output json`,
		Args: cli.Exactly("FILE|ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.WithOrWithoutChain(cmd, func(ctx context.Context, l *connect.Link) error { return o.inspect(ctx, cmd.OutOrStdout(), l, args[0]) })
		},
	}
	o.AddChain(cmd.Flags())
	cmd.Flags().BoolVar(&o.Offline, "offline", false, "ask no node")
	return cmd
}

// inspect reports on the order of a file or an id. If the order or its signature is invalid, it returns an error after it has printed the
// report.
func (o *orderFlags) inspect(ctx context.Context, out io.Writer, l *connect.Link, name string) error {
	s, byID, err := readNamed(ctx, l, name)
	if left := (*prunedOrder)(nil); errors.As(err, &left) {
		return o.printPruned(out, left)
	}
	if err != nil {
		return err
	}
	chain, err := o.ChainID(l)
	if err != nil {
		return err
	}
	i, err := inspectOrder(s, chain)
	if err != nil {
		return err
	}
	if l != nil {
		if err := i.askChain(ctx, l, s); err != nil {
			return err
		}
	}
	if o.WritesJSON() {
		err = printer.PrintJSON(out, i)
	} else {
		err = o.printInspected(out, i, s.Order.Normal(), byID)
	}
	if err != nil {
		return err
	}
	return i.refuse()
}

// refuse returns an error if the order or its signature is invalid.
func (i *inspected) refuse() error {
	switch {
	case i.Signature == "bad":
		return fmt.Errorf("the signature is no good on chain %s: %s", i.Chain, i.Trouble)
	case i.Invalid != "":
		return fmt.Errorf("the order is no good: %s", i.Invalid)
	}
	return nil
}

// printInspected prints the report in words. An order that was named by its id comes from the chain, without a file or a signature.
func (o *orderFlags) printInspected(out io.Writer, i inspected, what markettypes.Order, byID bool) error {
	title := strings.ToUpper(i.Kind[:1]) + i.Kind[1:] + " order"
	if what.Request != nil {
		title = "Request"
	}
	fmt.Fprintf(out, "%s %s\n", title, i.ID)
	t := printer.NewLabels(out)
	t.AddRow("chain", "%s", i.Chain)
	t.AddRow("owner", "%s", o.Describe(i.Owner))
	t.AddRow("nonce", "%d", i.Nonce)
	t.AddRow("expiry", "%s", formatExpiry(i.Expiry, i.Height))
	if !byID {
		t.AddRow("signature", "%s", o.formatSignature(i))
		t.AddRow("sign digest", "%s", i.Digest)
	}
	o.describeOrder(t, what)
	if i.Status != "" {
		t.AddRow("on the chain", "%s", i.formatState())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	switch {
	case i.Deal != "":
		cli.Tell(out, "Follow its %s with: credenced task watch %s\n", printer.CountOf(i.Deals, "deal"), i.ID)
	case i.Filled > 0:
		cli.Tell(out, "Its deals: credenced list deals --order %s\n", i.ID)
	}
	return nil
}

// formatSignature says in words whether the signature is good, and who signed.
func (o *orderFlags) formatSignature(i inspected) string {
	switch i.Signature {
	case "good":
		by := make([]string, len(i.Signers))
		for k, s := range i.Signers {
			by[k] = o.Describe(s)
		}
		return "good, by " + strings.Join(by, " and ")
	case "bad":
		return "NO GOOD: " + i.Trouble
	}
	return "none"
}

// formatState says in words what became of the order.
func (i *inspected) formatState() string {
	text := i.Status
	if i.Status == "unknown" {
		text = "not yet"
	}
	switch {
	case i.Left == "":
	case i.Left == "unbounded":
		text += fmt.Sprintf("; %s met, no bound", printer.CountOf(i.Filled, "task"))
	default:
		text += fmt.Sprintf("; %s met, %s left", printer.CountOf(i.Filled, "task"), i.Left)
	}
	if i.Note != "" {
		text += "; " + i.Note
	}
	return text
}
