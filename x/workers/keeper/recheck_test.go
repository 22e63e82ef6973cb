package keeper_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/workers/types"
)

// announce announces terms of a pool of ops.
func (o *operated) announce(pool string, terms types.PoolTerms) (int64, error) {
	ctx, write := o.ctx.CacheContext()
	res, err := o.srv.SetPool(ctx, &types.MsgSetPool{Operator: o.operator, Id: pool, Terms: &terms})
	if err == nil {
		write()
		return res.Height, nil
	}
	return 0, err
}

// listed says whether a worker of an organisation can be drawn in main.
func (o *operated) listed(worker string) bool {
	_, workers := o.drawable("main")
	for _, list := range workers {
		if slices.Contains(list, worker) {
			return true
		}
	}
	return false
}

// TestTermsAtTheirHeight walks over the boundary: everything announced is in force at its height and not a block sooner,
// and whoever can be drawn can lock what the pool asks, in every block.
func TestTermsAtTheirHeight(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.NoticeBlocks = 5 })
	poor, rich := o.worker("beta", 4, 70, "main"), o.worker("gamma", 4, 100, "main")
	before := o.get("main").Terms()
	next := types.PoolTerms{Stake: 80, MinPrice: 9, MaxCommissionBps: 4_000}
	due, err := o.announce("main", next)
	require.NoError(t, err)
	require.EqualValues(t, 15, due)
	require.Equal(t, before, o.get("main").Terms(), "not in the block of the announcement")
	require.True(t, o.listed(poor))
	for o.ctx.BlockHeight() < 14 {
		o.block(1)
		p := o.get("main")
		require.Equal(t, before, p.Terms(), "height %d", o.ctx.BlockHeight())
		require.Equal(t, &next, p.Next)
		require.Equal(t, due, p.NextHeight)
		require.True(t, o.listed(rich))
		o.check()
	}
	require.True(t, o.listed(poor), "the pass begins no sooner than it must")
	o.block(1)
	p := o.get("main")
	require.Equal(t, next, p.Terms())
	require.Nil(t, p.Next)
	require.Zero(t, p.NextHeight)
	require.False(t, o.listed(poor))
	require.True(t, o.listed(rich))
	require.NoError(t, o.k.Lock(o.ctx, rich, 80))
	require.NoError(t, o.k.Bond(o.ctx, poor, 10))
	require.True(t, o.listed(poor))
	o.check()
	// And the next announcement starts from there.
	_, err = o.announce("main", types.PoolTerms{Stake: 79})
	require.ErrorIs(t, err, types.ErrTerms)
	due, err = o.announce("main", types.PoolTerms{Stake: 80, MinPrice: 1})
	require.NoError(t, err)
	require.EqualValues(t, 20, due)
	o.block(4)
	require.EqualValues(t, 9, o.get("main").MinPrice)
	require.EqualValues(t, 4_000, o.get("main").MaxCommissionBps)
	o.block(1)
	require.EqualValues(t, 1, o.get("main").MinPrice)
	require.Zero(t, o.get("main").MaxCommissionBps)
	o.check()
}

// TestStandingAssignmentsKeepTheirs: terms in force touch nothing that runs.
func TestStandingAssignmentsKeepTheirs(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.NoticeBlocks = 1 })
	worker := o.worker("beta", 4, 100, "main")
	require.NoError(t, o.k.Lock(o.ctx, worker, 10))
	_, err := o.announce("main", types.PoolTerms{Stake: 95})
	require.NoError(t, err)
	o.block(1)
	require.False(t, o.listed(worker), "90 are free")
	w := o.fixture.get(worker)
	require.Equal(t, []uint64{10, 1}, []uint64{w.Locked, uint64(w.Busy)})
	require.NoError(t, o.k.Lock(o.ctx, worker, 10), "a deal of before may still draw whom it has drawn by name")
	for range 2 {
		require.NoError(t, o.k.Settle(o.ctx, "t", []types.SeatSettlement{{Worker: worker, Unlock: 10, Right: true}}, nil, 0))
	}
	require.True(t, o.listed(worker))
	o.check()
}

