package keeper_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// resting returns a request that waits for what the fixture's book lacks.
func resting(f *fixture, requester string, nonce uint64, j types.Job, expiry int64) string {
	if f.balance(requester) == 0 {
		f.fund(requester, 1_000_000)
	}
	id := f.rest(requester, nonce, j, expiry)
	f.next()
	require.Equal(f, types.REQUEST_STATUS_RESTING, f.request(id).Status, f.request(id).Reason)
	return id
}

// An order that a request lacks starts its rematch, whatever the kind of order; it then lacks the next, and waits for that.
func TestRestWaitsForWhatItLacks(t *testing.T) {
	f := newFixture(t)
	f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.ByOrder = true })
	f.setDataset("data/aa:v1", func(_ *appstypes.Dataset, v *appstypes.DatasetVersion) { v.ByOrder = true })
	j := job()
	j.Datasets, j.MaxAppPrice = []string{"data/aa:v1"}, 20
	id := resting(f, "ann", 1, j, 100)
	require.Equal(t, types.AppTopic("studio/ray:v1"), f.request(id).Topic)
	require.EqualValues(t, 20, f.request(id).Limit)
	require.EqualValues(t, 1_000, f.request(id).Escrow)

	// An order that it cannot pay, or that it does not lack, starts no rematch.
	f.place(appOrder("studio/ray:v1", 1, 21, 0))
	f.offer("open", 1, 100, 0)
	reads := f.reads
	f.next()
	require.Equal(t, types.AppTopic("studio/ray:v1"), f.request(id).Topic)
	require.Less(t, f.reads-reads, 400)

	f.place(appOrder("studio/ray:v1", 2, 20, 0))
	f.next()
	require.Equal(t, types.DatasetTopic("data/aa:v1"), f.request(id).Topic)
	f.place(datasetOrder("data/aa:v1", 1, 80, 0))
	require.NoError(t, f.cancelNonce("acme", kindPool, 1))
	f.next()
	require.Equal(t, types.PoolTopic("wasm", ""), f.request(id).Topic)
	require.EqualValues(t, (999-20-80)/2, f.request(id).Limit, "for each of two replicas")
	f.offer("open", 2, 450, 0)
	f.next()
	require.Equal(t, types.REQUEST_STATUS_RESTING, f.request(id).Status)
	f.offer("second", 3, 449, 0)
	f.next()
	d := f.deal(id)
	require.Equal(t, "second", d.Pool)
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status)
	require.Empty(t, f.request(id).Topic)
	f.next()
}

// Who pays more is met first, of equal limits the older request.
func TestRestMeetsByPriceThenAge(t *testing.T) {
	f := newFixture(t)
	var ids []string
	for i, price := range []uint64{500, 900, 700, 900} {
		j := job()
		j.MaxPrice = price
		ids = append(ids, resting(f, "ann", uint64(i), j, 100))
	}
	want := []string{ids[1], ids[3], ids[2], ids[0]}
	var got []string
	for range ids {
		f.offer("open", 100+uint64(len(got)), 100, 1)
		f.next()
		for _, id := range ids {
			if f.request(id).Status == types.REQUEST_STATUS_MATCHED && !slices.Contains(got, id) {
				got = append(got, id)
			}
		}
	}
	require.Equal(t, want, got)
}

// The same when the orders of one block are enough for all: the cheapest goes to who pays most.
func TestRestMeetsTheBestFirst(t *testing.T) {
	f := newFixture(t)
	j := job()
	j.MaxPrice = 500
	poor := resting(f, "ann", 1, j, 100)
	j.MaxPrice = 600
	rich := resting(f, "ann", 2, j, 100)
	dear, cheap := f.offer("open", 1, 200, 1), f.offer("second", 2, 100, 1)
	f.next()
	require.Equal(t, cheap, f.deal(rich).PoolOrder)
	require.Equal(t, dear, f.deal(poor).PoolOrder)
}

// A partial request takes what there is and waits for the rest; a whole one waits for all of it, of several orders.
func TestRestPartial(t *testing.T) {
	for _, partial := range []bool{false, true} {
		f := newFixture(t)
		f.offer("open", 1, 20, 3)
		f.next()
		j := job()
		j.Size_, j.Partial = 5, partial
		id := resting(f, "ann", 1, j, 100)
		r := f.request(id)
		require.Equal(t, map[bool]uint64{false: 0, true: 3}[partial], r.Filled)
		require.Equal(t, (5-r.Filled)*1_000, r.Escrow)
		f.offer("second", 2, 30, 1)
		f.next()
		require.Equal(t, map[bool]uint64{false: 0, true: 4}[partial], f.request(id).Filled)
		f.offer("second", 3, 40, 9)
		f.next()
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status)
		deals := f.deals(id)
		require.Len(t, deals, 3)
		for i, want := range []struct{ first, size, price uint64 }{{0, 3, 20}, {3, 1, 30}, {4, 1, 40}} {
			require.Equal(t, want, struct{ first, size, price uint64 }{deals[i].First, deals[i].Size_, deals[i].Terms.Price})
		}
		f.next()
		require.Contains(t, f.tasks.opened, deals[2].Id+"/4", "a task's index counts within the bag")
	}
}

