package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/x/deals/keeper"
	"github.com/credence-chain/credence/x/deals/types"
)

func TestQueryDeal(t *testing.T) {
	f := newFixture(t)
	server := keeper.NewQueryServer(f.Keeper)
	f.makeDeal(someDeal("a", 2))
	res, err := server.Deal(f.ctx, &types.QueryDealRequest{Id: idOf("a")})
	require.NoError(t, err)
	require.EqualValues(t, 2*each, res.Deal.Escrow)
	require.NotEmpty(t, res.Deal.Args, "as a worker needs it")
	_, err = server.Deal(f.ctx, &types.QueryDealRequest{Id: idOf("b")})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = server.Deal(f.ctx, &types.QueryDealRequest{Id: "b"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

// Every party of a deal finds it, and nobody else.
func TestQueryDealsByParty(t *testing.T) {
	f := newFixture(t)
	server := keeper.NewQueryServer(f.Keeper)
	d := datasetsDeal("a", 1, 0)
	d.Sponsor, d.Voucher, d.Beneficiary = addr("sponsor"), idOf("voucher"), addr("friend")
	f.makeDeal(d)
	other := someDeal("b", 1)
	other.Pool, other.PoolOrder, other.App, other.AppOwner, other.Requester, other.Beneficiary = "south", idOf("another order"), "studio/other", addr("other"), addr("sponsor"), addr("other")
	f.makeDeal(other)
	for _, tc := range []struct {
		name string
		req  types.QueryDealsRequest
	}{
		{"requester", types.QueryDealsRequest{Requester: d.Requester}},
		{"request", types.QueryDealsRequest{Request: d.Request}},
		{"app", types.QueryDealsRequest{App: d.App}},
		{"app's owner", types.QueryDealsRequest{AppOwner: d.AppOwner}},
		{"dataset", types.QueryDealsRequest{Dataset: "data/bb"}},
		{"pool", types.QueryDealsRequest{Pool: d.Pool}},
		{"pool order", types.QueryDealsRequest{Order: d.PoolOrder}},
		{"app order", types.QueryDealsRequest{Order: d.AppOrder}},
		{"dataset order", types.QueryDealsRequest{Order: idOf("order cc")}},
		{"sponsor", types.QueryDealsRequest{Sponsor: d.Sponsor}},
		{"voucher", types.QueryDealsRequest{Voucher: d.Voucher}},
		{"beneficiary", types.QueryDealsRequest{Beneficiary: d.Beneficiary}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res, err := server.Deals(f.ctx, &tc.req)
			require.NoError(t, err)
			require.Len(t, res.Deals, 1)
			require.Equal(t, d.Id, res.Deals[0].Id)
			tc.req.State = types.DEAL_STATE_ENDED
			res, err = server.Deals(f.ctx, &tc.req)
			require.NoError(t, err)
			require.Empty(t, res.Deals)
		})
	}
	for name, req := range map[string]types.QueryDealsRequest{
		"no party":       {},
		"two parties":    {Pool: "north", App: "studio/ray"},
		"no address":     {Requester: "somebody"},
		"no id":          {Request: "something"},
		"an order's too": {Order: "something"},
	} {
		_, err := server.Deals(f.ctx, &req)
		require.Equal(t, codes.InvalidArgument, status.Code(err), name)
	}
}

func TestQueryDealsByPages(t *testing.T) {
	f := newFixture(t)
	server := keeper.NewQueryServer(f.Keeper)
	for i, name := range []string{"x", "y", "z"} {
		d := someDeal(name, 1)
		d.Height = int64(10 - i)
		f.makeDeal(d)
	}
	var heights []int64
	page := &query.PageRequest{Limit: 2}
	for {
		res, err := server.Deals(f.ctx, &types.QueryDealsRequest{Pool: "north", Pagination: page})
		require.NoError(t, err)
		for _, d := range res.Deals {
			heights = append(heights, d.Height)
		}
		if len(res.Pagination.NextKey) == 0 {
			break
		}
		page = &query.PageRequest{Limit: 2, Key: res.Pagination.NextKey}
	}
	require.Equal(t, []int64{8, 9, 10}, heights)
}

func TestQueryParamsCallbacksAndSolvency(t *testing.T) {
	f := newFixture(t)
	server := keeper.NewQueryServer(f.Keeper)
	f.SetCallback("hook", &hook{})
	f.makeDeal(someDeal("a", 1))
	params, err := server.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), params.Params)
	callbacks, err := server.Callbacks(f.ctx, &types.QueryCallbacksRequest{})
	require.NoError(t, err)
	require.Equal(t, []string{"hook"}, callbacks.Names)
	solvency, err := server.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.Equal(t, types.QuerySolvencyResponse{Balance: each, Owed: each, Solvent: true}, *solvency)
	f.bank.has[string(module(types.ModuleName))]--
	solvency, err = server.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.False(t, solvency.Solvent)
}

func TestQueryResolve(t *testing.T) {
	f := newFixture(t)
	server := keeper.NewQueryServer(f.Keeper)
	id := f.makeDeal(someDeal("a", 1)).Id
	res, err := server.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: id[:8]})
	require.NoError(t, err)
	require.Equal(t, []string{id}, res.Deals)
	_, err = server.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: "xyz"})
	require.Error(t, err)
}
