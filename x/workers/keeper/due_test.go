package keeper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/workers/types"
)

func TestUnbondingIsPaidAtItsHeight(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.UnbondingBlocks = 3 })
	f.pool("main", 10)
	worker := f.worker("alpha", 1, 100, "main")
	owner := f.get(worker).Owner
	before := f.balance(owner)
	due, err := f.k.Unbond(f.ctx, worker, 30)
	require.NoError(t, err)
	require.EqualValues(t, 13, due)
	_, err = f.k.Unbond(f.ctx, worker, 5) // the same block: one entry
	require.NoError(t, err)
	f.setParams(func(p *types.Params) { p.UnbondingBlocks = 1000 }) // what runs keeps its height
	for range 2 {
		f.block(1)
		require.Equal(t, before, f.balance(owner))
		require.EqualValues(t, 35, f.get(worker).Unbonding)
	}
	f.block(1)
	require.Equal(t, before+35, f.balance(owner))
	require.Zero(t, f.get(worker).Unbonding)
	require.EqualValues(t, 65, f.get(worker).Bonded)
	f.check()
}

// TestDueIsCapped: a block does a bounded number of items, the oldest first, and the rest is carried over.
func TestDueIsCapped(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.UnbondingBlocks, p.DuePerBlock = 1, 2 })
	f.pool("main", 10)
	var workers []string
	for range 5 {
		workers = append(workers, f.worker("alpha", 1, 100, "main"))
	}
	for _, w := range workers[3:] { // these two a block earlier
		_, err := f.k.Unbond(f.ctx, w, 1)
		require.NoError(t, err)
	}
	f.ctx = f.ctx.WithBlockHeight(11)
	for _, w := range workers[:3] {
		_, err := f.k.Unbond(f.ctx, w, 1)
		require.NoError(t, err)
	}
	waiting := func() (n int) {
		for _, w := range workers {
			if f.get(w).Unbonding > 0 {
				n++
			}
		}
		return n
	}
	f.block(1)
	require.Equal(t, 3, waiting())
	require.Zero(t, f.get(workers[3]).Unbonding)
	require.Zero(t, f.get(workers[4]).Unbonding)
	f.block(1)
	require.Equal(t, 1, waiting())
	f.block(1)
	require.Zero(t, waiting())
	f.check()
}

// TestDueAlone: an item that fails keeps no other from being done, and no stake is lost.
func TestDueAlone(t *testing.T) {
	for _, fail := range []func(){func() { panic("boom") }, nil} {
		f := newFixture(t)
		f.setParams(func(p *types.Params) { p.UnbondingBlocks = 1 })
		f.pool("main", 10)
		bad, good := f.worker("alpha", 1, 100, "main"), f.worker("beta", 1, 100, "main")
		owner, err := codecOf.StringToBytes(f.get(bad).Owner)
		require.NoError(t, err)
		f.bank.AppendSendRestriction(func(_ context.Context, _, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
			if !to.Equals(sdk.AccAddress(owner)) {
				return to, nil
			}
			if fail != nil {
				fail()
			}
			return to, errors.New("refused")
		})
		for _, w := range []string{bad, good} {
			_, err := f.k.Unbond(f.ctx, w, 95)
			require.NoError(t, err)
		}
		orgs, _ := f.drawable("main")
		require.Empty(t, orgs)
		f.block(1)
		require.EqualValues(t, 5, f.get(good).Bonded)
		require.Zero(t, f.get(good).Unbonding)
		require.EqualValues(t, 100, f.get(bad).Bonded, "it is the worker's again")
		require.Zero(t, f.get(bad).Unbonding)
		orgs, _ = f.drawable("main")
		require.Equal(t, []string{"alpha"}, orgs)
		f.check()
	}
}

