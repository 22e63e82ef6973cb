package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/internal/paging"
	"github.com/credence-chain/credence/x/workers/keeper"
	"github.com/credence-chain/credence/x/workers/types"
)

func TestQueries(t *testing.T) {
	f := newFixture(t)
	f.pool("main", 10)
	f.pool("side", 1000)
	worker := f.worker("alpha", 1, 100, "main", "side")
	f.worker("beta", 1, 5, "main")
	srv := keeper.NewQueryServer(f.k)

	params, err := srv.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	want := types.DefaultParams()
	want.MinUnbond, want.JailFloor, want.AbsenceQuota = 1, 0, 1<<20
	require.Equal(t, want, params.Params)

	pool, err := srv.Pool(f.ctx, &types.QueryPoolRequest{Id: "main"})
	require.NoError(t, err)
	require.Equal(t, []any{"main", uint64(2), uint64(1)}, []any{pool.Pool.Id, pool.Registered, pool.Eligible})
	_, err = srv.Pool(f.ctx, &types.QueryPoolRequest{Id: "x"})
	require.Equal(t, codes.NotFound, status.Code(err))

	pools, err := srv.Pools(f.ctx, &types.QueryPoolsRequest{Pagination: &query.PageRequest{Limit: 1}})
	require.NoError(t, err)
	require.Len(t, pools.Pools, 1)
	require.NotEmpty(t, pools.Pagination.NextKey)

	for _, address := range []string{worker, strings.ToUpper(worker)} {
		res, err := srv.Worker(f.ctx, &types.QueryWorkerRequest{Address: address})
		require.NoError(t, err)
		require.Equal(t, f.get(worker), res.Worker)
	}
	_, err = srv.Worker(f.ctx, &types.QueryWorkerRequest{Address: text(address20(999))})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = srv.Worker(f.ctx, &types.QueryWorkerRequest{Address: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))

	workers, err := srv.Workers(f.ctx, &types.QueryWorkersRequest{Pagination: &query.PageRequest{Limit: 1}})
	require.NoError(t, err)
	require.Len(t, workers.Workers, 1)
	require.NotEmpty(t, workers.Pagination.NextKey)

	for _, tc := range []struct {
		org  string
		want int
	}{{"alpha", 1}, {"beta", 1}, {"alph", 0}, {"", 0}} {
		of, err := srv.WorkersOf(f.ctx, &types.QueryWorkersOfRequest{Organisation: tc.org})
		require.NoError(t, err)
		require.Len(t, of.Workers, tc.want, tc.org)
		for _, w := range of.Workers {
			require.Equal(t, tc.org, w.Organisation)
		}
	}

	for _, org := range []string{"beta", "alpha"} {
		_, err = keeper.NewMsgServer(f.k).Invite(f.ctx, &types.MsgInvite{Operator: text(f.account("ops")), Pool: "side", Organisation: org})
		require.NoError(t, err)
	}
	invited, err := srv.Invitations(f.ctx, &types.QueryInvitationsRequest{Pool: "side"})
	require.NoError(t, err)
	require.Equal(t, []string{"alpha", "beta"}, invited.Organisations)
	invited, err = srv.Invitations(f.ctx, &types.QueryInvitationsRequest{Pool: "side", Pagination: &query.PageRequest{Limit: 1}})
	require.NoError(t, err)
	require.Equal(t, []string{"alpha"}, invited.Organisations)
	invited, err = srv.Invitations(f.ctx, &types.QueryInvitationsRequest{Pool: "side", Pagination: &query.PageRequest{Key: invited.Pagination.NextKey}})
	require.NoError(t, err)
	require.Equal(t, []string{"beta"}, invited.Organisations)
	invited, err = srv.Invitations(f.ctx, &types.QueryInvitationsRequest{Pool: "main"})
	require.NoError(t, err)
	require.Empty(t, invited.Organisations)

	solvency, err := srv.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.Equal(t, &types.QuerySolvencyResponse{Balance: 105, Owed: 105, Solvent: true}, solvency)
	require.NoError(t, f.k.Owed.Set(f.ctx, 106))
	solvency, err = srv.Solvency(f.ctx, &types.QuerySolvencyRequest{})
	require.NoError(t, err)
	require.False(t, solvency.Solvent)
	require.Error(t, f.k.CheckInvariants(f.ctx))
}

