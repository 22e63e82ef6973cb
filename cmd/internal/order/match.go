package order

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/cmd/internal/printer"
	"github.com/credence-chain/credence/internal/cli"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file is "order match": anyone can propose that orders which fit each other be matched. The chain checks the proposal at once and
// puts it into the matching queue; a later block makes the deal or says why not. So the command checks what it can before it sends, while
// errors can name the user's files (side.go), and then follows the blocks until the outcome is there. With --dry-run it only asks what
// would be traded (preview.go).

// matchFlags are the flags that name the orders to match.
type matchFlags struct {
	app, pool, request string
	datasets           []string
	dryRun             bool
}

// readSides reads all orders, and returns the message without its relayer.
func (m *matchFlags) readSides(ctx context.Context, l *connect.Link) (sides []side, msg markettypes.MsgMatchOrders, err error) {
	if err := m.checkSides(); err != nil {
		return nil, msg, err
	}
	add := func(flag, text string, kind markettypes.OrderKind) (side, error) {
		s := side{flag: flag, text: text}
		if text == listPrice {
			return s, nil
		}
		s, err := readSide(ctx, l, flag, text, kind)
		sides = append(sides, s)
		return s, err
	}
	if m.app != "" && m.app != listPrice {
		app, err := add("--app", m.app, markettypes.ORDER_KIND_APP)
		if err != nil {
			return nil, msg, err
		}
		msg.App = &app.signed
	}
	datasets := make([]side, len(m.datasets))
	for i, text := range m.datasets {
		if datasets[i], err = add("--dataset", text, markettypes.ORDER_KIND_DATASET); err != nil {
			return nil, msg, err
		}
		msg.Datasets = append(msg.Datasets, datasets[i].signed)
	}
	pool, err := add("--pool", m.pool, markettypes.ORDER_KIND_POOL)
	if err != nil {
		return nil, msg, err
	}
	request, err := add("--request", m.request, markettypes.ORDER_KIND_REQUEST)
	if err != nil {
		return nil, msg, err
	}
	msg.Pool, msg.Request = pool.signed, request.signed
	return sides, msg, checkDatasets(ctx, l, request, datasets)
}

// checkSides checks that a pool's order and a request are given: there is no match without them.
func (m *matchFlags) checkSides() error {
	for _, needed := range []struct{ flag, text, what string }{{"--pool", m.pool, "a pool's order"}, {"--request", m.request, "a request"}} {
		if needed.text == "" || needed.text == listPrice {
			return &cli.Problem{What: fmt.Sprintf("%s: missing, expected %s: a file, or the id of one that the chain knows", needed.flag, needed.what), Next: "credenced order match --help"}
		}
	}
	return nil
}

func orderMatchCmd() *cobra.Command {
	var (
		o orderFlags
		m matchFlags
	)
	cmd := &cobra.Command{
		Use:   "match --pool P --request R",
		Short: "Have four orders that fit matched, and wait for the deal",
		Long: `Have orders that fit matched: a pool's, a request, and, unless their list prices are paid, those of the app and of each
dataset of the job in its order. Each is a file that its owner signed, or the id of an order that the chain knows.
Anyone may do this; when the request names a sponsor, only the sponsor, who pays.

Everything is checked at once, and again when the next block makes the deal. --dry-run asks what would be traded.`,
		Example: `  credenced order match --pool pool.signed.json --request job.signed.json --from provider
  credenced order match --app app.signed.json --dataset cities.signed.json --dataset list --pool ID --request job.signed.json --dry-run`,
		Args: cli.Exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.WithChain(cmd, func(ctx context.Context, l *connect.Link) error {
				sides, msg, err := m.readSides(ctx, l)
				if err != nil {
					return err
				}
				if m.dryRun {
					return nameSides(o.printPreview(ctx, cmd, l, msg), sides...)
				}
				return nameSides(o.sendMatch(ctx, cmd, l, msg), sides...)
			})
		},
	}
	f := cmd.Flags()
	o.addSendFlags(f, "name of the relayer's key in the keyring, or of a devnet's account; anyone's (default: the devnet's requester)")
	f.StringVar(&m.app, "app", "", "app order, a file or an id (default: the list price)")
	f.StringArrayVar(&m.datasets, "dataset", nil, `dataset order, a file or an id, or "list" for the list price; one for each dataset of the job (default: list prices)`)
	f.StringVar(&m.pool, "pool", "", "pool order, a file or an id")
	f.StringVar(&m.request, "request", "", "request, a file or an id")
	f.BoolVar(&m.dryRun, "dry-run", false, "ask what would be traded now, and at which terms, without doing it")
	return cmd
}

// matched is the outcome of a match, for --output json.
type matched struct {
	Match  string `json:"match"`
	Reason string `json:"reason,omitempty"`
	Deal   any    `json:"deal,omitempty"`
	sent
}

