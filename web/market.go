package web

import (
	"cmp"
	"context"
	"slices"

	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file has the pages of the market: the book with its pools and categories, an order, a request and a deal. The row types are what a
// list shows of a record; the page types add what only the page of that record shows. All of them are copied from the chain's types, so
// that the JSON of the page stays the same when a message changes, and so that amounts become text where a browser's numbers are too small
// (big in chain.go).

// orderRow is an order, as lists show it.
type orderRow struct {
	ID           string        `json:"id"`
	Kind         string        `json:"kind"`
	Status       string        `json:"status"`
	Owner        string        `json:"owner"`
	Organisation string        `json:"organisation"`
	Of           string        `json:"of"` // the app, dataset or pool
	Price        big           `json:"price"`
	Volume       uint64        `json:"volume"` // 0 means that there is no bound
	Filled       uint64        `json:"filled"`
	Category     string        `json:"category"`
	MaxFuel      big           `json:"max_fuel"`
	Stake        big           `json:"stake"`
	Trust        uint64        `json:"trust"` // 0 for any
	Commission   uint32        `json:"commission_bps"`
	UsePrice     *usePriceView `json:"use_price,omitempty"` // nil for a fixed price
	Tags         []string      `json:"tags"`
	Expiry       int64         `json:"expiry"`
	Height       int64         `json:"height"`
	Pruned       int64         `json:"pruned,omitempty"` // height of the block that pruned it; the state before that block has the rest
}

// usePriceView is a price by use: a base and its rates, in ucred.
type usePriceView struct {
	Base      big `json:"base"`
	PerGfuel  big `json:"per_gfuel"`
	PerSecond big `json:"per_second"`
}

func usePriceOf(p *dealstypes.UsePrice) *usePriceView {
	if p == nil {
		return nil
	}
	return &usePriceView{big(p.Base), big(p.PerGfuel), big(p.PerSecond)}
}

func orderRowOf(r markettypes.OrderRecord) orderRow {
	row := orderRow{
		ID: r.Id, Kind: wordOf(r.Kind, "ORDER_KIND_"), Status: wordOf(r.Status, "ORDER_STATUS_"), Owner: r.Order.Owner, Organisation: r.Organisation,
		Filled: r.Filled, Expiry: r.Order.Expiry, Height: r.Height, Tags: []string{}, Pruned: r.Pruned,
	}
	switch o := r.Order; {
	case o.Pool != nil:
		row.Of, row.Price, row.Volume, row.Category = o.Pool.Pool, big(o.Pool.Price), o.Pool.Volume, o.Pool.Category
		row.MaxFuel, row.Stake, row.Trust, row.Commission = big(o.Pool.MaxFuel), big(o.Pool.Stake), o.Pool.Trust, o.Pool.CommissionBps
		row.UsePrice = usePriceOf(o.Pool.UsePrice)
		row.Tags = append(row.Tags, o.Pool.Tags...)
	case o.App != nil:
		row.Of, row.Price, row.Volume = o.App.App, big(o.App.Price), o.App.Volume
		row.Tags = append(row.Tags, o.App.Tags...)
	case o.Dataset != nil:
		row.Of, row.Price, row.Volume = o.Dataset.Dataset, big(o.Dataset.Price), o.Dataset.Volume
		row.Tags = append(row.Tags, o.Dataset.Tags...)
	}
	return row
}

type poolRow struct {
	ID          string `json:"id"`
	Operator    string `json:"operator"`
	Runtime     string `json:"runtime"`
	Description string `json:"description"`
	Stake       big    `json:"stake"`
	Registered  uint64 `json:"registered"`
	Eligible    uint64 `json:"eligible"`
	Invited     bool   `json:"invited"`
	Retired     bool   `json:"retired"`
}

type categoryRow struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	Seconds     uint64 `json:"seconds"`
	Fuel        big    `json:"fuel_limit"`
}

type requestRow struct {
	ID           string `json:"id"`
	Requester    string `json:"requester"`
	Organisation string `json:"organisation"`
	App          string `json:"app"`
	Status       string `json:"status"`
	Reason       string `json:"reason"`
	Trust        uint64 `json:"trust"`
	Size         uint64 `json:"size"`
	Filled       uint64 `json:"filled"`
	MaxPrice     big    `json:"max_price"`
	Escrow       big    `json:"escrow"`
	Limit        big    `json:"limit"`
	Height       int64  `json:"height"`
	Expiry       int64  `json:"expiry"`
	Pruned       int64  `json:"pruned,omitempty"` // height of the block that pruned it; the state before that block has the rest
}

