package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/cosmos/gogoproto/proto"

	credence "github.com/credence-chain/credence/client"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// pages reads page after page until the end, or until there are as many as asked for. It says whether there are more.
func pages[V any](limit int, read func(*query.PageRequest) ([]V, *query.PageResponse, error)) (out []V, more bool, err error) {
	var key []byte
	for {
		page, next, err := read(&query.PageRequest{Key: key, Limit: 100})
		if err != nil {
			return nil, false, err
		}
		out = append(out, page...)
		last := next == nil || len(next.NextKey) == 0
		if len(out) > limit || len(out) == limit && !last {
			return out[:limit], true, nil
		}
		if last {
			return out, false, nil
		}
		key = next.NextKey
	}
}

// jsonList writes messages as a list under a name.
func jsonList[V any, M interface {
	*V
	proto.Message
}](out io.Writer, name string, list []V, more bool) error {
	items := make([]json.RawMessage, len(list))
	for i := range list {
		text, err := jsonOf(M(&list[i]))
		if err != nil {
			return err
		}
		items[i] = text
	}
	return printJSON(out, map[string]any{name: items, "more": more})
}

func limitFlag(f *pflag.FlagSet, limit *int) {
	f.IntVar(limit, "limit", 100, "most that are listed")
}

// tellMore says that a list was cut.
func tellMore(out io.Writer, more bool, limit int) {
	if more {
		fmt.Fprintf(out, "... and more: these are the first %d; --limit lists others\n", limit)
	}
}

