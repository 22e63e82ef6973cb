package keeper_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// blockCost is what one BeginBlock reads, datasets resolved among it, writes and takes.
type blockCost struct {
	reads, writes int
	took          time.Duration
}

// cost ends this block and returns what the beginning of the next one costs.
func (f *fixture) cost() blockCost {
	f.endBlock()
	f.txs = 0
	f.ctx = f.ctx.WithBlockHeight(f.height() + 1)
	reads, writes := f.reads, f.writes
	start := time.Now()
	f.beginBlock()
	return blockCost{f.reads - reads, f.writes - writes, time.Since(start)}
}

// manyDatasets publishes n datasets and returns their references.
func (f *fixture) manyDatasets(n int) (refs []string) {
	for i := range n {
		ref := fmt.Sprintf("data/d%03d:v1", i)
		f.addDataset(ref, 0)
		refs = append(refs, ref)
	}
	return refs
}

// sellers lets n organisations put as many orders of their own pools on the book as each may, and returns the pools.
func (f *fixture) sellers(n int, change func(o *types.Order)) (pools []string) {
	for i := range n {
		pool := fmt.Sprint("s-", i)
		f.addPool(pool, fmt.Sprint("seller-", i))
		pools = append(pools, pool)
		for nonce := range uint64(types.MaxRestingOfSeller) {
			f.place(with(f.poolOrder(pool, nonce, 1, 0), change))
		}
	}
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 10_000 }) // all arrive at once
	f.next()
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = types.DefaultParams().MatchesPerBlock })
	return pools
}

// crowd lets 100 requests rest that read n datasets, have 9 prices of their app to choose from, and suit no pool; then an
// order comes for which all are met again.
func (f *fixture) crowd(n int) {
	f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.Price = 100 })
	for i := range uint64(8) {
		f.place(appOrder("studio/ray:v1", i, i, 0))
	}
	j := job()
	j.Datasets, j.MaxPrice, j.Tags = f.manyDatasets(n), 50_000, []string{"nosuch"}
	for i := range uint64(100) {
		who := fmt.Sprint("crowd-", i/50)
		if i%50 == 0 {
			f.fund(who, 10_000_000)
		}
		f.rest(who, i, j, 100_000)
	}
	for range 8 {
		f.next()
	}
	f.offer("open", 1, 20, 1)
}

// The reads of a block are bounded by its looks, whatever the jobs read: a look is an order or a dataset. Before datasets
// counted, this crowd had each of its 64 resolved and judged against all others for each price of the app.
func TestDatasetsTakeLooks(t *testing.T) {
	for _, n := range []int{0, 1, 64} {
		f := newFixture(t)
		f.crowd(n)
		c := f.cost()
		t.Logf("100 requests of %d datasets: %+v", n, c)
		require.Less(t, c.reads, 5*int(types.DefaultParams().LooksPerBlock))
		require.Less(t, c.writes, 1_000)
	}
}

// What one dataset costs does not depend on the others of its job.
func TestDatasetsAreReadOnce(t *testing.T) {
	reads := func(n int) int {
		f := newFixture(t)
		f.fund("ann", 10_000)
		f.place(appOrder("studio/ray:v1", 1, 1, 0))
		f.offer("open", 1, 20, 0)
		f.next()
		j := job()
		j.Datasets = f.manyDatasets(n)
		id := f.submit("ann", 1, j)
		c := f.cost()
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status)
		return c.reads
	}
	none, few, many := reads(0), reads(10), reads(60)
	require.Equal(t, (few-none)*6, many-none)
	require.LessOrEqual(t, (few-none)/10, 3)
}

// The datasets chosen for one app's order are those of the next one, but where they do not suit it.
func TestDatasetsAreChosenOnce(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 100_000)
	dear := func(nonce, price uint64) {
		f.place(with(appOrder("studio/ray:v1", nonce, price, 0), func(o *types.Order) { o.App.Pools.Ids = []string{"second"} }))
	}
	dear(1, 1)
	picky := f.place(with(appOrder("studio/ray:v1", 2, 2, 0), func(o *types.Order) { o.App.Datasets.Ids = []string{"data/aa", "data/bb"} }))
	cheap := f.place(datasetOrder("data/aa:v1", 1, 1, 1))
	next := f.place(datasetOrder("data/aa:v1", 2, 2, 0))
	f.offer("open", 1, 20, 1)
	f.offer("open", 2, 30, 0)
	f.next()
	j := job()
	j.Datasets, j.Size_ = []string{"data/aa:v1", "data/bb:v1"}, 3
	id := f.submit("ann", 1, j)
	f.next()
	deals := f.deals(id)
	require.Len(t, deals, 2, f.request(id).Reason)
	require.Equal(t, []string{picky, cheap}, []string{deals[0].AppOrder, deals[0].Datasets[0].Order})
	require.Equal(t, []string{picky, next}, []string{deals[1].AppOrder, deals[1].Datasets[0].Order}, "a used order is replaced")
	require.Empty(t, deals[1].Datasets[1].Order)
	f.next()
}