// Without partial and without an expiry a bag that no orders can fill is refunded whole.
func TestWholeBagOrNothing(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	order := f.offer("open", 1, 20, 3)
	f.next()
	j := job()
	j.Size_ = 5
	id := f.submit("ann", 1, j)
	f.next()
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, f.request(id).Status)
	require.Zero(t, f.order(order).Filled)
	require.EqualValues(t, 10_000, f.balance("ann"))
	j.Partial = true
	id = f.submit("ann", 2, j)
	f.next()
	r := f.request(id)
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, r.Status, "the rest is refunded")
	require.EqualValues(t, 3, r.Filled)
	require.Zero(t, r.Escrow)
	d := f.deal(id)
	require.EqualValues(t, 10_000-d.Escrow, f.balance("ann"))
	require.NoError(t, f.cancel("ann", id), "what it has met is taken back as any deal")
	require.ErrorIs(t, f.cancel("ann", id), types.ErrEnded)
	f.next()
	require.True(t, f.deal(id).Cancelled)
}

// A request rests until the height of its expiry, and is refunded at it.
func TestRestExpires(t *testing.T) {
	for height := int64(4); height <= 6; height++ { // at which the order is met
		f := newFixture(t)
		j := job()
		j.Size_, j.Partial = 2, true
		id := resting(f, "ann", 1, j, 5)
		f.until(height - 1)
		f.offer("open", 1, 20, 1)
		f.next()
		met := height < 5
		require.Equal(t, met, f.request(id).Filled == 1, "at %d", height)
		f.until(6)
		r := f.request(id)
		require.Equal(t, types.REQUEST_STATUS_EXPIRED, r.Status)
		require.Contains(t, r.Reason, "expired at height 5")
		require.Zero(t, r.Escrow)
		held := uint64(0)
		if met {
			held = f.deal(id).Escrow
		}
		require.EqualValues(t, 1_000_000-held, f.balance("ann"))
		if met {
			require.NoError(t, f.cancel("ann", id), "what it has met may still be taken back")
		} else {
			require.ErrorIs(t, f.cancel("ann", id), types.ErrEnded)
		}
		f.next()
	}
}

func TestRestRefuses(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 100_000)
	f.setParams(func(p *types.Params) { p.MaxRestBlocks = 50 })
	for expiry, ok := range map[int64]bool{-1: false, 1: false, 2: false, 3: true, 51: true, 52: false} {
		_, err := f.restErr("ann", uint64(expiry+1), job(), expiry)
		require.Equal(t, ok, err == nil, "expiry %d: %v", expiry, err)
	}
	f.next()
}

// Who has as much on the book as may be gets the rest of a request back at once.
func TestRestWhenTheBookIsFull(t *testing.T) {
	f := newFixture(t)
	f.fund("acme", 1_000_000)
	for i := range uint64(types.MaxResting) {
		f.place(with(f.poolOrder("open", i, 2_000, 1), func(o *types.Order) {
			o.Expiry, o.Pool.Category = 60, []string{"xs", "s", "m", "l"}[i%4]
		}))
	}
	f.offer("second", 1, 20, 1)
	f.next()
	j := job()
	j.Size_, j.Partial = 2, true
	id := f.rest("acme", 1, j, 100)
	f.next()
	r := f.request(id)
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, r.Status)
	require.Contains(t, r.Reason, types.ErrBookFull.Error())
	require.EqualValues(t, 1, r.Filled, "what it has met stands")
	require.Zero(t, r.Escrow)
	f.until(61) // ends them all
	resting(f, "acme", 2, j, 100)
}

