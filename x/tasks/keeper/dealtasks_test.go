package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
)

// listTasks follows the pages of a deal's tasks, and returns their ids and how many pages there were.
func (f *fixture) listTasks(p query.PageRequest, deal string) (ids []string, pages int) {
	f.t.Helper()
	for {
		res, err := keeper.NewQueryServer(f.k).TasksOfDeal(f.ctx, &types.QueryTasksOfDealRequest{Deal: deal, Pagination: &p})
		require.NoError(f.t, err)
		for _, t := range res.Tasks {
			ids = append(ids, t.Id)
		}
		if pages++; len(res.Pagination.NextKey) == 0 {
			return ids, pages
		}
		p.Key, p.Offset = res.Pagination.NextKey, 0
	}
}

// TestTasksOfADealFollowFromIt: they are listed by their index, a page at a time, from either end, without a list in the state: those that
// are opened, whole or pruned, and none that could not be opened or was not yet.
func TestTasksOfADealFollowFromIt(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.open(5, func(d *dealstypes.Deal) { d.First, d.Bag = 7, 30 })
	deal := f.task(ids[0]).Deal
	got, pages := f.listTasks(query.PageRequest{}, deal)
	require.Equal(t, ids, got)
	require.Equal(t, 1, pages)
	got, pages = f.listTasks(query.PageRequest{Limit: 2}, deal)
	require.Equal(t, ids, got)
	require.Equal(t, 3, pages)
	backwards := slices.Clone(ids)
	slices.Reverse(backwards)
	got, _ = f.listTasks(query.PageRequest{Limit: 2, Reverse: true}, deal)
	require.Equal(t, backwards, got)
	got, _ = f.listTasks(query.PageRequest{Limit: 2, Offset: 3}, deal)
	require.Equal(t, ids[3:], got)
	got, _ = f.listTasks(query.PageRequest{Offset: 9}, deal)
	require.Empty(t, got)

	opening := f.market.deals[deal]
	opening.Size_, opening.Opened = 20, 6 // the sixth could not be opened, the others wait
	f.market.deals[deal] = opening
	got, _ = f.listTasks(query.PageRequest{Limit: 2}, deal)
	require.Equal(t, ids, got)

	queries := keeper.NewQueryServer(f.k)
	none, err := queries.TasksOfDeal(f.ctx, &types.QueryTasksOfDealRequest{Deal: ids[0]})
	require.NoError(t, err)
	require.Empty(t, none.Tasks)
	_, err = queries.TasksOfDeal(f.ctx, &types.QueryTasksOfDealRequest{Deal: deal, Pagination: &query.PageRequest{Key: []byte("x")}})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}