// A proposed match takes looks as well: those over wait for the next block.
func TestProposedMatchesTakeLooks(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 1_000_000)
	f.offer("open", 1, 20, 0)
	f.next()
	f.setParams(func(p *types.Params) { p.LooksPerBlock = types.MaxLooks })
	j := job()
	j.Datasets = f.manyDatasets(64)
	var ids []string
	for i := range uint64(3) {
		o := requestOrder("ann", i, j)
		m := types.MsgMatchOrders{Relayer: addr("eve"), Pool: types.SignedOrder{Id: idOf(f.poolOrder("open", 1, 20, 0))}, Request: f.sign(o)}
		_, err := f.matchErr(m)
		require.NoError(t, err)
		ids = append(ids, idOf(o))
	}
	for want := 1; want <= 3; want++ {
		f.next()
		made := 0
		for _, id := range ids {
			if f.request(id).Filled > 0 {
				made++
			}
		}
		require.Equal(t, want, made)
	}
}

// One seller has so many orders under a topic, whatever its accounts, so that it can not fill the looks of a matching.
func TestOneSellerHidesNobody(t *testing.T) {
	f := newFixture(t)
	f.addPool("flood", "acme")
	rivals := func(o *types.Order) { o.Pool.Requesters.Organisations = []string{"friends"} }
	taken := 0
	for i := range 10 {
		who := fmt.Sprint("acme-", i)
		f.member(who, "acme")
		for n := range uint64(60) {
			o := with(f.poolOrder("flood", n, 1, 0), rivals)
			o.Owner = addr(who)
			if _, err := f.placeErr(o); err == nil {
				taken++
			} else {
				require.ErrorIs(t, err, types.ErrBookFull)
			}
		}
	}
	require.Equal(t, types.MaxRestingOfSeller, taken)
	f.place(with(f.poolOrder("flood", 100, 1, 0), func(o *types.Order) { o.Pool.Category = "xs" })) // another topic
	good := f.offer("second", 1, 20, 0)
	f.next()
	f.fund("ann", 10_000)
	id := f.submit("ann", 1, job())
	f.next()
	require.Equal(t, good, f.deal(id).PoolOrder)
	require.NoError(t, f.cancelNonce("acme-0", kindPool, 0))
	f.place(with(f.poolOrder("flood", 101, 1, 0), rivals)) // room again
	f.next()
}

// So few organisations can not, and those that are enough are told by the reason: the README says what is promised.
func TestHidingTakesManySellers(t *testing.T) {
	enough := types.MaxLooks/types.MaxRestingOfSeller + 1
	for n, hidden := range map[int]bool{enough - 1: false, enough: true} {
		f := newFixture(t)
		f.sellers(n, func(o *types.Order) { o.Pool.MaxFuel = 1 })
		good := f.offer("second", 1, 20, 0)
		f.next()
		f.fund("ann", 10_000)
		id, named := f.submit("ann", 1, job()), job()
		named.Pool = "second"
		own := f.submit("ann", 2, named)
		f.next()
		require.Equal(t, good, f.deal(own).PoolOrder, "a pool's own orders are hidden by nobody")
		require.Equal(t, hidden, f.request(id).Deal == "", "%d sellers: %s", n, f.request(id).Reason)
		if hidden {
			require.Contains(t, f.request(id).Reason, "more orders are on the book than the 500 looks")
		}
	}
}

// fatJob has as many bytes as a job may.
func fatJob() types.Job {
	j := job()
	j.Args = []string{strings.Repeat("x", 16<<10-2)}
	for i := range 60 {
		j.Inputs = append(j.Inputs, &dealstypes.Input{Name: fmt.Sprintf("in-%02d", i), Digest: digest, Size_: 1, Locators: longLocators()})
	}
	return j
}

// longLocators are as many as there may be, and long.
func longLocators() (out []string) {
	for n := range types.MaxLocators {
		out = append(out, fmt.Sprintf("https://%d.example/%s", n, strings.Repeat("y", 230)))
	}
	return out
}

// bytes is the size of the module's state.
func (f *fixture) bytes() (n int) {
	for k, v := range f.dump() {
		n += len(k) + len(v)
	}
	return n
}