// TestPoolsAreShownAsInForce: a reader sees the terms of the height, not how they are stored.
func TestPoolsAreShownAsInForce(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.NoticeBlocks = 1 })
	_, err := o.announce("main", types.PoolTerms{Stake: 30, MinPrice: 4})
	require.NoError(t, err)
	srv := keeper.NewQueryServer(o.k)
	for _, stake := range []uint64{10, 30} {
		one, err := srv.Pool(o.ctx, &types.QueryPoolRequest{Id: "main"})
		require.NoError(t, err)
		require.Equal(t, stake, one.Pool.Stake)
		all, err := srv.Pools(o.ctx, &types.QueryPoolsRequest{})
		require.NoError(t, err)
		require.Len(t, all.Pools, 5)
		require.Contains(t, all.Pools, one.Pool)
		o.block(1)
	}
}

// TestListsAreBounded: no list costs more than a page, whatever is asked, and all of it is reached by next_key.
func TestListsAreBounded(t *testing.T) {
	const n = paging.Max + 5
	f := newFixture(t)
	f.pool("main", 10)
	for i := range n - 1 {
		f.pool(fmt.Sprintf("pool-%03d", i), 10)
	}
	for i := range n {
		f.worker("alpha", 1, 10, "main")
		require.NoError(t, f.k.Invitations.Set(f.ctx, collections.Join("main", fmt.Sprintf("org-%03d", i))))
	}
	srv := keeper.NewQueryServer(f.k)
	type answer = func(*query.PageRequest) (int, *query.PageResponse, error)
	for name, list := range map[string]answer{
		"pools": func(p *query.PageRequest) (int, *query.PageResponse, error) {
			res, err := srv.Pools(f.ctx, &types.QueryPoolsRequest{Pagination: p})
			if err != nil {
				return 0, nil, err
			}
			return len(res.Pools), res.Pagination, nil
		},
		"invitations": func(p *query.PageRequest) (int, *query.PageResponse, error) {
			res, err := srv.Invitations(f.ctx, &types.QueryInvitationsRequest{Pool: "main", Pagination: p})
			if err != nil {
				return 0, nil, err
			}
			return len(res.Organisations), res.Pagination, nil
		},
		"workers of": func(p *query.PageRequest) (int, *query.PageResponse, error) {
			res, err := srv.WorkersOf(f.ctx, &types.QueryWorkersOfRequest{Organisation: "alpha", Pagination: p})
			if err != nil {
				return 0, nil, err
			}
			return len(res.Workers), res.Pagination, nil
		},
		"workers": func(p *query.PageRequest) (int, *query.PageResponse, error) {
			res, err := srv.Workers(f.ctx, &types.QueryWorkersRequest{Pagination: p})
			if err != nil {
				return 0, nil, err
			}
			return len(res.Workers), res.Pagination, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, p := range []*query.PageRequest{nil, {}, {Limit: 1 << 60}} {
				got, next, err := list(p)
				require.NoError(t, err)
				require.Equal(t, paging.Max, got)
				got, next, err = list(&query.PageRequest{Key: next.NextKey})
				require.NoError(t, err)
				require.Equal(t, n-paging.Max, got)
				require.Empty(t, next.NextKey)
			}
			for _, p := range []*query.PageRequest{{Offset: 1}, {CountTotal: true}} {
				_, _, err := list(p)
				require.Equal(t, codes.InvalidArgument, status.Code(err))
			}
		})
	}
}