// A request is taken back in whatever state it is.
func TestCancelResting(t *testing.T) {
	f := newFixture(t)
	f.offer("open", 1, 20, 3)
	f.next()
	j := job()
	j.Size_, j.Partial = 5, true
	id := resting(f, "ann", 1, j, 100)
	f.setDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = 1 })
	untouched := resting(f, "ann", 2, j, 100)
	require.NoError(t, f.cancel("ann", id))
	require.ErrorIs(t, f.cancel("ann", id), types.ErrEnded)
	require.NoError(t, f.cancel("ann", untouched))
	f.offer("open", 2, 20, 0)
	f.next()
	for _, id := range []string{id, untouched} {
		r := f.request(id)
		require.Equal(t, types.REQUEST_STATUS_CANCELLED, r.Status)
		require.Zero(t, r.Escrow)
		require.Empty(t, r.Topic)
	}
	require.EqualValues(t, 3, f.request(id).Filled, "it met nothing more")
	require.EqualValues(t, 1_000_000-f.deal(id).Escrow, f.balance("ann"))
	f.until(101)
}

// The rematch of a topic goes on in the next block where the budget ended, and the topics take turns.
func TestRematchesAreCappedAndTakeTurns(t *testing.T) {
	f := newFixture(t)
	f.addApp("studio/zoo:v1", 10)
	f.setApp("studio/zoo:v1", func(_ *appstypes.App, v *appstypes.Version) { v.ByOrder = true })
	var many []string
	for i := range 30 {
		many = append(many, resting(f, fmt.Sprint("p", i%3), uint64(i), job(), 1_000))
	}
	j := job()
	j.App = "studio/zoo:v1"
	other := resting(f, "ann", 1, j, 1_000) // its topic comes first
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 4 })
	f.place(appOrder("studio/zoo:v1", 1, 1, 0))
	f.offer("open", 1, 20, 30)
	f.next()
	count := func() (n int) {
		for _, id := range many {
			if f.request(id).Status == types.REQUEST_STATUS_MATCHED {
				n++
			}
		}
		return n
	}
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(other).Status)
	require.Equal(t, 3, count())
	for i := 2; i <= 8; i++ {
		f.next()
	}
	require.Equal(t, 29, count(), "30 tasks of volume, one of them went to the other")
	for _, id := range many[:29] {
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status, "the oldest first")
	}
	f.next()
	require.Equal(t, 29, count())
	require.Equal(t, types.REQUEST_STATUS_RESTING, f.request(many[29]).Status)

	// Orders that come all the time under one topic do not hold up the others.
	for i := range 6 {
		f.place(with(appOrder("studio/ray:v1", 100+uint64(i), 1, 1), func(o *types.Order) { o.App.Requesters.Accounts = []string{addr("bob")} }))
		f.next()
	}
	f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.ByOrder = true })
	for i := range 8 {
		resting(f, "bee", 100+uint64(i), job(), 1_000)
	}
	f.offer("second", 7, 20, 0)
	for i := range 3 {
		f.place(with(appOrder("studio/ray:v1", 200+uint64(i), 1, 1), func(o *types.Order) { o.App.Requesters.Accounts = []string{addr("bob")} }))
		f.next()
	}
	require.Equal(t, types.AppTopic("studio/ray:v1"), f.request(many[29]).Topic, "it was met again, and now lacks an app order")
}

// A bag that meets more orders than one matching may look at goes on in the next block, and loses nothing.
func TestLongMatchingGoesOn(t *testing.T) {
	f := newFixture(t)
	for i := range 20 {
		f.addPool(fmt.Sprint("pool-", i), fmt.Sprint("op-", i))
		for n := range uint64(15) {
			f.offer(fmt.Sprint("pool-", i), n, 20, 1)
		}
	}
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 1_000 })
	f.next()
	f.fund("ann", 1_000_000)
	j := job()
	j.Size_, j.Partial = 290, true
	id := f.submit("ann", 1, j)
	var filled []uint64
	for range 9 {
		f.next()
		filled = append(filled, f.request(id).Filled)
	}
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status, "%v %s", filled, f.request(id).Reason)
	require.Greater(t, filled[0], uint64(40))
	require.Less(t, filled[0], uint64(290))
	require.True(t, slices.IsSorted(filled))

	// One that wants the whole of it is told why it got nothing.
	j.Partial, j.Size_ = false, 10
	f.offer("pool-0", 100, 20, 1)
	f.next()
	id = f.submit("ann", 2, j)
	f.next()
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status)
}