// TestAnnouncedAnew: an announcement takes the place of one that is pending, and its notice begins anew; but once the
// pass measures workers by a stake, that stays.
func TestAnnouncedAnew(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.NoticeBlocks, p.DuePerBlock = 10, 1 })
	for range 3 {
		o.worker("beta", 1, 50, "main")
	}
	rounds := func() (n int) {
		require.NoError(t, o.k.Rechecks.Walk(o.ctx, nil, func(_ collections.Pair[uint64, string], _ types.Recheck) (bool, error) { n++; return false, nil }))
		return n
	}
	due, err := o.announce("main", types.PoolTerms{Stake: 80})
	require.NoError(t, err)
	require.EqualValues(t, 20, due)
	o.block(1)
	require.Equal(t, 1, rounds())
	due, err = o.announce("main", types.PoolTerms{Stake: 20, MinPrice: 5}) // less than was announced, more than is in force
	require.NoError(t, err)
	require.EqualValues(t, 21, due)
	require.Equal(t, 1, rounds())
	due, err = o.announce("main", types.PoolTerms{Stake: 10}) // none at all
	require.NoError(t, err)
	require.EqualValues(t, 21, due)
	require.Zero(t, rounds())
	o.check()
	due, err = o.announce("main", types.PoolTerms{Stake: 60})
	require.NoError(t, err)
	require.EqualValues(t, 21, due)

	count := func() uint64 {
		_, workers := o.drawable("main")
		return uint64(len(workers["beta"]))
	}
	for count() == 3 {
		o.block(1)
		o.check()
	}
	require.Less(t, o.ctx.BlockHeight(), int64(21))
	for _, stake := range []uint64{10, 59, 61} {
		_, err = o.announce("main", types.PoolTerms{Stake: stake})
		require.ErrorIs(t, err, types.ErrTerms)
		require.ErrorContains(t, err, "announced for height 21")
	}
	now := o.ctx.BlockHeight()
	due, err = o.announce("main", types.PoolTerms{Stake: 60, MinPrice: 8}) // the price may change
	require.NoError(t, err)
	require.Equal(t, now+10, due)
	require.Less(t, count(), uint64(3), "the pass goes on from where it was")
	o.check()
	for o.ctx.BlockHeight() < due-1 {
		o.block(1)
		o.check()
		require.EqualValues(t, 10, o.get("main").Stake)
	}
	_, err = o.announce("main", types.PoolTerms{Stake: 61})
	require.ErrorIs(t, err, types.ErrTerms, "nor when it has ended, until the height")
	o.block(1)
	require.Equal(t, types.PoolTerms{Stake: 60, MinPrice: 8}, o.get("main").Terms())
	require.Zero(t, count())
	_, err = o.announce("main", types.PoolTerms{Stake: 61})
	require.NoError(t, err)
	o.check()
}

// TestNoticeTooShort: what the passes could not do in time is not announced, be they of this pool or of others.
func TestNoticeTooShort(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.NoticeBlocks, p.DuePerBlock, p.MaxPools = 5, 2, 3 })
	for i := range 4 {
		o.worker(fmt.Sprintf("org-%d", i), 1, 50, "main")
	}
	_, err := o.announce("cards", types.PoolTerms{Stake: 20}) // an empty pool: one step
	require.NoError(t, err)
	_, err = o.announce("main", types.PoolTerms{Stake: 20}) // 4 workers and 1, and the other's 1: twice that is more than 10
	require.ErrorIs(t, err, types.ErrNotice)
	o.check()
	_, err = o.announce("main", types.PoolTerms{Stake: 10, MinPrice: 7}) // needs none
	require.NoError(t, err)
	_, err = o.announce("cards", types.PoolTerms{Stake: 10})
	require.NoError(t, err)
	_, err = o.announce("main", types.PoolTerms{Stake: 20})
	require.NoError(t, err)
	o.check()
	for range 5 {
		require.EqualValues(t, 10, o.get("main").Stake)
		o.block(1)
		o.check()
	}
	require.EqualValues(t, 20, o.get("main").Stake)
	o.check()
}