func orderListCmd() *cobra.Command {
	var (
		o                              orderFlags
		owner, app, dataset, pool, stt string
		limit                          int
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List app, dataset and pool orders that the chain knows: mine, or by what they are for",
		Example: `  credenced order list --from operator
  credenced order list --pool public --status resting
  credenced order list --owner cred1... --output json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) (err error) {
				status, err := parseStatus(stt)
				if err != nil {
					return err
				}
				if limit < 1 {
					return fmt.Errorf("--limit %d: expected at least 1", limit)
				}
				parties := 0
				for _, p := range []string{owner, app, dataset, pool} {
					if p != "" {
						parties++
					}
				}
				switch {
				case parties > 1:
					return fmt.Errorf("--owner, --app, --dataset, --pool: got %d of them, expected one", parties)
				case owner != "":
					owner, err = o.parseAccount(cmd, "--owner", owner)
				case parties == 0:
					owner, err = o.defaultOwner(cmd, "operator")
				}
				if err != nil {
					return err
				}
				height, _, err := l.conn.Height(ctx)
				if err != nil {
					return err
				}
				orders, more, err := pages(limit, func(p *query.PageRequest) ([]markettypes.OrderRecord, *query.PageResponse, error) {
					res, err := l.conn.Market().Orders(ctx, &markettypes.QueryOrdersRequest{Owner: owner, App: app, Dataset: dataset, Pool: pool, Status: status, Pagination: p})
					return res.GetOrders(), res.GetPagination(), err
				})
				if err != nil {
					return err
				}
				if o.json() {
					return jsonList(cmd.OutOrStdout(), "orders", orders, more)
				}
				out := cmd.OutOrStdout()
				if len(orders) == 0 {
					fmt.Fprintln(out, "no orders")
					return nil
				}
				below, err := floorsOf(ctx, l.conn, orders)
				if err != nil {
					return err
				}
				if err := o.printOrders(out, orders, height, below); err != nil {
					return err
				}
				tellMore(out, more, limit)
				return nil
			})
		},
	}
	f := cmd.Flags()
	o.chain(f)
	o.keys(f, "list the orders of this key, or of a devnet's account (default: the devnet's operator)")
	f.StringVar(&owner, "owner", "", "list the orders of an account, by address or name")
	f.StringVar(&app, "app", "", "list the orders for an app, organisation/name:version")
	f.StringVar(&dataset, "dataset", "", "list the orders for a dataset, organisation/name:version")
	f.StringVar(&pool, "pool", "", "list the orders of a pool")
	f.StringVar(&stt, "status", "", "resting, signed, filled, cancelled, expired or stale (default: all)")
	limitFlag(f, &limit)
	return cmd
}

// parseStatus reads an order's status; unspecified for none.
func parseStatus(text string) (markettypes.OrderStatus, error) {
	if text == "" {
		return 0, nil
	}
	value, known := markettypes.OrderStatus_value["ORDER_STATUS_"+strings.ToUpper(text)]
	if !known || value == 0 {
		return 0, fmt.Errorf("--status %q: expected resting, signed, filled, cancelled, expired or stale", text)
	}
	return markettypes.OrderStatus(value), nil
}

// floors are the nonces below which owners have cancelled their orders. Such orders leave the book only when they would be
// met.
type floors map[floorKey]uint64

type floorKey struct {
	owner string
	kind  markettypes.OrderKind
}

// floorsOf asks for those of the orders' owners.
func floorsOf(ctx context.Context, conn *credence.Conn, orders []markettypes.OrderRecord) (floors, error) {
	out := floors{}
	for _, r := range orders {
		key := floorKey{r.Order.Owner, r.Kind}
		if _, known := out[key]; known || key.owner == "" {
			continue
		}
		res, err := conn.Market().Floor(ctx, &markettypes.QueryFloorRequest{Owner: key.owner, Kind: key.kind})
		if err != nil {
			return nil, err
		}
		out[key] = res.Below
	}
	return out, nil
}

// cancelled says whether an order's owner has cancelled it by a floor.
func (f floors) cancelled(r markettypes.OrderRecord) bool {
	return r.Order.Nonce < f[floorKey{r.Order.Owner, r.Kind}]
}

// status is where an order stands, floors and heights considered.
func (f floors) status(r markettypes.OrderRecord, height int64) string {
	open := r.Status == markettypes.ORDER_STATUS_RESTING || r.Status == markettypes.ORDER_STATUS_SIGNED
	switch {
	case open && f.cancelled(r):
		return "cancelled"
	case open && r.Order.Expired(height):
		return "expired"
	}
	return orderStatus(r.Status)
}

func (o *orderFlags) printOrders(out io.Writer, orders []markettypes.OrderRecord, height int64, below floors) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "ID\tKIND\tFOR\tPRICE\tFILLED\tLEFT\tSTATUS\tEXPIRY\tNONCE\n")
	for _, r := range orders {
		asset := r.Order.Asset()
		price := credence.FormatCRED(r.Order.Price())
		if asset == "" { // cancelled before the chain saw it
			asset, price = "-", "-"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%d\n", credence.ShortDigest(r.Id), r.Kind.Word(), asset, price,
			r.Filled, leftCell(r), below.status(r, height), expiryCell(r.Order.Expiry, height), r.Order.Nonce)
	}
	return t.Flush()
}

func leftCell(r markettypes.OrderRecord) string {
	if left := r.Left(); left != markettypes.Unbounded {
		return fmt.Sprint(left)
	}
	return "-"
}

// expiryCell says in how many blocks an order ends.
func expiryCell(expiry, height int64) string {
	switch {
	case expiry == 0:
		return "never"
	case expiry <= height:
		return fmt.Sprintf("at %d", expiry)
	}
	return fmt.Sprintf("+%d", expiry-height)
}

// topicFlags name a part of the book.
type topicFlags struct{ category, pool, app, dataset, runtime string }

func (t *topicFlags) add(f *pflag.FlagSet, what string) {
	f.StringVar(&t.category, "category", "", what+" of this category, or \"all\" (default: those without one)")
	f.StringVar(&t.pool, "pool", "", what+" of this pool alone")
	f.StringVar(&t.app, "app", "", "those of an app instead, organisation/name:version")
	f.StringVar(&t.dataset, "dataset", "", "those of a dataset instead, organisation/name:version")
	f.StringVar(&t.runtime, "runtime", "", "runtime (default: wasm)")
}

// categories are those that are listed: all there are, "" included, for "all".
func (t *topicFlags) categories(ctx context.Context, conn *credence.Conn) ([]string, error) {
	if t.category != "all" {
		return []string{t.category}, nil
	}
	list, _, err := pages(1000, func(p *query.PageRequest) ([]markettypes.Category, *query.PageResponse, error) {
		res, err := conn.Market().Categories(ctx, &markettypes.QueryCategoriesRequest{Pagination: p})
		return res.GetCategories(), res.GetPagination(), err
	})
	slices.SortStableFunc(list, func(a, b markettypes.Category) int { return int(a.Seconds) - int(b.Seconds) })
	out := []string{""}
	for _, c := range list {
		out = append(out, c.Id)
	}
	return out, err
}

func orderBookCmd() *cobra.Command {
	var (
		o     orderFlags
		t     topicFlags
		limit int
	)
	cmd := &cobra.Command{
		Use:   "book",
		Short: "Show what rests on the book, cheapest first",
		Long: `Show what rests on the book, cheapest first, in the order in which the chain meets it: offers of executions of one
category, or those of one pool; or the orders of an app or a dataset.`,
		Example: `  credenced order book
  credenced order book --category all
  credenced order book --category xs --pool public
  credenced order book --app studio/app:1.0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) error {
				if limit < 1 {
					return fmt.Errorf("--limit %d: expected at least 1", limit)
				}
				height, _, err := l.conn.Height(ctx)
				if err != nil {
					return err
				}
				categories, err := t.categories(ctx, l.conn)
				if err != nil {
					return err
				}
				var (
					orders []markettypes.OrderRecord
					cut    bool
				)
				for _, c := range categories {
					page, more, err := pages(limit, func(p *query.PageRequest) ([]markettypes.OrderRecord, *query.PageResponse, error) {
						res, err := l.conn.Market().Book(ctx, &markettypes.QueryBookRequest{Runtime: t.runtime, Category: c, Pool: t.pool, App: t.app, Dataset: t.dataset, Pagination: p})
						return res.GetOrders(), res.GetPagination(), err
					})
					if err != nil {
						return err
					}
					orders, cut = append(orders, page...), cut || more
				}
				out := cmd.OutOrStdout()
				if o.json() {
					return jsonList(out, "orders", orders, cut)
				}
				below, err := floorsOf(ctx, l.conn, orders)
				if err != nil {
					return err
				}
				orders = slices.DeleteFunc(orders, below.cancelled)
				if len(orders) == 0 {
					fmt.Fprintln(out, t.nothing("offers of executions", "orders"))
					return nil
				}
				if err := o.printBook(out, orders, height); err != nil {
					return err
				}
				tellMore(out, cut, limit)
				return nil
			})
		},
	}
	o.chain(cmd.Flags())
	t.add(cmd.Flags(), "offers of executions")
	limitFlag(cmd.Flags(), &limit)
	return cmd
}

