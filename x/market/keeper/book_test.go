package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
)

// restOffers fills the book directly: placing 100,000 offers by messages would take the test's time for nothing.
func (f *fixture) restOffers(n int) {
	for i := range n {
		pool := fmt.Sprintf("pool-%d", i/types.MaxResting)
		f.pools[pool] = f.pools["open"]
		id := poco.OrderID(chainID, addr("acme"), uint64(1_000_000+i))
		o := types.Offer{Id: types.FormatID(id), Pool: pool, Owner: addr("acme"), Organisation: "acme", Nonce: uint64(1_000_000 + i),
			Price: 20 + uint64(i%50), MaxFuel: 1e9, Height: 1}
		require.NoError(f, f.Offers.Set(f.ctx, id[:], o))
		require.NoError(f, f.Book.Set(f.ctx, collections.Join4("wasm", o.Price, o.Height, id[:])))
		require.NoError(f, f.PoolBook.Set(f.ctx, collections.Join4(pool, o.Price, o.Height, id[:]), "wasm"))
	}
}

// matchOnce meets one request with the book and returns what its block read and wrote.
func (f *fixture) matchOnce(t testing.TB, nonce uint64) [2]int {
	r, err := f.SubmitTask(f.ctx, addr("ann"), nonce, job())
	require.NoError(t, err)
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
	reads, writes := f.reads, f.writes
	require.NoError(t, f.BeginBlock(f.ctx))
	cost := [2]int{f.reads - reads, f.writes - writes}
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(r.Id).Status)
	return cost
}

// The cost of matching, and that of a block in which nothing is due, do not depend on the book's size.
func TestMatchingCostIsFlat(t *testing.T) {
	sizes := []int{100, 1_000, 10_000} // and 100,000 in BenchmarkMatch, which fails likewise
	var match, idle [][2]int
	for _, n := range sizes {
		f := newFixture(t)
		f.fund("ann", 1_000_000)
		f.restOffers(n)
		match = append(match, f.matchOnce(t, 1))
		f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
		reads, writes := f.reads, f.writes
		require.NoError(t, f.BeginBlock(f.ctx))
		require.NoError(t, f.EndBlock(f.ctx))
		idle = append(idle, [2]int{f.reads - reads, f.writes - writes})
	}
	t.Logf("reads and writes: a match %v, an idle block %v", match[0], idle[0])
	for i := range sizes {
		require.Equal(t, match[0], match[i], "a match against %d offers", sizes[i])
		require.Equal(t, idle[0], idle[i], "an idle block over %d offers", sizes[i])
	}
	require.Equal(t, [2]int{5, 0}, idle[0], "params and four empty queues")
}

func BenchmarkMatch(b *testing.B) {
	var first [2]int
	for _, n := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newFixture(b)
			f.fund("ann", 1e15)
			f.restOffers(n)
			f.cms.Commit() // a block reads a committed tree; walking one with so much unsaved measures something else
			var cost [2]int
			nonce := uint64(0)
			for b.Loop() {
				nonce++
				cost = f.matchOnce(b, nonce)
				b.StopTimer()
				f.cms.Commit()
				b.StartTimer()
			}
			if first == [2]int{} {
				first = cost
			}
			require.Equal(b, first, cost, "reads and writes against %d offers", n)
			b.ReportMetric(float64(cost[0]), "reads/op")
			b.ReportMetric(float64(cost[1]), "writes/op")
		})
	}
}
