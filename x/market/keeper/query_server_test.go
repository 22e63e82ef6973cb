package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	dealskeeper "github.com/credence-chain/credence/x/deals/keeper"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/keeper"
	"github.com/credence-chain/credence/x/market/types"
)

func TestQueryBook(t *testing.T) {
	f := newFixture(t)
	q := keeper.NewQueryServer(f.Keeper)
	for i, price := range []uint64{30, 10, 20} {
		f.offer([]string{"open", "second", "open"}[i], uint64(i), price, 0)
	}
	f.place(with(f.poolOrder("open", 9, 5, 0), func(o *types.Order) { o.Pool.Category = "xs" }))
	app, data := f.place(appOrder("studio/ray:v1", 1, 4, 0)), f.place(datasetOrder("data/aa:v1", 1, 3, 0))
	f.next()
	prices := func(req types.QueryBookRequest) (out []uint64) {
		res, err := q.Book(f.ctx, &req)
		require.NoError(t, err)
		for _, o := range res.Orders {
			out = append(out, o.Order.Price())
		}
		return out
	}
	page, err := q.Book(f.ctx, &types.QueryBookRequest{Pagination: &query.PageRequest{Limit: 2}})
	require.NoError(t, err)
	require.Equal(t, "10 20", fmt.Sprint(page.Orders[0].Order.Price(), " ", page.Orders[1].Order.Price()))
	require.Equal(t, []uint64{30}, prices(types.QueryBookRequest{Runtime: "wasm", Pagination: &query.PageRequest{Key: page.Pagination.NextKey}}))
	require.Equal(t, []uint64{20, 30}, prices(types.QueryBookRequest{Pool: "open"}))
	require.Equal(t, []uint64{5}, prices(types.QueryBookRequest{Pool: "open", Category: "xs"}))
	require.Equal(t, []uint64{5}, prices(types.QueryBookRequest{Category: "xs"}))
	require.Equal(t, []uint64{4}, prices(types.QueryBookRequest{App: "studio/ray:v1"}))
	require.Equal(t, []uint64{3}, prices(types.QueryBookRequest{Dataset: "data/aa:v1"}))
	require.Empty(t, prices(types.QueryBookRequest{Runtime: "gpu"}))

	orders := func(req types.QueryOrdersRequest) (out []string) {
		res, err := q.Orders(f.ctx, &req)
		require.NoError(t, err)
		for _, o := range res.Orders {
			out = append(out, o.Id)
		}
		return out
	}
	require.Equal(t, []string{app}, orders(types.QueryOrdersRequest{Owner: addr("studio")}))
	require.Equal(t, []string{app}, orders(types.QueryOrdersRequest{App: "studio/ray:v1"}))
	require.Equal(t, []string{data}, orders(types.QueryOrdersRequest{Dataset: "data/aa:v1", Status: types.ORDER_STATUS_RESTING}))
	require.Len(t, orders(types.QueryOrdersRequest{Pool: "open"}), 3)
	require.NoError(t, f.cancelNonce("data", kindDataset, 1))
	require.Empty(t, orders(types.QueryOrdersRequest{Dataset: "data/aa:v1", Status: types.ORDER_STATUS_RESTING}))
	require.Equal(t, []string{data}, orders(types.QueryOrdersRequest{Dataset: "data/aa:v1"}))
	for _, bad := range []types.QueryOrdersRequest{{}, {Owner: addr("studio"), Pool: "open"}} {
		_, err := q.Orders(f.ctx, &bad)
		require.ErrorContains(t, err, "InvalidArgument")
	}
	o, err := q.Order(f.ctx, &types.QueryOrderRequest{Id: app})
	require.NoError(t, err)
	require.Equal(t, f.order(app), o.Order)
	_, err = q.Order(f.ctx, &types.QueryOrderRequest{Id: "A"})
	require.ErrorContains(t, err, "InvalidArgument")
	_, err = q.Order(f.ctx, &types.QueryOrderRequest{Id: strings.Repeat("0", 64)})
	require.ErrorContains(t, err, "NotFound")
	require.NoError(t, f.cancelBelow("data", kindDataset, 7))
	floor, err := q.Floor(f.ctx, &types.QueryFloorRequest{Owner: addr("data"), Kind: kindDataset})
	require.NoError(t, err)
	require.EqualValues(t, 7, floor.Below)
	_, err = q.Floor(f.ctx, &types.QueryFloorRequest{Owner: "x"})
	require.ErrorContains(t, err, "InvalidArgument")
}