// TestLatePass: when the council lowers due_per_block so far that a pass does not end in time, the terms wait for it, and
// readers are told.
func TestLatePass(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.NoticeBlocks, p.DuePerBlock = 2, 100 })
	for i := range 6 {
		o.worker(fmt.Sprintf("org-%d", i), 1, 50, "main")
	}
	terms := types.PoolTerms{Stake: 60, MinPrice: 3}
	_, err := o.announce("main", terms)
	require.NoError(t, err)
	o.setParams(func(p *types.Params) { p.DuePerBlock = 1 })
	for h := int64(11); h < 16; h++ {
		o.block(1)
		p := o.get("main")
		require.EqualValues(t, []uint64{10, 0}, []uint64{p.Stake, p.MinPrice}, "height %d", h)
		orgs, _ := o.drawable("main")
		require.Len(t, orgs, int(16-h), "one worker is passed in a block")
		require.Empty(t, o.said())
		o.check()
	}
	o.block(1)
	require.Equal(t, terms, o.get("main").Terms())
	require.Equal(t, []types.EventPoolChanged{{Pool: "main", What: "announced", Next: &terms, NextHeight: 16}}, o.said())
	o.check()
}

// TestJoinDuringAPass: who comes, leaves or is evicted while a pass goes on is counted right, on either side of it.
func TestJoinDuringAPass(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.NoticeBlocks, p.DuePerBlock = 20, 1 })
	var workers []string
	for i := range 6 {
		workers = append(workers, o.worker(fmt.Sprintf("org-%d", i), 1, 50, "main"))
	}
	slices.Sort(workers) // the order in which they are passed
	due, err := o.announce("main", types.PoolTerms{Stake: 60})
	require.NoError(t, err)
	for o.listed(workers[2]) { // the first three are passed
		o.block(1)
		o.check()
	}
	require.True(t, o.listed(workers[3]))
	o.setParams(func(p *types.Params) { p.EvictBlocks = 1 })
	for _, w := range []string{workers[0], workers[4]} { // both in the next block, and one more is passed in it
		_, err := o.srv.Evict(o.ctx, &types.MsgEvict{Operator: o.operator, Pool: "main", Worker: w})
		require.NoError(t, err)
		o.check()
	}
	o.setParams(func(p *types.Params) { p.DuePerBlock = 2 })
	o.block(1)
	o.check()
	for _, w := range []string{workers[0], workers[4]} {
		_, err := o.srv.Update(o.ctx, &types.MsgUpdate{Owner: o.fixture.get(w).Owner, Worker: w, Endpoint: "http://w", Slots: 1, Pools: []string{"main"}})
		require.NoError(t, err)
		o.check()
	}
	require.False(t, o.listed(workers[0]), "behind the pass the larger stake counts")
	require.True(t, o.listed(workers[4]), "ahead of it what is in force")
	for o.ctx.BlockHeight() < due {
		o.block(1)
		o.check()
	}
	orgs, _ := o.drawable("main")
	require.Empty(t, orgs)
	require.EqualValues(t, 60, o.get("main").Stake)
}

// TestPassIsFlat: however many workers a pool has, a block of the pass looks at due_per_block of them, and announcing or
// reaching the height looks at none.
func TestPassIsFlat(t *testing.T) {
	per := uint32(10)
	var want int
	for _, orgs := range []int{100, 1_000} {
		f, _ := crowd(t, orgs, 1)
		f.setParams(func(p *types.Params) { p.DuePerBlock, p.NoticeBlocks = per, 400 })
		operator := text(f.account("ops"))
		*f.ops = 0
		due, err := f.k.SetPool(f.ctx, &types.MsgSetPool{Operator: operator, Id: "main", Terms: &types.PoolTerms{Stake: 30}})
		require.NoError(t, err)
		announcing := *f.ops
		most := 0
		n, err := f.k.EligibleOrgs(f.ctx, "main")
		require.NoError(t, err)
		for f.ctx.BlockHeight() < due {
			f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithEventManager(sdk.NewEventManager())
			*f.ops = 0
			require.NoError(t, f.k.BeginBlock(f.ctx))
			most = max(most, *f.ops)
			left, err := f.k.EligibleOrgs(f.ctx, "main")
			require.NoError(t, err)
			require.LessOrEqual(t, n-left, uint64(per))
			n = left
		}
		require.Zero(t, n, "nobody has 30")
		require.NoError(t, f.k.CheckInvariants(f.ctx))
		if want == 0 {
			want = announcing
		}
		require.Equal(t, want, announcing)
		require.Less(t, most, 40*int(per))
		*f.ops = 0
		_, err = f.k.GetPool(f.ctx, "main")
		require.NoError(t, err)
		require.LessOrEqual(t, *f.ops, 2)
	}
}