// TestNobodyHoldsUpPayments: whoever unbonds all the time delays another's payment by a number of blocks that does not
// grow: what waits is bounded by the number of workers, and by their stake.
func TestNobodyHoldsUpPayments(t *testing.T) {
	for _, tc := range []struct {
		name       string
		min, asked uint64
		most       int // in the queue
	}{
		{"the least, as often as it goes", 1, 1, 6 * types.MaxUnbondings},
		{"less than the least", 30, 1, 0},
		{"by stake", 30, 30, 6 * 3}, // 100 each are three times 30
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.setParams(func(p *types.Params) { p.UnbondingBlocks, p.DuePerBlock, p.MinUnbond = 1, 1, tc.min })
			f.pool("main", 10)
			honest := f.worker("beta", 1, 100, "main")
			var crowd []string
			for range 6 {
				crowd = append(crowd, f.worker("alpha", 1, 100, "main"))
			}
			waiting := func() (n int) {
				require.NoError(t, f.k.Unbondings.Walk(f.ctx, nil, func(collections.Pair[uint64, string], uint64) (bool, error) {
					n++
					return false, nil
				}))
				return n
			}
			flood := func() {
				for _, w := range crowd {
					ctx, write := f.ctx.CacheContext()
					_, err := f.k.Unbond(ctx, w, tc.asked)
					if err == nil {
						write()
						continue
					}
					require.True(t, errors.Is(err, types.ErrUnbondings) || errors.Is(err, types.ErrStake), err)
				}
			}
			for range 20 {
				f.block(1)
				flood()
				require.LessOrEqual(t, waiting(), tc.most)
			}
			before := f.balance(f.get(honest).Owner)
			_, err := f.k.Unbond(f.ctx, honest, 100)
			require.NoError(t, err)
			ahead := waiting()
			for n := 0; f.balance(f.get(honest).Owner) == before; n++ {
				require.LessOrEqual(t, n, ahead, "blocks until the honest owner is paid")
				f.block(1)
				flood()
			}
			f.check()
		})
	}
}

// TestLeastUnbonding: less than the least is unbonded when it is all that is free and nothing else waits, or with what was
// unbonded in the same block.
func TestLeastUnbonding(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.UnbondingBlocks, p.MinUnbond = 100, 30 })
	f.pool("main", 10)
	worker := f.worker("alpha", 2, 100, "main")
	for _, step := range []struct {
		amount uint64
		err    error
		blocks int64
	}{
		{29, types.ErrStake, 0}, {101, types.ErrStake, 0},
		{30, nil, 0}, {5, nil, 1}, // together
		{5, types.ErrStake, 0}, {45, nil, 1}, // 20 are left
		{20, types.ErrStake, 100}, // until the others are paid
		{19, types.ErrStake, 0}, {20, nil, 100},
	} {
		ctx, write := f.ctx.CacheContext()
		_, err := f.k.Unbond(ctx, worker, step.amount)
		require.ErrorIs(t, err, step.err, "%d", step.amount)
		if err == nil {
			write()
		}
		f.check()
		f.block(step.blocks)
	}
	require.Zero(t, f.get(worker).Bonded+f.get(worker).Unbonding)
}

// TestUnbondingsAreBounded: a worker has at most MaxUnbondings that wait, in genesis as well; a payment makes room.
func TestUnbondingsAreBounded(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.UnbondingBlocks = types.MaxUnbondings + 5 })
	f.pool("main", 10)
	worker := f.worker("alpha", 1, 100, "main")
	for range types.MaxUnbondings {
		_, err := f.k.Unbond(f.ctx, worker, 1)
		require.NoError(t, err)
		f.block(1)
	}
	_, err := f.k.Unbond(f.ctx, worker, 1)
	require.ErrorIs(t, err, types.ErrUnbondings)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate(codecOf))
	extra := g.Unbondings[len(g.Unbondings)-1]
	extra.Height++
	g.Unbondings = append(g.Unbondings, extra)
	g.Workers[0].Unbonding++
	require.ErrorIs(t, g.Validate(codecOf), types.ErrInvalidGenesis)
	f.block(5)
	require.EqualValues(t, types.MaxUnbondings-1, f.get(worker).Unbonding)
	_, err = f.k.Unbond(f.ctx, worker, 1)
	require.NoError(t, err)
	f.check()
}
