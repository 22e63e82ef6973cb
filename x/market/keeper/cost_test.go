package keeper_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// fillBook puts orders on the book directly: placing 100,000 by messages would take the test's time for nothing. The
// cheapest suits the job of matchOnce.
func (f *fixture) fillBook(n int) {
	for i := range n {
		pool := fmt.Sprintf("pool-%d", i/types.MaxResting)
		f.pools.pools[pool] = f.pools.pools["open"]
		p := f.pools.pools[pool]
		p.Id = pool
		f.pools.pools[pool] = p
		o := f.poolOrder("open", uint64(1_000_000+i), 20+uint64(i%50), 0)
		o.Pool.Pool = pool
		id := o.ID(chainID)
		topic := types.PoolTopic("wasm", "")
		rank := binary.BigEndian.AppendUint64(make([]byte, 24), uint64(i))
		r := types.OrderRecord{
			Id: types.FormatID(id), Order: o, Kind: types.ORDER_KIND_POOL, Status: types.ORDER_STATUS_RESTING, Organisation: "acme",
			Height: 1, Topic: topic, Rank: types.FormatID([32]byte(rank)),
		}
		require.NoError(f, f.Orders.Set(f.ctx, id[:], r))
		for _, topic := range []string{topic, types.OwnPoolTopic(pool, "")} {
			require.NoError(f, f.Book.Set(f.ctx, collections.Join4(topic, o.Price(), int64(1), rank), id[:]))
		}
	}
}

// matchOnce meets one request with the book and returns what its block read and wrote.
func (f *fixture) matchOnce(t testing.TB, nonce uint64) [2]int {
	r, err := f.SubmitTask(f.ctx, addr("ann"), nonce, job(), 0)
	require.NoError(t, err)
	f.ctx = f.ctx.WithBlockHeight(f.height() + 1).WithEventManager(sdk.NewEventManager())
	reads, writes := f.reads, f.writes
	f.beginBlock()
	cost := [2]int{f.reads - reads, f.writes - writes}
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(r.Id).Status)
	return cost
}

// idle is what a block reads and writes in which nothing is due.
func (f *fixture) idle(t testing.TB) [2]int {
	f.ctx = f.ctx.WithBlockHeight(f.height() + 1)
	reads, writes := f.reads, f.writes
	f.beginBlock()
	require.NoError(t, f.EndBlock(f.ctx))
	require.NoError(t, f.vouchers.EndBlock(f.ctx))
	return [2]int{f.reads - reads, f.writes - writes}
}

// The cost of matching, and that of a block in which nothing is due, do not depend on the book's size.
func TestMatchingCostIsFlat(t *testing.T) {
	sizes := []int{100, 1_000, 10_000} // and 100,000 in BenchmarkMatch, which fails likewise
	var match, idle [][2]int
	for _, n := range sizes {
		f := newFixture(t)
		f.fund("ann", 1_000_000)
		f.fillBook(n)
		match = append(match, f.matchOnce(t, 1))
		idle = append(idle, f.idle(t))
	}
	t.Logf("reads and writes: a match %v, an idle block %v", match[0], idle[0])
	for i := range sizes {
		require.Equal(t, match[0], match[i], "a match against %d orders", sizes[i])
		require.Equal(t, idle[0], idle[i], "an idle block over %d orders", sizes[i])
	}
	require.Equal(t, [2]int{18, 0}, idle[0], "the parameters of three modules, the requests that rest, eleven queues at the beginning and three at the end")
}

// Nor does a block's cost depend on how many requests rest that its orders do not suit.
func TestRestingCostIsFlat(t *testing.T) {
	var costs [][2]int
	for _, n := range []int{10, 100, 1_000} {
		f := newFixture(t)
		f.setParams(func(p *types.Params) { p.MatchesPerBlock = 5_000 })
		for i := range n {
			who := fmt.Sprint("r", i/types.MaxResting)
			f.fund(who, 1_000)
			f.rest(who, uint64(i), job(), 1_000)
		}
		for range 3 {
			f.next()
		}
		f.setParams(func(p *types.Params) { p.MatchesPerBlock = 10 })
		f.offer("open", 1, 600, 0) // too dear for all: nobody is looked at
		f.endBlock()
		f.ctx = f.ctx.WithBlockHeight(f.height() + 1)
		reads, writes := f.reads, f.writes
		f.beginBlock()
		costs = append(costs, [2]int{f.reads - reads, f.writes - writes})
	}
	for _, c := range costs {
		require.InDelta(t, costs[2][0], c[0], 2, "the rescan begins anew after 10")
		require.InDelta(t, costs[2][1], c[1], 2)
	}
}

// BenchmarkMatch is the block that meets one request, with everything read from a committed tree. BenchmarkMatch/send is
// a bank transfer on the same machine, to compare with.
func BenchmarkMatch(b *testing.B) {
	b.Run("send", func(b *testing.B) {
		f := newFixture(b)
		f.fund("ann", 1e15)
		f.cms.Commit()
		_, from := account("ann")
		_, to := account("bob")
		one := sdk.NewCoins(sdk.NewInt64Coin(types.Denom, 1))
		for b.Loop() {
			require.NoError(b, f.bank.SendCoins(f.ctx, from, to, one))
			b.StopTimer()
			f.cms.Commit()
			b.StartTimer()
		}
	})
	b.Run("idle", func(b *testing.B) {
		f := newFixture(b)
		f.fillBook(10_000)
		f.cms.Commit()
		for b.Loop() {
			f.idle(b)
		}
	})
	var first [2]int
	for _, n := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := newFixture(b)
			f.fund("ann", 1e15)
			f.fillBook(n)
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
			require.Equal(b, first, cost, "reads and writes against %d orders", n)
			b.ReportMetric(float64(cost[0]), "reads/op")
			b.ReportMetric(float64(cost[1]), "writes/op")
		})
	}
}