// A flood of orders that suit nobody costs each request its looks, and is told.
func TestFloodOfUnfittingOrders(t *testing.T) {
	f := newFixture(t)
	for i := range 34 {
		f.addPool(fmt.Sprint("flood-", i), fmt.Sprint("flo-", i))
		for n := range uint64(15) {
			f.place(with(f.poolOrder(fmt.Sprint("flood-", i), n, 1, 0), func(o *types.Order) { o.Pool.Requesters.Accounts = []string{addr("x")} }))
		}
	}
	good := f.offer("open", 1, 20, 0)
	for range 7 {
		f.next()
	}
	f.fund("ann", 1_000_000)
	id, own := f.submit("ann", 1, job()), job()
	waits := f.rest("ann", 2, job(), 100)
	own.Pool = "open"
	named := f.submit("ann", 3, own)
	f.next()
	r := f.request(id)
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, r.Status)
	require.Contains(t, r.Reason, "more orders are on the book than the 500 looks")
	require.Contains(t, r.Reason, types.ErrPoolRestrictsRequester.Error())
	require.Equal(t, types.REQUEST_STATUS_RESTING, f.request(waits).Status)
	require.Equal(t, good, f.deal(named).PoolOrder, "who names a pool walks its orders alone")
	f.next()
}

// The looks of a block are bounded as well; those whose turn does not come keep it.
func TestLooksAreCappedAndCarriedOver(t *testing.T) {
	f := newFixture(t)
	for i := range 12 {
		f.addPool(fmt.Sprint("flood-", i), fmt.Sprint("flo-", i))
		for n := range uint64(15) {
			f.place(with(f.poolOrder(fmt.Sprint("flood-", i), n, 1, 0), func(o *types.Order) { o.Pool.MaxFuel = 1 }))
		}
	}
	f.offer("open", 1, 20, 0)
	f.next()
	f.next()
	f.setParams(func(p *types.Params) { p.LooksPerBlock = types.MaxLooks })
	f.fund("ann", 1_000_000)
	var ids []string
	for i := range 6 {
		ids = append(ids, f.submit("ann", uint64(i), job()))
	}
	for want := 1; want <= 6; want++ { // 181 looks each: after one, 319 are left, which may not be enough
		f.next()
		n := 0
		for _, id := range ids {
			if f.request(id).Status == types.REQUEST_STATUS_MATCHED {
				n++
			}
		}
		require.Equal(t, want, n)
	}
}

// An order that no resting request could pay starts no rematch, and writes nothing but itself.
func TestRematchOnlyWhoCanPay(t *testing.T) {
	for _, tc := range []struct {
		name      string
		price     uint64
		rematches bool
	}{{"of two replicas each", (999 - 10) / 2, true}, {"one ucred too dear", (999-10)/2 + 1, false}} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			resting(f, "ann", 1, job(), 100)
			f.setParams(func(p *types.Params) { p.MatchesPerBlock = 1 })
			f.fund("bob", 10)
			f.submit("bob", 1, func() types.Job { j := job(); j.MaxPrice = 1; return j }()) // takes the block's turn
			f.offer("open", 1, tc.price, 1)
			f.next()
			has, err := f.Rematches.Has(f.ctx, types.PoolTopic("wasm", ""))
			require.NoError(t, err)
			require.Equal(t, tc.rematches, has)
		})
	}
}

// A block ends at most matches_per_block rematches that have nothing left to match.
func TestEndedRematchesAreBounded(t *testing.T) {
	const rematches = 1_000
	f := newFixture(t)
	for i := range rematches {
		require.NoError(t, f.Rematches.Set(f.ctx, fmt.Sprintf("app/gone-%04d", i), types.Rematch{Topic: fmt.Sprintf("app/gone-%04d", i), Price: 1}))
	}
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 1 })
	idle := func() int { cost := f.idle(t); return cost[0] + cost[1] }
	require.Less(t, idle(), 40, "reads and writes of a block with a budget of one")
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 100 })
	require.Less(t, idle(), 1_000)
	left := 0
	require.NoError(t, f.Rematches.Walk(f.ctx, nil, func(string, types.Rematch) (bool, error) { left++; return false, nil }))
	require.Equal(t, rematches-101, left)
}