// nothing says that a part of the book is empty, and where else to look.
func (t *topicFlags) nothing(offers, orders string) string {
	switch {
	case t.app != "":
		return "no " + orders + " of app " + t.app + " rest on the book"
	case t.dataset != "":
		return "no " + orders + " of dataset " + t.dataset + " rest on the book"
	case t.category == "":
		return "no " + offers + " without a category rest on the book; --category all shows every one's"
	case t.category == "all":
		return "no " + offers + " rest on the book"
	}
	return "no " + offers + " of category " + t.category + " rest on the book"
}

func (o *orderFlags) printBook(out io.Writer, orders []markettypes.OrderRecord, height int64) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	pool := orders[0].Kind == markettypes.ORDER_KIND_POOL
	if pool {
		fmt.Fprintf(t, "PRICE\tLEFT\tCATEGORY\tTRUST\tFUEL\tSTAKE\tTAGS\tFOR\tEXPIRY\tAGE\tPOOL\tID\n")
	} else {
		fmt.Fprintf(t, "PRICE\tLEFT\tMORE TAGS\tFOR\tEXPIRY\tAGE\tOWNER\tID\n")
	}
	for _, r := range orders {
		price, age := credence.FormatCRED(r.Order.Price()), ageCell(r.Height, height)
		expiry, id := expiryCell(r.Order.Expiry, height), credence.ShortDigest(r.Id)
		tags, whom := saleCells(r.Order)
		if p := r.Order.Pool; p != nil {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", price, leftCell(r), dash(p.Category), upTo(trustText(p.Trust)),
				credence.FormatFuel(p.MaxFuel), credence.FormatCRED(p.Stake), dash(strings.Join(p.Tags, ",")), whom, expiry, age, p.Pool, id)
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", price, leftCell(r), dash(strings.Join(tags, ",")), whom, expiry, age, o.name(r.Order.Owner), id)
	}
	return t.Flush()
}

