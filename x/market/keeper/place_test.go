package keeper_test

import (
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// blockGas is the gas of a block of the default genesis, placeGas the share of one of its 100 places in the matching queue.
const (
	blockGas = 200_000_000
	placeGas = 2_000_000
)

func (f *fixture) setBlockGas(gas int64) {
	f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{Block: &cmtproto.BlockParams{MaxGas: gas, MaxBytes: 1 << 20}})
}

// metered runs fn with a gas limit and returns what it used of it; ok is false when it ran out.
func (f *fixture) metered(limit uint64, fn func(ctx sdk.Context, m types.MsgServer) error) (used uint64, ok bool) {
	meter := storetypes.NewGasMeter(limit)
	defer func() {
		if r := recover(); r != nil {
			require.IsType(f, storetypes.ErrorOutOfGas{}, r)
			used, ok = meter.GasConsumedToLimit(), false
		}
	}()
	require.NoError(f, f.tx(func(ctx sdk.Context, m types.MsgServer) error { return fn(ctx.WithGasMeter(meter), m) }))
	return meter.GasConsumed(), true
}

// gasOf is what a message uses with enough gas.
func (f *fixture) gasOf(fn func(ctx sdk.Context, m types.MsgServer) error) uint64 {
	used, ok := f.metered(blockGas, fn)
	require.True(f, ok)
	return used
}

func submission(requester string, nonce uint64, j types.Job, expiry int64) func(sdk.Context, types.MsgServer) error {
	return func(ctx sdk.Context, m types.MsgServer) error {
		_, err := m.SubmitTask(ctx, &types.MsgSubmitTask{Requester: addr(requester), Nonce: nonce, Job: j, Expiry: expiry})
		return err
	}
}

// Whoever puts something into the queue pays for a place: the block's gas divided by its places, so that a block admits no
// more than it has places. Everything else costs what it reads and writes.
func TestAPlaceCostsItsShareOfTheBlock(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 1_000_000)
	nonce := uint64(0)
	next := func() uint64 { nonce++; return nonce }
	cancel := func(id string) func(sdk.Context, types.MsgServer) error {
		return func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.CancelRequest(ctx, &types.MsgCancelRequest{Requester: addr("ann"), Id: id})
			return err
		}
	}
	submit := func() uint64 { return f.gasOf(submission("ann", next(), job(), 0)) }
	match := func() uint64 {
		return f.gasOf(func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.MatchOrders(ctx, &types.MsgMatchOrders{
				Relayer: addr("eve"), Pool: f.sign(f.poolOrder("open", 1, 50, 0)), Request: f.sign(requestOrder("ann", next(), job())),
			})
			return err
		})
	}
	cancelQueued := func() uint64 { return f.gasOf(cancel(f.submit("ann", next(), job()))) }
	none := job()
	none.Category = "xs"
	cancelResting := func() uint64 {
		id := f.rest("ann", next(), none, 500)
		f.next()
		require.Equal(t, types.REQUEST_STATUS_RESTING, f.request(id).Status)
		return f.gasOf(cancel(id))
	}
	place := func() uint64 {
		return f.gasOf(func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.PlaceOrder(ctx, &types.MsgPlaceOrder{Owner: addr("bolt"), Order: f.poolOrder("second", next(), 900, 0)})
			return err
		})
	}
	match() // the pool's order is known to the others
	for _, tc := range []struct {
		name     string
		message  func() uint64
		gas      int64
		matches  uint32
		expShare uint64
	}{
		{"submit", submit, blockGas, 100, placeGas},
		{"match", match, blockGas, 100, placeGas},
		{"cancel what is queued", cancelQueued, blockGas, 100, 0},
		{"cancel what rests", cancelResting, blockGas, 100, placeGas},
		{"place an order", place, blockGas, 100, placeGas},
		{"gas without a bound", submit, -1, 100, 0},
		{"gas of 0 has no bound", submit, 0, 100, 0},
		{"rounded up", submit, 10_001, 100, 101},
		{"many places", submit, blockGas, 10_000, 20_000},
		{"few places: never more than half of what a transaction may ask for", submit, blockGas, 1, blockGas / 20},
	} {
		f.ctx = f.ctx.WithConsensusParams(cmtproto.ConsensusParams{})
		f.setParams(func(p *types.Params) { p.MatchesPerBlock = 100 })
		tc.message() // the first of the kind may write other keys
		without := tc.message()
		f.setParams(func(p *types.Params) { p.MatchesPerBlock = tc.matches })
		f.setBlockGas(tc.gas)
		require.InDelta(t, without+tc.expShare, tc.message(), 500, tc.name) // a nonce or a count may be a byte longer
		f.setParams(func(p *types.Params) { p.MatchesPerBlock = 100 })
		f.next()
	}
	f.setBlockGas(blockGas)
	before := f.dump()
	_, ok := f.metered(placeGas-1, submission("ann", next(), job(), 0))
	require.False(t, ok)
	require.Equal(t, before, f.dump())
}

// Ten blocks full of requests that meet nothing do not let an honest one wait: a block admits no more of them than it has
// places, so that the queue is empty after each.
func TestAFullBlockOfRequestsLeavesPlaces(t *testing.T) {
	f := newFixture(t)
	f.offer("open", 1, 20, 0)
	f.setBlockGas(blockGas)
	f.next()
	f.fund("ann", 10_000)
	junk := job()
	junk.MaxPrice = 1 // can pay for nothing
	nonce, admitted := uint64(0), 0
	for range 10 {
		f.fund("eve", 1_000)
		left := uint64(blockGas)
		honest := f.gasOf(submission("ann", nonce, job(), 0)) // the last to come, for all that is known
		id := types.FormatID(requestOrder("ann", nonce, job()).ID(chainID))
		left -= honest
		for n := 0; n < 1_000; n++ {
			nonce++
			used, ok := f.metered(min(left, blockGas/10), submission("eve", nonce, junk, 0))
			if left -= used; !ok {
				break
			}
			admitted++
		}
		f.next()
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status, "it is met in the next block")
	}
	require.Greater(t, admitted, 500, "the blocks were full")
	require.LessOrEqual(t, admitted, 10*100)
	t.Logf("%d requests in 10 blocks", admitted)
}