// What a request lacks can come without an order: it is met again all the same.
func TestRescanMatchesWhatNoOrderRematches(t *testing.T) {
	for _, tc := range []struct {
		name  string
		lacks func(f *fixture, j *types.Job)
		comes func(f *fixture)
	}{
		{"workers", func(f *fixture, _ *types.Job) { f.pools.eligible["open"] = 1 }, func(f *fixture) { delete(f.pools.eligible, "open") }},
		{"a list price", func(f *fixture, _ *types.Job) {
			f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.Price = 990 })
		}, func(f *fixture) {
			f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.Price = 10 })
		}},
		{"an audience", func(f *fixture, _ *types.Job) {
			f.setPool("open", func(p *workerstypes.Pool) { p.Requesters.Accounts = []string{addr("bob")} })
		}, func(f *fixture) { f.setPool("open", func(p *workerstypes.Pool) { p.Requesters.Accounts = nil }) }},
		{"an order of the second dataset", func(f *fixture, j *types.Job) {
			for _, ref := range []string{"data/aa:v1", "data/bb:v1"} {
				f.setDataset(ref, func(_ *appstypes.Dataset, v *appstypes.DatasetVersion) { v.Price = 300 })
			}
			j.Datasets, j.MaxDatasetPrice = []string{"data/aa:v1", "data/bb:v1"}, 400
		}, func(f *fixture) { f.place(datasetOrder("data/bb:v1", 1, 100, 0)) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.offer("open", 1, 20, 0)
			f.next()
			j := job()
			tc.lacks(f, &j)
			id := resting(f, "ann", 1, j, 1_000)
			for range 3 {
				f.next()
			}
			require.Equal(t, types.REQUEST_STATUS_RESTING, f.request(id).Status)
			tc.comes(f)
			f.next()
			f.next()
			require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status, f.request(id).Reason)
		})
	}
}

// All that rest are met within as many blocks, be every block's budget spent by others.
func TestRescanReachesEverybody(t *testing.T) {
	f := newFixture(t)
	f.offer("open", 1, 20, 0)
	f.next()
	f.pools.eligible["open"] = 0
	const n = 12
	var ids []string
	for i := range uint64(n) {
		ids = append(ids, resting(f, fmt.Sprint("p", i%3), i, job(), 1_000))
	}
	f.fund("eve", 1_000_000)
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 2 })
	none := job()
	none.Tags = []string{"nosuch"}
	delete(f.pools.eligible, "open")
	matched := func() (m int) {
		for _, id := range ids {
			if f.request(id).Status == types.REQUEST_STATUS_MATCHED {
				m++
			}
		}
		return m
	}
	for i := range n {
		f.submit("eve", uint64(2*i), none)
		f.submit("eve", uint64(2*i+1), none)
		f.next()
		require.Equal(t, i+1, matched())
	}
}

// An attacker's requests that pay more and can never be met, and an order in every block, do not starve those below.
func TestRematchEndsBeforeTheNext(t *testing.T) {
	f := newFixture(t)
	for _, n := range []string{"eve", "eva", "ann"} {
		f.fund(n, 10_000_000)
	}
	for _, n := range []string{"eve", "eva"} {
		for i := range uint64(types.MaxResting) {
			j := job()
			j.MaxPrice, j.Tags = 50_000, []string{"nosuch"}
			f.rest(n, i, j, 100_000)
		}
	}
	honest := f.rest("ann", 1, job(), 100_000)
	for range 5 {
		f.next()
	}
	f.offer("second", 1, 20, 0)
	f.next()
	f.offer("open", 1, 400, 1)
	f.next()
	f.offer("open", 2, 400, 1)
	f.next()
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(honest).Status)
	for range 4 {
		f.next()
	}
	left := 0
	require.NoError(t, f.Rematches.Walk(f.ctx, nil, func(string, types.Rematch) (bool, error) { left++; return false, nil }))
	require.Zero(t, left, "every rematch ends")
}

// An order that comes while a rematch is running has a rematch of its own afterwards, from the top down to its price.
func TestRematchRemembersTheNext(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 1_000 })
	var ids []string
	for i := range uint64(20) {
		f.fund(fmt.Sprint("p", i), 10_000)
		j := job()
		j.MaxPrice = 900 - 10*i
		ids = append(ids, f.rest(fmt.Sprint("p", i), 1, j, 1_000))
	}
	f.next()
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 4 })
	f.place(with(f.poolOrder("open", 1, 300, 0), func(o *types.Order) { o.Pool.Requesters.Accounts = []string{addr("x")} }))
	f.next() // four of them were met
	w, err := f.Rematches.Get(f.ctx, types.PoolTopic("wasm", ""))
	require.NoError(t, err)
	place := w.After
	require.NotEmpty(t, place)
	f.offer("second", 1, 100, 1)
	f.next()
	w, err = f.Rematches.Get(f.ctx, types.PoolTopic("wasm", ""))
	require.NoError(t, err)
	require.True(t, w.Again)
	require.EqualValues(t, 100, w.AgainPrice)
	require.EqualValues(t, 300, w.Price)
	require.NotEqual(t, place, w.After, "the rematch went on")
	f.offer("second", 2, 90, 0)
	for range 15 {
		f.next()
	}
	for _, id := range ids {
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status)
	}
}