// saleCells are the tags of an order, and whether it is for anyone.
func saleCells(o markettypes.Order) (tags []string, whom string) {
	var (
		lists []markettypes.Restriction
		who   orgstypes.Audience
	)
	switch {
	case o.App != nil:
		tags, lists, who = o.App.Tags, []markettypes.Restriction{o.App.Datasets, o.App.Pools}, o.App.Requesters
	case o.Dataset != nil:
		tags, lists, who = o.Dataset.Tags, []markettypes.Restriction{o.Dataset.Apps, o.Dataset.Pools}, o.Dataset.Requesters
	case o.Pool != nil:
		tags, lists, who = o.Pool.Tags, []markettypes.Restriction{o.Pool.Apps, o.Pool.Datasets}, o.Pool.Requesters
	}
	n := markettypes.Restriction{Audience: who}.Entries()
	for _, r := range lists {
		n += r.Entries()
	}
	if n == 0 {
		return tags, "anyone"
	}
	return tags, "some"
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// ageCell says how many blocks ago something came.
func ageCell(came, height int64) string {
	if came == 0 {
		return "genesis"
	}
	return counted(uint64(max(0, height-came)), "block")
}

func orderRequestsCmd() *cobra.Command {
	var (
		o     orderFlags
		t     topicFlags
		limit int
	)
	cmd := &cobra.Command{
		Use:   "requests",
		Short: "Show the requests that wait on the book, those that pay most first",
		Long: `Show the requests that wait on the book for an order to come, those that pay most first: for executions of a category,
of one pool, or for an order of an app or a dataset. (An account's own requests: credenced task list.)`,
		Example: `  credenced order requests
  credenced order requests --category all
  credenced order requests --app studio/app:1.0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.connected(cmd, func(ctx context.Context, l *link) error {
				if limit < 1 {
					return fmt.Errorf("--limit %d: expected at least 1", limit)
				}
				height, _, err := l.conn.Height(ctx)
				if err != nil {
					return err
				}
				categories, err := t.categories(ctx, l.conn)
				if err != nil {
					return err
				}
				var (
					requests []markettypes.Request
					cut      bool
				)
				for _, c := range categories {
					page, more, err := pages(limit, func(p *query.PageRequest) ([]markettypes.Request, *query.PageResponse, error) {
						res, err := l.conn.Market().RestingRequests(ctx, &markettypes.QueryRestingRequestsRequest{Runtime: t.runtime, Category: c, Pool: t.pool, App: t.app, Dataset: t.dataset, Pagination: p})
						return res.GetRequests(), res.GetPagination(), err
					})
					if err != nil {
						return err
					}
					requests, cut = append(requests, page...), cut || more
				}
				out := cmd.OutOrStdout()
				if o.json() {
					return jsonList(out, "requests", requests, cut)
				}
				if len(requests) == 0 {
					fmt.Fprintln(out, t.nothing("requests for executions", "requests for an order"))
					return nil
				}
				w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
				fmt.Fprintf(w, "PAYS UP TO\tLEFT\tCATEGORY\tTRUST\tTAGS\tEXPIRY\tAGE\tAPP\tREQUESTER\tID\n")
				for _, r := range requests {
					fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", credence.FormatCRED(r.Limit), r.Left(), dash(r.Job.Category),
						trustText(r.Job.Trust), dash(strings.Join(r.Job.Tags, ",")), expiryCell(r.Expiry, height), ageCell(r.Height, height),
						r.Job.App, o.name(r.Requester), credence.ShortDigest(r.Id))
				}
				if err := w.Flush(); err != nil {
					return err
				}
				tellMore(out, cut, limit)
				return nil
			})
		},
	}
	o.chain(cmd.Flags())
	t.add(cmd.Flags(), "requests for executions")
	limitFlag(cmd.Flags(), &limit)
	return cmd
}