func requestRowOf(r markettypes.Request) requestRow {
	return requestRow{
		r.Id, r.Requester, r.Organisation, r.Job.App, wordOf(r.Status, "REQUEST_STATUS_"), r.Reason, r.Job.Trust, max(r.Job.Size_, 1), r.Filled,
		big(r.Job.MaxPrice), big(r.Escrow), big(r.Limit), r.Height, r.Expiry, r.Pruned,
	}
}

// dealRow is a deal, as lists show it.
type dealRow struct {
	ID           string `json:"id"`
	Request      string `json:"request"`
	App          string `json:"app"`
	Version      string `json:"version"`
	Pool         string `json:"pool"`
	Requester    string `json:"requester"`
	Organisation string `json:"organisation"`
	Policy       string `json:"policy"`
	Trust        uint64 `json:"trust"`
	Size         uint64 `json:"size"`
	Opened       uint64 `json:"opened"`
	Ended        uint64 `json:"ended"`
	Accepted     uint64 `json:"accepted"`
	Price        big    `json:"price"`
	Escrow       big    `json:"escrow"`
	Paid         big    `json:"paid"`
	Premiums     big    `json:"premiums"`
	Refunded     big    `json:"refunded"`
	Height       int64  `json:"height"`
	Cancelled    bool   `json:"cancelled"`
	Pruned       int64  `json:"pruned,omitempty"` // height of the block that pruned it; the state before that block has the rest
}

func dealRowOf(d dealstypes.Deal) dealRow {
	return dealRow{
		d.Id, d.Request, d.App, d.AppVersion, d.Pool, d.Requester, d.RequesterOrganisation, d.Terms.Policy, d.Terms.Trust, d.Size_, d.Opened, d.Ended,
		d.Accepted, big(d.Terms.Price), big(d.Escrow), big(d.Paid), big(d.Premiums), big(d.Refunded), d.Height, d.Cancelled, d.Pruned,
	}
}

// dealRows returns the deals that a query selects, newest first, and the key of the next page.
func (c *chain) dealRows(ctx context.Context, p params, of dealstypes.QueryDealsRequest) ([]dealRow, string, error) {
	list, err := readPage(p, true)
	if err != nil {
		return nil, "", err
	}
	of.Pagination = list
	res, err := c.conn.Deals().Deals(ctx, &of)
	if err != nil {
		return nil, "", err
	}
	rows := make([]dealRow, 0, len(res.Deals))
	for _, d := range res.Deals {
		rows = append(rows, dealRowOf(d))
	}
	return rows, nextPage(res.Pagination), nil
}

type marketPage struct {
	Runtime    string        `json:"runtime"`
	Category   string        `json:"category"`
	Book       []orderRow    `json:"book"` // best first
	Next       string        `json:"next"`
	Waiting    []requestRow  `json:"waiting"`
	Pools      []poolRow     `json:"pools"`
	Categories []categoryRow `json:"categories"`
	Deals      []dealRow     `json:"deals"` // newest first, of the pools that are shown
}

// mostPools is the number of pools that the market page shows.
const mostPools = 25

func (c *chain) readMarket(ctx context.Context, p params) (any, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, err
	}
	m := &marketPage{Runtime: p["runtime"], Category: p["category"], Book: []orderRow{}, Waiting: []requestRow{}, Pools: []poolRow{}, Categories: []categoryRow{}, Deals: []dealRow{}}
	if m.Runtime == "" {
		m.Runtime = contract.RuntimeWasm
	}
	book, err := c.conn.Market().Book(ctx, &markettypes.QueryBookRequest{Runtime: m.Runtime, Category: m.Category, Pagination: list})
	if err != nil {
		return nil, err
	}
	m.Next = nextPage(book.Pagination)
	for _, r := range book.Orders {
		m.Book = append(m.Book, orderRowOf(r))
	}
	waiting, err := c.conn.Market().RestingRequests(ctx, &markettypes.QueryRestingRequestsRequest{Runtime: m.Runtime, Category: m.Category, Pagination: firstPage(pageSize)})
	if err != nil {
		return nil, err
	}
	for _, r := range waiting.Requests {
		m.Waiting = append(m.Waiting, requestRowOf(r))
	}
	categories, err := c.conn.Market().Categories(ctx, &markettypes.QueryCategoriesRequest{Pagination: firstPage(50)})
	if err != nil {
		return nil, err
	}
	for _, k := range categories.Categories {
		m.Categories = append(m.Categories, categoryRow{k.Id, k.Description, k.Seconds, big(k.FuelLimit)})
	}
	pools, err := c.conn.Workers().Pools(ctx, &workerstypes.QueryPoolsRequest{Pagination: firstPage(mostPools)})
	if err != nil {
		return nil, err
	}
	for _, w := range pools.Pools {
		one, err := c.conn.Workers().Pool(ctx, &workerstypes.QueryPoolRequest{Id: w.Id})
		if err != nil {
			return nil, err
		}
		m.Pools = append(m.Pools, poolRow{w.Id, w.Operator, w.Runtime, w.Description, big(w.Stake), one.Registered, one.Eligible, w.Invited, w.Retired})
		deals, _, err := c.dealRows(ctx, params{}, dealstypes.QueryDealsRequest{Pool: w.Id})
		if err != nil {
			return nil, err
		}
		m.Deals = newest(append(m.Deals, deals...))
	}
	return m, nil
}