// sixOfSixteen puts orders for one task each on the book, as many as six operators may.
func (f *fixture) sixOfSixteen() {
	for i := range 6 {
		f.addPool(fmt.Sprint("p-", i), fmt.Sprint("op-", i))
		for n := range uint64(types.MaxRestingOfSeller) {
			f.offer(fmt.Sprint("p-", i), n, 20, 1)
		}
	}
	f.next()
}

// A deal takes looks for each KiB that it writes: what a matching adds to the state is bounded by its looks, and a bag
// whose deals are large goes on in the next block.
func TestDealsTakeLooksByTheirSize(t *testing.T) {
	f := newFixture(t)
	f.sixOfSixteen()
	f.fund("eve", 1_000_000)
	j := job()
	j.Datasets = f.manyDatasets(64)
	for _, ref := range j.Datasets {
		f.setDataset(ref, func(_ *appstypes.Dataset, v *appstypes.DatasetVersion) { v.Locators = longLocators() })
	}
	j.Size_, j.Partial = 91, true
	id := f.submit("eve", 1, j)
	deal := 0
	for range 3 {
		before, filled := f.bytes(), f.request(id).Filled
		f.next()
		require.Greater(t, f.request(id).Filled, filled)
		d := f.deal(id)
		deal = d.Size()
		require.Greater(t, deal, 120<<10)
		grown := f.bytes() - before
		t.Logf("%d deals, %d KiB", f.request(id).Filled-filled, grown>>10)
		require.Less(t, grown, types.MaxLooks<<10+deal+100<<10, "its looks, and the deal that spent the last of them")
	}
}

// A job is stored once, with its request: neither a deal nor a fill writes it again, so that a large bag meets as many
// orders in one matching as a small one.
func TestDealsShareTheJob(t *testing.T) {
	grown := func(j types.Job) (bytes int, deals uint64) {
		f := newFixture(t)
		f.sixOfSixteen()
		f.fund("ann", 1_000_000)
		j.Size_, j.Partial = 91, true
		id := f.submit("ann", 1, j)
		before := f.bytes()
		f.next()
		require.Equal(t, j.Args, f.deal(id).Args, "who asks for a deal gets all of it")
		require.Equal(t, j.Inputs, f.deal(id).Inputs)
		return f.bytes() - before, f.request(id).Filled
	}
	small, deals := grown(job())
	large, same := grown(fatJob())
	require.Greater(t, deals, uint64(20))
	require.Equal(t, deals, same)
	require.Equal(t, small, large)
}

// What takes orders off the book that no longer stand is the block's to pay, and bounded.
func TestDropsTakeLooks(t *testing.T) {
	f := newFixture(t)
	pools := f.sellers(31, func(*types.Order) {})
	for _, p := range pools {
		f.setPool(p, func(p *workerstypes.Pool) { p.Stake++ })
	}
	f.fund("ann", 100_000)
	for i := range uint64(10) {
		f.submit("ann", i, job())
	}
	stale := func() (n int) {
		for _, p := range pools {
			for nonce := range uint64(types.MaxRestingOfSeller) {
				if f.order(idOf(f.poolOrder(p, nonce, 1, 0))).Status == types.ORDER_STATUS_STALE {
					n++
				}
			}
		}
		return n
	}
	f.setParams(func(p *types.Params) { p.LooksPerBlock = 1_300 }) // one matching looks at 496 and drops 100
	c := f.cost()
	t.Logf("%+v", c)
	require.Equal(t, 100, stale())
	require.Less(t, c.writes, 15*100)
	f.next() // 396 and 400: a second one fits after it, a third does not
	require.Equal(t, 300, stale())
	for range 4 {
		f.next()
	}
	require.Equal(t, len(pools)*types.MaxRestingOfSeller, stale())
}

// BenchmarkCrowd is the worst block that resting requests make; its datasets do not matter to it.
func BenchmarkCrowd(b *testing.B) {
	for _, n := range []int{0, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newFixture(b)
			f.crowd(n)
			var c blockCost
			nonce := uint64(1)
			for b.Loop() {
				c = f.cost()
				b.StopTimer()
				for range 8 { // the rest of the rescan
					f.next()
				}
				require.NoError(b, f.cancelNonce("acme", kindPool, nonce))
				nonce++
				f.offer("open", nonce, 20, 1)
				b.StartTimer()
			}
			b.ReportMetric(float64(c.reads), "reads/op")
			b.ReportMetric(float64(c.writes), "writes/op")
			b.ReportMetric(float64(c.took.Milliseconds()), "ms/block")
		})
	}
}
