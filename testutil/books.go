package testutil

import (
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// These are the laws that hold between two blocks of a Compute.

// CheckBooks checks every module's books against its records and its coins, and the supply.
func (c *Compute) CheckBooks() {
	c.T.Helper()
	ctx := c.Ctx()
	require.NoError(c.T, app.WorkersKeeper(c.App).CheckInvariants(ctx), "workers at height %d", c.Height())
	require.NoError(c.T, app.VouchersKeeper(c.App).CheckInvariants(ctx), "vouchers at height %d", c.Height())
	require.NoError(c.T, app.DealsKeeper(c.App).CheckInvariants(ctx), "deals at height %d", c.Height())
	require.NoError(c.T, app.MarketKeeper(c.App).CheckInvariants(ctx), "market at height %d", c.Height())
	require.NoError(c.T, app.SupplyKeeper(c.App).CheckInvariants(ctx), "supply at height %d", c.Height())
	require.NoError(c.T, app.TasksKeeper(c.App).CheckInvariants(ctx), "tasks at height %d", c.Height())
	c.checkTasks(ctx)
	seats, err := app.PoaKeeper(c.App).ActiveSeats(ctx)
	require.NoError(c.T, err)
	count, err := app.PoaKeeper(c.App).ActiveCount(ctx)
	require.NoError(c.T, err)
	require.EqualValues(c.T, len(seats), count, "active seats at height %d", c.Height())
}

// checkTasks checks the values on which the modules must agree. The locked stake and busy slots of each worker are those of its open seats.
// The escrow of each deal is that of its unfinished tasks. The unsettled turns of each ledger are the existing turns. The queue holds each
// task once, at its deadline.
func (c *Compute) checkTasks(ctx sdk.Context) {
	c.T.Helper()
	k := app.TasksKeeper(c.App)
	locked, busy, done, whole := map[string]uint64{}, map[string]uint32{}, map[string]uint64{}, map[string]uint64{}
	queued := map[string]taskstypes.Task{}
	require.NoError(c.T, k.Tasks.Walk(ctx, nil, func(id string, t taskstypes.Task) (bool, error) {
		whole[t.Deal]++
		if t.Ended() {
			done[t.Deal]++
		}
		if t.Final() {
			return false, nil
		}
		if t.Queued != 0 {
			queued[id] = t
		}
		deal, err := app.DealsKeeper(c.App).GetDeal(ctx, t.Deal)
		for _, s := range t.Seats {
			if !t.Ended() {
				locked[s.Who] += deal.Terms.Stake
				busy[s.Who]++
			} else if s.Outcome != nil && *s.Outcome == t.Audit.Answer {
				locked[s.Who] += deal.Terms.Stake - t.Audit.Taken // the stake secures the answer, and the slot is free
			}
		}
		return false, err
	}))
	require.NoError(c.T, app.WorkersKeeper(c.App).Workers.Walk(ctx, nil, func(addr string, w workerstypes.Worker) (bool, error) {
		require.Equal(c.T, locked[addr], w.Locked, "stake locked of %s", c.Name(addr))
		require.Equal(c.T, busy[addr], w.Busy, "slots busy of %s", c.Name(addr))
		return false, nil
	}))
	require.NoError(c.T, app.DealsKeeper(c.App).Deals.Walk(ctx, nil, func(_ []byte, d dealstypes.Deal) (bool, error) {
		d, err := app.DealsKeeper(c.App).GetDeal(ctx, d.Id)
		require.NoError(c.T, err)
		each, err := d.Terms.Escrow()
		require.Equal(c.T, each*(d.Size_-d.Ended), d.Escrow, "escrow of deal %s", d.Id)
		require.GreaterOrEqual(c.T, d.Ended, done[d.Id])
		require.Equal(c.T, d.Opened, d.Gone+whole[d.Id], "opened tasks of deal %s are whole or gone", d.Id)
		return false, err
	}))
	require.NoError(c.T, k.Queue.Walk(ctx, nil, func(key collections.Triple[uint32, uint64, string]) (bool, error) {
		require.Equal(c.T, queued[key.K3()].QueueKey(), key, "task %s in the queue", key.K3())
		delete(queued, key.K3())
		return false, nil
	}))
	require.Empty(c.T, queued, "tasks that no queue holds")
	unsettled := map[string]uint64{}
	require.NoError(c.T, k.Turns.Walk(ctx, nil, func(_ string, t taskstypes.Turn) (bool, error) {
		unsettled[t.ClassKey]++
		unsettled[t.RequesterKey]++
		return false, nil
	}))
	require.NoError(c.T, k.Ledgers.Walk(ctx, nil, func(key string, l taskstypes.Ledger) (bool, error) {
		require.Equal(c.T, unsettled[key], l.Unsettled, "unsettled turns of %s", key)
		return false, nil
	}))
}