// newest returns the newest of some deals of several pools, as many as a page has, in place.
func newest(deals []dealRow) []dealRow {
	slices.SortStableFunc(deals, func(a, b dealRow) int { return cmp.Compare(b.Height, a.Height) })
	return deals[:min(pageSize, len(deals))]
}

type orderPage struct {
	orderRow
	Deals []dealRow `json:"deals"`
	Next  string    `json:"next"`
}

func (c *chain) readOrder(ctx context.Context, p params) (any, error) {
	if err := checkID(p["id"]); err != nil {
		return nil, err
	}
	res, err := c.conn.Market().Order(ctx, &markettypes.QueryOrderRequest{Id: p["id"]})
	if err != nil {
		return nil, err
	}
	out := orderPage{orderRow: orderRowOf(res.Order)}
	out.Deals, out.Next, err = c.dealRows(ctx, p, dealstypes.QueryDealsRequest{Order: p["id"]})
	return out, err
}

type requestPage struct {
	requestRow
	Args  []string  `json:"args"`
	Deals []dealRow `json:"deals"`
	Next  string    `json:"next"`
	Tasks []taskRow `json:"tasks"` // first tasks of the first deal
}

func (c *chain) readRequest(ctx context.Context, p params) (any, error) {
	if err := checkID(p["id"]); err != nil {
		return nil, err
	}
	res, err := c.conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: p["id"]})
	if err != nil {
		return nil, err
	}
	out := requestPage{requestRow: requestRowOf(res.Request), Args: append([]string{}, res.Request.Job.Args...), Tasks: []taskRow{}}
	if out.Deals, out.Next, err = c.dealRows(ctx, p, dealstypes.QueryDealsRequest{Request: p["id"]}); err != nil {
		return nil, err
	}
	if res.Request.Deal == "" {
		return out, nil
	}
	if len(out.Deals) == 0 && out.Next == "" { // lists leave out pruned deals; this one is named by the request
		d, err := c.conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: res.Request.Deal})
		if err != nil {
			return nil, err
		}
		out.Deals = append(out.Deals, dealRowOf(d.Deal))
	}
	out.Tasks, _, err = c.tasksOfDeal(ctx, params{}, res.Request.Deal)
	return out, err
}

type dealPage struct {
	dealRow
	Terms    termsView `json:"terms"`
	Args     []string  `json:"args"`
	Order    string    `json:"pool_order"`
	Callback string    `json:"callback"`
	Tasks    []taskRow `json:"tasks"`
	Next     string    `json:"next"`
}

func (c *chain) readDeal(ctx context.Context, p params) (any, error) {
	if err := checkID(p["id"]); err != nil {
		return nil, err
	}
	res, err := c.conn.Deals().Deal(ctx, &dealstypes.QueryDealRequest{Id: p["id"]})
	if err != nil {
		return nil, err
	}
	d := res.Deal
	out := dealPage{dealRow: dealRowOf(d), Terms: termsOf(d), Args: append([]string{}, d.Args...), Order: d.PoolOrder, Callback: d.Callback}
	out.Tasks, out.Next, err = c.tasksOfDeal(ctx, p, p["id"])
	return out, err
}

func (c *chain) tasksOfDeal(ctx context.Context, p params, deal string) ([]taskRow, string, error) {
	list, err := readPage(p, false)
	if err != nil {
		return nil, "", err
	}
	res, err := c.conn.Tasks().TasksOfDeal(ctx, &taskstypes.QueryTasksOfDealRequest{Deal: deal, Pagination: list})
	if err != nil {
		return nil, "", err
	}
	rows, err := c.taskRows(ctx, res.Tasks)
	return rows, nextPage(res.Pagination), err
}