func TestQueries(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.fund("iss", 10_000)
	q := keeper.NewQueryServer(f.Keeper)
	f.offer("open", 1, 10, 0)
	v := f.issue("iss", 1, "ann", 5_000, 90)
	a := f.submit("ann", 1, job())
	j := job()
	j.Voucher, j.Beneficiary, j.Datasets = v, addr("cyd"), []string{"data/aa:v1"}
	b := f.submit("ann", 2, j)
	wait := job()
	wait.Pool = "second"
	c := f.rest("ann", 3, wait, 50)
	f.next()

	requests := func(req types.QueryRequestsRequest) (out []string) {
		res, err := q.Requests(f.ctx, &req)
		require.NoError(t, err)
		for _, r := range res.Requests {
			out = append(out, r.Id)
		}
		return out
	}
	require.ElementsMatch(t, []string{a, b, c}, requests(types.QueryRequestsRequest{Requester: addr("ann")}))
	require.Equal(t, []string{c}, requests(types.QueryRequestsRequest{Requester: addr("ann"), Status: types.REQUEST_STATUS_RESTING}))
	require.Empty(t, requests(types.QueryRequestsRequest{Requester: addr("bob")}))
	_, err := q.Requests(f.ctx, &types.QueryRequestsRequest{Requester: "x"})
	require.ErrorContains(t, err, "InvalidArgument")
	waits, err := q.RestingRequests(f.ctx, &types.QueryRestingRequestsRequest{Pool: "second"})
	require.NoError(t, err)
	require.Equal(t, c, waits.Requests[0].Id)
	waits, err = q.RestingRequests(f.ctx, &types.QueryRestingRequestsRequest{})
	require.NoError(t, err)
	require.Empty(t, waits.Requests)
	r, err := q.Request(f.ctx, &types.QueryRequestRequest{Id: a})
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Request.Nonce)

	d := f.deal(b)
	for _, req := range []dealstypes.QueryDealsRequest{
		{Request: b}, {Dataset: "data/aa"}, {Voucher: v}, {Beneficiary: addr("cyd")}, {Request: b, State: dealstypes.DEAL_STATE_RUNNING},
	} {
		res, err := dealskeeper.NewQueryServer(f.dealing).Deals(f.ctx, &req)
		require.NoError(t, err)
		require.Equal(t, []dealstypes.Deal{d}, res.Deals, "%v", req)
	}
	for _, req := range []dealstypes.QueryDealsRequest{
		{Requester: addr("ann")}, {App: "studio/ray"}, {AppOwner: addr("studio")}, {Pool: "open"}, {Order: d.PoolOrder},
	} {
		res, err := dealskeeper.NewQueryServer(f.dealing).Deals(f.ctx, &req)
		require.NoError(t, err)
		require.Len(t, res.Deals, 2, "%v", req)
	}
	f.settle(d)
	for state, want := range map[dealstypes.DealState]int{dealstypes.DEAL_STATE_RUNNING: 0, dealstypes.DEAL_STATE_ENDED: 1} {
		res, err := dealskeeper.NewQueryServer(f.dealing).Deals(f.ctx, &dealstypes.QueryDealsRequest{Voucher: v, State: state})
		require.NoError(t, err)
		require.Len(t, res.Deals, want)
	}
	_, err = dealskeeper.NewQueryServer(f.dealing).Deals(f.ctx, &dealstypes.QueryDealsRequest{})
	require.ErrorContains(t, err, "InvalidArgument")
	got, err := dealskeeper.NewQueryServer(f.dealing).Deal(f.ctx, &dealstypes.QueryDealRequest{Id: d.Id})
	require.NoError(t, err)
	require.EqualValues(t, 1, got.Deal.Ended)
	_, err = dealskeeper.NewQueryServer(f.dealing).Deal(f.ctx, &dealstypes.QueryDealRequest{Id: a})
	require.ErrorContains(t, err, "NotFound")

	cat, err := q.Category(f.ctx, &types.QueryCategoryRequest{Id: "xs"})
	require.NoError(t, err)
	require.EqualValues(t, 600, cat.Blocks)
	_, err = q.Category(f.ctx, &types.QueryCategoryRequest{Id: "none"})
	require.ErrorContains(t, err, "NotFound")
	cats, err := q.Categories(f.ctx, &types.QueryCategoriesRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultCategories(), cats.Categories)
	_, err = q.Match(f.ctx, &types.QueryMatchRequest{Id: a})
	require.ErrorContains(t, err, "NotFound")
	p, err := q.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), p.Params)
	f.endBlock()
	s, err := q.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.True(t, s.Solvent)
	require.Equal(t, s.Balance, s.Owed)
	require.EqualValues(t, 1_000, s.Owed)
}

