package keeper_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// cost ends this block and returns what the beginning of the next one reads, writes and takes.
func (f *fixture) cost() (reads, writes int, took time.Duration) {
	f.endBlock()
	f.txs = 0
	f.ctx = f.ctx.WithBlockHeight(f.height() + 1)
	reads, writes = f.reads, f.writes
	start := time.Now()
	require.NoError(f, f.BeginBlock(f.ctx))
	return f.reads - reads, f.writes - writes, time.Since(start)
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

// crowd rests n requests of a job that no order on the book suits.
func (f *fixture) crowd(n int, j types.Job) {
	for i := range n {
		who := fmt.Sprint("crowd-", i/50)
		if i%50 == 0 {
			f.fund(who, 10_000_000)
		}
		f.rest(who, uint64(i), j, 100_000)
	}
	for range 4 {
		f.next()
	}
}

func TestP(t *testing.T) {
	for _, n := range []int{0, 64} {
		f := newFixture(t)
		f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.Price = 100 })
		for i := uint64(0); i < 8; i++ {
			f.place(appOrder("studio/ray:v1", i, i, 0))
		}
		j := job()
		j.Datasets, j.MaxPrice, j.Tags = f.manyDatasets(n), 50_000, []string{"nosuch"}
		f.crowd(100, j)
		f.offer("open", 1, 20, 1)
		r, w, d := f.cost()
		t.Log("P", n, r, w, d)
	}
}

func TestStaleX(t *testing.T) {
	f := newFixture(t)
	for i := range 34 {
		f.addPool(fmt.Sprint("s-", i), fmt.Sprint("so-", i))
		for n := range uint64(15) {
			f.offer(fmt.Sprint("s-", i), n, 1, 0)
		}
	}
	for range 8 {
		f.next()
	}
	for i := range 34 {
		f.setPool(fmt.Sprint("s-", i), func(p *workerstypes.Pool) { p.Stake++ })
	}
	f.fund("ann", 1_000_000)
	f.submit("ann", 1, job())
	r, w, d := f.cost()
	t.Log("stale", r, w, d)
}

func TestFloodX(t *testing.T) {
	for _, n := range []int{0, 64} {
		f := newFixture(t)
		for i := range 34 {
			f.addPool(fmt.Sprint("s-", i), fmt.Sprint("so-", i))
			for n := range uint64(15) {
				f.place(with(f.poolOrder(fmt.Sprint("s-", i), n, 1, 0), func(o *types.Order) { o.Pool.Resources.MemoryBytes = 1 << 10 }))
			}
		}
		for range 8 {
			f.next()
		}
		j := job()
		j.Datasets, j.MaxPrice = f.manyDatasets(n), 50_000
		j.Resources.MemoryBytes = 1 << 20
		f.fund("ann", 10_000_000)
		for i := range 12 {
			f.submit("ann", uint64(i), j)
		}
		r, w, d := f.cost()
		t.Log("flood", n, r, w, d)
	}
}
