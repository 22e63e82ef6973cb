package order

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/client/order"
	"github.com/credence-chain/credence/cmd/internal/connect"
	"github.com/credence-chain/credence/internal/cli"
	markettypes "github.com/credence-chain/credence/x/market/types"

	credence "github.com/credence-chain/credence/client"
)

func orderCreateCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Write an order's JSON",
		Long: `Write an order's JSON, to be signed, placed or presigned. When a node is reachable, what is left out is taken from the
chain: an app's list price, a pool's stake and capabilities, the price that is recommended for a request. The nonce is
the time in microseconds unless one is given, so that newer orders have larger ones.`,
	}
	cmd.AddCommand(createAssetCmd(appOrders), createAssetCmd(datasetOrders), orderCreatePoolCmd(), orderCreateRequestCmd())
	return cmd
}

// createFlags are the flags of every command that creates an order.
type createFlags struct {
	orderFlags
	cmd       *cobra.Command
	owner     string
	nonce     uint64
	expiry    string
	out       string
	overwrite bool
}

func (c *createFlags) addFlags(cmd *cobra.Command) {
	c.cmd = cmd
	f := cmd.Flags()
	c.AddChain(f)
	c.HideOutput(f)
	c.AddKeys(f, "name of the owner's key in the keyring, or of a devnet's account")
	f.BoolVar(&c.Offline, "offline", false, "ask no node: what is left out is not filled in, and nothing is looked up")
	f.StringVar(&c.owner, "owner", "", "address or key name of the account whose order it is (default: that of --from, or the devnet's)")
	f.Uint64Var(&c.nonce, "nonce", 0, "number that the owner gave no other order of the kind (default: the time in microseconds)")
	f.StringVar(&c.expiry, "expiry", "", "first height at which it is no longer met, or +N for so many blocks from now (default: never)")
	addOutFlags(f, &c.out, &c.overwrite)
}

// beginOrder fills in the fields that every order has. part names the account of the devnet that owns orders of this kind.
func (c *createFlags) beginOrder(ctx context.Context, l *connect.Link, kind markettypes.OrderKind, part string) (o markettypes.Order, err error) {
	if c.owner != "" {
		o.Owner, err = c.ParseAccount(c.cmd, "--owner", c.owner)
	} else {
		o.Owner, err = c.DefaultOwner(c.cmd, part)
	}
	if err != nil {
		return o, err
	}
	if o.Nonce, err = c.chooseNonce(ctx, l, kind, o.Owner); err != nil {
		return o, err
	}
	o.Expiry, err = parseExpiry(ctx, l, c.expiry)
	return o, err
}

// chooseNonce returns the nonce of the flag, if the chain still accepts it, or else a new one.
func (c *createFlags) chooseNonce(ctx context.Context, l *connect.Link, kind markettypes.OrderKind, owner string) (uint64, error) {
	given := c.cmd.Flags().Changed("nonce")
	nonce := c.nonce
	if !given {
		nonce = order.NewNonce()
	}
	if l == nil {
		return nonce, nil
	}
	res, err := l.Conn.Market().Floor(ctx, &markettypes.QueryFloorRequest{Owner: owner, Kind: kind})
	if err != nil || !given {
		return max(nonce, res.GetBelow()), err
	}
	another := "give another, or leave it out"
	if nonce < res.Below {
		return 0, &cli.Problem{What: fmt.Sprintf("--nonce %d: the owner cancelled all %s orders below %d", nonce, kind.Word(), res.Below), Next: another}
	}
	raw := markettypes.OrderIDOf(l.Conn.ChainID(), kind, owner, nonce)
	id, used := markettypes.FormatID(raw), ""
	if kind == markettypes.ORDER_KIND_REQUEST {
		var r *markettypes.QueryRequestResponse
		if r, err = l.Conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: id}); err == nil {
			used = formatRequestStatus(r.Request.Status)
		}
	} else {
		var r *markettypes.QueryOrderResponse
		if r, err = l.Conn.Market().Order(ctx, &markettypes.QueryOrderRequest{Id: id}); err == nil {
			used = formatOrderStatus(r.Order.Status)
		}
	}
	switch {
	case used != "":
		return 0, &cli.Problem{What: fmt.Sprintf("--nonce %d: the owner's %s order %s has it, and is %s", nonce, kind.Word(), id, used), Next: another}
	case !connect.IsUnknown(err):
		return 0, err
	}
	return nonce, nil
}

// parseExpiry reads a height, or a number of blocks from now such as +1000.
func parseExpiry(ctx context.Context, l *connect.Link, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	blocks, relative := strings.CutPrefix(text, "+")
	n, err := strconv.ParseInt(blocks, 10, 64)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("--expiry %q: expected a height such as 5000, or blocks from now such as +1000", text)
	}
	if l == nil {
		if relative {
			return 0, fmt.Errorf("--expiry %s: no node tells the height from which to count; expected a height", text)
		}
		return n, nil
	}
	height, _, err := l.Conn.Height(ctx)
	switch {
	case err != nil:
		return 0, err
	case relative && n > math.MaxInt64-height:
		return 0, fmt.Errorf("--expiry %s: more blocks than there will be", text)
	case relative:
		return height + n, nil
	case n <= height:
		return 0, fmt.Errorf("--expiry %d: the chain is at height %d already; expected a later one, or blocks from now such as +1000", n, height)
	}
	return n, nil
}

// finishOrder checks the order and writes it.
func (c *createFlags) finishOrder(ctx context.Context, l *connect.Link, o markettypes.Order) error {
	o = o.Normal()
	params := markettypes.DefaultParams()
	if l != nil {
		res, err := l.Conn.Market().Params(ctx, &markettypes.QueryParamsRequest{})
		if err != nil {
			return err
		}
		params = res.Params
	}
	if err := o.Validate(credence.Addresses(), params); err != nil {
		return err
	}
	kind, _ := o.Kind()
	what := fmt.Sprintf("%s order of %s, nonce %d", kind.Word(), c.Describe(o.Owner), o.Nonce)
	file := cli.ShellQuote(c.out)
	next := "on the book: credenced order place " + file
	if kind == markettypes.ORDER_KIND_REQUEST {
		what = fmt.Sprintf("request of %s, nonce %d", c.Describe(o.Owner), o.Nonce)
		next = "without a signature: credenced order presign " + file
	}
	p := cli.Problem{What: what, Next: fmt.Sprintf("credenced order sign %s --out %s; or %s", file, cli.ShellQuote(signedName(c.out)), next)}
	return writeOrder(c.cmd, markettypes.SignedOrder{Order: &o}, c.out, c.overwrite, p.Error())
}

// printNote prints on standard error which value was filled in.
func (c *createFlags) printNote(format string, args ...any) {
	fmt.Fprintf(c.cmd.ErrOrStderr(), "note: "+format+"\n", args...)
}