// What a page costs depends on its length alone, whoever asks and however.
func TestPagesAreBounded(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000_000)
	for i := range uint64(400) {
		f.presign(requestOrder("ann", i, job()))
	}
	q := keeper.NewQueryServer(f.Keeper)
	for _, p := range []*query.PageRequest{nil, {}, {Limit: 1 << 40}, {Limit: 100}} {
		reads := f.reads
		res, err := q.Requests(f.ctx, &types.QueryRequestsRequest{Requester: addr("ann"), Pagination: p})
		require.NoError(t, err)
		require.Len(t, res.Requests, 100)
		require.NotEmpty(t, res.Pagination.NextKey)
		require.Less(t, f.reads-reads, 350)
	}
	for _, p := range []*query.PageRequest{{Offset: 390, Limit: 1}, {CountTotal: true}} {
		_, err := q.Requests(f.ctx, &types.QueryRequestsRequest{Requester: addr("ann"), Pagination: p})
		require.ErrorContains(t, err, "follow next_key")
	}
}

// Everything that has an id is found by the beginning of it, and nothing else is; a list is cut, and never the whole store
// read.
func TestQueryResolve(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 1_000_000)
	f.fund("iss", 10_000)
	q := keeper.NewQueryServer(f.Keeper)
	offer := f.offer("open", 1, 10, 0)
	request := f.submit("ann", 1, job())
	f.next()
	resolve := func(prefix string) *types.QueryResolveResponse {
		res, err := q.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: prefix})
		require.NoError(t, err)
		return res
	}
	for _, id := range []string{offer, request} {
		for _, n := range []int{12, 13, 63, 64} {
			want := &types.QueryResolveResponse{}
			switch id {
			case offer:
				want.Orders = []string{id}
			case request:
				want.Requests = []string{id}
			}
			require.Equal(t, want, resolve(id[:n]), "%d digits of %s", n, id)
		}
		other := []byte(id[:12])
		other[11] = "123456789abcdef0"[strings.IndexByte("0123456789abcdef", other[11])]
		require.Equal(t, &types.QueryResolveResponse{}, resolve(string(other)))
	}
	for _, bad := range []string{"", "abc", "ABCD", "xyzw", "abcd ", strings.Repeat("a", 65)} {
		_, err := q.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: bad})
		require.ErrorContains(t, err, "InvalidArgument", bad)
	}

	// Many that begin alike: the first ten, in order.
	begin := strings.Repeat("5", 62)
	for i := range 20 {
		raw, err := types.ParseID(begin + fmt.Sprintf("%02x", 19-i))
		require.NoError(t, err)
		require.NoError(t, f.Keeper.Orders.Set(f.ctx, raw[:], types.OrderRecord{}))
	}
	got := resolve("5555").Orders
	require.Len(t, got, 10)
	for i, id := range got {
		require.Equal(t, begin+fmt.Sprintf("%02x", i), id)
	}
	// The last of all ids is found too.
	raw, err := types.ParseID(strings.Repeat("f", 64))
	require.NoError(t, err)
	require.NoError(t, f.Keeper.Orders.Set(f.ctx, raw[:], types.OrderRecord{}))
	require.Equal(t, []string{strings.Repeat("f", 64)}, resolve("ffffffffffffffff").Orders)
}
