package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/workers/keeper"
	"github.com/credence-chain/credence/x/workers/types"
)

// update sets the pools that a worker serves.
func (o *operated) update(worker string, pools ...string) error {
	w := o.fixture.get(worker)
	_, err := o.srv.Update(o.ctx, &types.MsgUpdate{Owner: w.Owner, Worker: worker, Endpoint: w.Endpoint, Slots: w.Slots, Pools: pools})
	return err
}

func TestEvict(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.EvictBlocks = 5 })
	worker := o.worker("alpha", 2, 100, "main", "public")
	other := o.worker("alpha", 2, 100, "public")
	require.NoError(t, o.k.Lock(o.ctx, worker, 10))
	for _, tc := range []struct { // one after the other
		name, worker string
		expErr       error
	}{
		{"no address", "x", types.ErrInvalidWorker},
		{"no worker", o.none, types.ErrNotFound},
		{"not in it", other, types.ErrNotServing},
		{"evicted", strings.ToUpper(worker), nil},
		{"twice", worker, types.ErrEvicting},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o.said()
			ctx, write := o.ctx.CacheContext()
			res, err := o.srv.Evict(ctx, &types.MsgEvict{Operator: o.operator, Pool: "main", Worker: tc.worker})
			require.ErrorIs(t, err, tc.expErr)
			if err == nil {
				write()
				require.EqualValues(t, 15, res.Height)
				require.Equal(t, []types.EventPoolChanged{{Pool: "main", What: "evicting", Organisation: "alpha", Worker: worker, NextHeight: 15}}, o.said())
			}
		})
	}
	// Until then it is drawn like any other, whatever becomes of the parameter, and anybody can see that it will go.
	o.setParams(func(p *types.Params) { p.EvictBlocks = 1 })
	for range 4 {
		o.block(1)
		_, workers := o.drawable("main")
		require.Equal(t, []string{worker}, workers["alpha"])
		res, err := keeper.NewQueryServer(o.k).Worker(o.ctx, &types.QueryWorkerRequest{Address: worker})
		require.NoError(t, err)
		require.Equal(t, []types.Eviction{{Pool: "main", Height: 15}}, res.Worker.Evictions)
		require.Equal(t, []string{"main", "public"}, res.Worker.Pools)
		o.check()
	}
	o.block(1)
	require.Equal(t, []types.EventPoolChanged{{Pool: "main", What: "evicted", Organisation: "alpha", Worker: worker}}, o.said())
	require.Equal(t, []string{"public"}, o.fixture.get(worker).Pools)
	require.Empty(t, o.fixture.get(worker).Evictions)
	orgs, _ := o.drawable("main")
	require.Empty(t, orgs)
	o.check()
	// Its assignment goes on and ends as it would have.
	require.EqualValues(t, 10, o.fixture.get(worker).Locked)
	require.NoError(t, o.k.Settle(o.ctx, "t", []types.SeatSettlement{{Worker: worker, Unlock: 10, Right: true}}, nil, 0))
	orgs, _ = o.drawable("main")
	require.Empty(t, orgs)
	_, workers := o.drawable("public")
	require.ElementsMatch(t, []string{worker, other}, workers["alpha"])
	// The pool is open, so it may come back.
	require.NoError(t, o.update(worker, "main"))
	orgs, _ = o.drawable("main")
	require.Equal(t, []string{"alpha"}, orgs)
	o.check()
}