// sendMatch proposes the match, waits for its outcome, and prints it.
func (o *orderFlags) sendMatch(ctx context.Context, cmd *cobra.Command, l *connect.Link, msg markettypes.MsgMatchOrders) error {
	if o.Chain.From == "" && o.Chain.KeyFile == "" && l.Info != nil {
		o.Chain.From = "requester"
	}
	res, err := o.sendMessage(ctx, cmd, l, "", func(account string) sdk.Msg {
		msg.Relayer = account
		return &msg
	})
	if err != nil {
		return hideGenerated(err)
	}
	var answer markettypes.MsgMatchOrdersResponse
	if err := res.Response(0, &answer); err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	if !o.WritesJSON() {
		fmt.Fprintf(out, "match %s is proposed at height %d; waiting for the next block\n", answer.Id, res.Height)
	}
	request, err := requestID(l, msg.Request)
	if err != nil {
		return err
	}
	deal, reason, err := awaitMatch(ctx, l.Conn, answer.Id, request, res.Height)
	if err != nil {
		return err
	}
	if err := o.printMatch(out, deal, matched{Match: answer.Id, Reason: reason, sent: sent{res.Hash, res.Height}}); err != nil {
		return err
	}
	if deal == nil {
		return &cli.Problem{What: "the next block made no deal of it: " + reason, Next: "nothing was spent but the fee; ask with --dry-run what is missing", Exit: cli.ExitNoVerdict}
	}
	return nil
}

// printMatch prints the outcome of a match. deal is nil if there is none.
func (o *orderFlags) printMatch(out io.Writer, deal *dealstypes.Deal, m matched) (err error) {
	switch {
	case !o.WritesJSON() && deal != nil:
		return o.printDeal(out, *deal)
	case !o.WritesJSON():
		return nil
	case deal != nil:
		if m.Deal, err = printer.FormatJSON(deal); err != nil {
			return err
		}
	}
	return printer.PrintJSON(out, m)
}

func requestID(l *connect.Link, s markettypes.SignedOrder) (string, error) {
	if s.Order == nil {
		return s.Id, nil
	}
	return order.ID(*s.Order, l.Conn.ChainID()), nil
}

// errMatched stops Follow once the outcome is known.
var errMatched = errors.New("the match has ended")

// awaitMatch waits for the outcome of a match: the deal, or the reason why there is none. It follows the events of blocks until the match
// has left the queue.
func awaitMatch(ctx context.Context, conn *credence.Conn, match, request string, proposed int64) (deal *dealstypes.Deal, reason string, err error) {
	err = credence.Follow(ctx, conn, proposed+1, credence.FollowOptions{}, func(ctx context.Context, b credence.Block) error {
		for _, e := range credence.Typed[*markettypes.EventMatch](b) {
			if e.Id == match {
				reason = e.Reason
				return errMatched
			}
		}
		_, waits := conn.Market().Match(ctx, &markettypes.QueryMatchRequest{Id: match})
		if waits == nil {
			return nil // it is still queued: the blocks so far had no budget left for it
		}
		if !connect.IsUnknown(waits) {
			return waits
		}
		var err error
		if deal, err = findDeal(ctx, conn, b, request); err != nil {
			return err
		}
		switch {
		case deal != nil:
			return errMatched
		case b.Height > proposed+100 || b.Missed:
			reason = "its block's events are not kept by the node; look at the request"
			return errMatched
		}
		return nil
	})
	if errors.Is(err, errMatched) {
		err = nil
	}
	return deal, reason, err
}

// findDeal returns the deal that a block made of a request, or nil.
func findDeal(ctx context.Context, conn *credence.Conn, b credence.Block, request string) (*dealstypes.Deal, error) {
	for _, e := range credence.Typed[*dealstypes.EventDeal](b) {
		if e.Request != request {
			continue
		}
		res, err := conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: e.Id})
		if err != nil {
			return nil, err
		}
		return &res.Deal, nil
	}
	return nil, nil
}

func (o *orderFlags) printDeal(out io.Writer, d dealstypes.Deal) error {
	fmt.Fprintf(out, "Deal %s at height %d\n", d.Id, d.Height)
	t := printer.NewLabels(out)
	tasks := fmt.Sprintf("%s of %d", printer.CountOf(d.Size_, "task"), d.Bag)
	if d.Size_ == d.Bag {
		tasks = printer.CountOf(d.Size_, "task")
	}
	t.AddRow("trades", "%s in pool %s", tasks, d.Pool)
	t.AddRow("app", "%s:%s, %s a task", d.App, d.AppVersion, cli.FormatCRED(d.Terms.AppPrice))
	for _, data := range d.Datasets {
		t.AddRow("dataset", "%s:%s, %s a task that reads it", data.Dataset, data.Version, cli.FormatCRED(data.Price))
	}
	t.AddRow("replica", "%s", cli.FormatReplicaPrice(d.Terms.Price, d.Terms.UsePrice.ToPoco()))
	t.AddRow("requester", "%s", o.Describe(d.Requester))
	switch payer := d.Payer(); {
	case d.Voucher != "":
		t.AddRow("payer", "voucher %s", d.Voucher)
	case payer != d.Requester:
		t.AddRow("payer", "%s", o.Describe(payer))
	}
	t.AddRow("escrow", "%s; what is not spent comes back", cli.FormatCRED(d.Escrow))
	if err := t.Flush(); err != nil {
		return err
	}
	cli.Tell(out, "Follow it with: credenced task watch %s\n", d.Id)
	return nil
}