// TestLeavingBeforeAnEviction: who leaves is not evicted, nor is who comes back, if the pool lets it; it can be evicted anew
// and then goes at the new height.
func TestLeavingBeforeAnEviction(t *testing.T) {
	o := newOperated(t)
	o.setParams(func(p *types.Params) { p.EvictBlocks = 5 })
	_, err := o.srv.Invite(o.ctx, &types.MsgInvite{Operator: o.operator, Pool: "club", Organisation: "alpha"})
	require.NoError(t, err)
	worker := o.worker("alpha", 1, 100, "club", "main")
	ask := func(pool string, want int64) {
		t.Helper()
		res, err := o.srv.Evict(o.ctx, &types.MsgEvict{Operator: o.operator, Pool: pool, Worker: worker})
		require.NoError(t, err)
		require.Equal(t, want, res.Height)
		o.check()
	}
	ask("main", 15)
	ask("club", 15)
	_, err = o.srv.Invite(o.ctx, &types.MsgInvite{Operator: o.operator, Pool: "club", Organisation: "alpha", Withdrawn: true})
	require.NoError(t, err)
	require.NoError(t, o.update(worker, "club", "main"), "changing something else")
	require.Len(t, o.fixture.get(worker).Evictions, 2, "leaves the evictions as they are")

	require.NoError(t, o.update(worker, "club"))
	require.Equal(t, []types.Eviction{{Pool: "club", Height: 15}}, o.fixture.get(worker).Evictions)
	require.NoError(t, o.update(worker, "club", "main"))
	ask("main", 15) // in the same block: the one turn that there is
	o.block(2)
	require.NoError(t, o.update(worker, "club"))
	require.NoError(t, o.update(worker, "club", "main"))
	ask("main", 17)
	o.block(3)
	require.Equal(t, []string{"main"}, o.fixture.get(worker).Pools, "evicted from the one, the other's turn was another")
	require.ErrorIs(t, o.update(worker, "club", "main"), types.ErrNotInvited)
	o.check()
	o.block(1)
	require.Equal(t, []string{"main"}, o.fixture.get(worker).Pools)
	o.block(1)
	require.Empty(t, o.fixture.get(worker).Pools)
	o.check()
}

// TestEvictionsTakeTurns: a block does a bounded number, the oldest first. A turn that became moot counts, so that nobody
// who is ahead of others decides when theirs comes.
func TestEvictionsTakeTurns(t *testing.T) {
	for _, leaves := range []bool{false, true} {
		t.Run(fmt.Sprint(leaves), func(t *testing.T) {
			o := newOperated(t)
			o.setParams(func(p *types.Params) { p.EvictBlocks, p.DuePerBlock = 4, 2 })
			var own []string
			for range 3 {
				own = append(own, o.worker("alpha", 1, 100, "main"))
			}
			honest := o.worker("beta", 1, 100, "main")
			for _, w := range own {
				_, err := o.srv.Evict(o.ctx, &types.MsgEvict{Operator: o.operator, Pool: "main", Worker: w})
				require.NoError(t, err)
			}
			o.block(1)
			_, err := o.srv.Evict(o.ctx, &types.MsgEvict{Operator: o.operator, Pool: "main", Worker: honest})
			require.NoError(t, err)
			o.setParams(func(p *types.Params) { p.DuePerBlock = 1 })
			if leaves {
				for _, w := range own {
					require.NoError(t, o.update(w))
				}
			}
			for height := int64(12); height <= 17; height++ {
				o.block(1)
				require.Equal(t, height, o.ctx.BlockHeight())
				orgs, _ := o.drawable("main")
				require.Equal(t, height < 17, len(orgs) > 0 && orgs[len(orgs)-1] == "beta", "at %d", height)
				o.check()
			}
		})
	}
}

// TestOperatorsDoNotShapeDraws: nothing but an eviction that was asked for in time takes anybody out of the arrays from
// which draws pick, nor moves anybody within, in the block in which the operator does it.
func TestOperatorsDoNotShapeDraws(t *testing.T) {
	o := newOperated(t)
	for _, org := range []string{"beta", "gamma", "delta"} {
		o.worker(org, 2, 50, "main")
		o.worker(org, 2, 50, "main", "public")
		_, err := o.srv.Invite(o.ctx, &types.MsgInvite{Operator: o.operator, Pool: "main", Organisation: org})
		require.NoError(t, err)
	}
	orgs, workers := o.drawable("main")
	require.Len(t, orgs, 3)
	for _, tc := range []struct {
		name string
		do   func() error
	}{
		{"evict", func() error {
			_, err := o.srv.Evict(o.ctx, &types.MsgEvict{Operator: o.operator, Pool: "main", Worker: workers["beta"][0]})
			return err
		}},
		{"uninvite", func() error {
			_, err := o.srv.Invite(o.ctx, &types.MsgInvite{Operator: o.operator, Pool: "main", Organisation: "gamma", Withdrawn: true})
			return err
		}},
		{"close", func() error {
			_, err := o.srv.SetPool(o.ctx, &types.MsgSetPool{Operator: o.operator, Id: "main", Invited: true})
			return err
		}},
		{"terms", func() error { _, err := o.announce("main", types.PoolTerms{Stake: 1_000}); return err }},
		{"offer", func() error {
			_, err := o.srv.TransferPool(o.ctx, &types.MsgTransferPool{Operator: o.operator, Pool: "main", To: "rival"})
			return err
		}},
		{"accept", func() error {
			_, err := o.srv.AcceptPool(o.ctx, &types.MsgAcceptPool{Operator: o.rival, Pool: "main"})
			return err
		}},
		{"retire", func() error {
			_, err := o.srv.SetPool(o.ctx, &types.MsgSetPool{Operator: o.rival, Id: "main", Retired: true})
			return err
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.NoError(t, tc.do())
			o.block(1)
			now, members := o.drawable("main")
			require.Equal(t, orgs, now)
			require.Equal(t, workers, members)
			o.check()
		})
	}
	// A retired pool's operator may still put somebody out, later, for the deals that stand.
	require.Len(t, o.fixture.get(workers["beta"][0]).Evictions, 1)
}

// TestEvictingIsFlat: asking for an eviction and carrying it out cost the same however many workers there are.
func TestEvictingIsFlat(t *testing.T) {
	var want [2]int
	for _, orgs := range []int{60, 600} {
		f, workers := crowd(t, orgs, 1)
		f.setParams(func(p *types.Params) { p.EvictBlocks = 2 })
		operator := text(f.account("ops"))
		*f.ops = 0
		_, err := keeper.NewMsgServer(f.k).Evict(f.ctx, &types.MsgEvict{Operator: operator, Pool: "main", Worker: workers[50]})
		require.NoError(t, err)
		asked := *f.ops
		f.block(1)
		*f.ops = 0
		f.block(1)
		require.Empty(t, f.get(workers[50]).Pools)
		have := [2]int{asked, *f.ops}
		if want == [2]int{} {
			want = have
		}
		require.Equal(t, want, have, "%d organisations", orgs)
	}
}

// TestInvariantsSee: the laws of tickets and evictions are looked at.
func TestInvariantsSee(t *testing.T) {
	o := newOperated(t)
	worker := o.worker("alpha", 1, 100, "main")
	o.worker("beta", 1, 100, "main")
	_, err := o.srv.Evict(o.ctx, &types.MsgEvict{Operator: o.operator, Pool: "main", Worker: worker})
	require.NoError(t, err)
	o.check()
	base := o.ctx
	for _, tc := range []struct {
		name  string
		spoil func() error
		says  string
	}{
		{"a second ticket", func() error { return o.k.TicketHolder.Set(o.ctx, collections.Join("main", uint64(2)), "alpha") }, "is held by alpha, which holds 0"},
		{"a gap", func() error { return o.k.TicketHolder.Remove(o.ctx, collections.Join("main", uint64(0))) }, "expected them to be dense"},
		{"no holder", func() error { return o.k.TicketHolder.Remove(o.ctx, collections.Join("main", uint64(1))) }, "ticket_of: 2 entries, expected 1"},
		{"a count", func() error { return o.k.TicketCount.Set(o.ctx, "main", 3) }, "main has 3, expected 2"},
		{"a count of nothing", func() error { return o.k.TicketCount.Set(o.ctx, "public", 1) }, "ticket_count: 2 entries, expected 1"},
		{"a ticket of no pool", func() error { return o.k.TicketHolder.Set(o.ctx, collections.Join("zz", uint64(0)), "alpha") }, "not a pool"},
		{"none", func() error {
			for _, err := range []error{
				o.k.TicketHolder.Remove(o.ctx, collections.Join("main", uint64(1))), o.k.TicketOf.Remove(o.ctx, collections.Join("main", "beta")),
				o.k.TicketCount.Set(o.ctx, "main", 1),
			} {
				if err != nil {
					return err
				}
			}
			return nil
		}, "beta serves in main and holds none"},
		{"an eviction lost", func() error { return o.k.Evictions.Clear(o.ctx, nil) }, "is not in the queue"},
		{"an eviction from nowhere", func() error { return o.k.Evictions.Set(o.ctx, collections.Join3(uint64(1), "zz", worker)) }, "not a pool"},
		{"an eviction of nobody", func() error { return o.k.Evictions.Set(o.ctx, collections.Join3(uint64(1), "main", "x")) }, "not a worker"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o.ctx, _ = base.CacheContext()
			require.NoError(t, tc.spoil())
			require.ErrorContains(t, o.k.CheckInvariants(o.ctx), tc.says)
		})
	}
}
