package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// What a request lacks can come without an order: it is met again all the same.
func TestRoundMeetsWhatNoOrderWakes(t *testing.T) {
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
func TestRoundReachesEverybody(t *testing.T) {
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
func TestWakeEndsItsRound(t *testing.T) {
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
	require.NoError(t, f.Wakes.Walk(f.ctx, nil, func(string, types.Wake) (bool, error) { left++; return false, nil }))
	require.Zero(t, left, "every round ends")
}

// An order that comes while a round goes on has a round of its own from the top, down to its price.
func TestWakeRemembersTheNextRound(t *testing.T) {
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
	w, err := f.Wakes.Get(f.ctx, types.PoolTopic("wasm", ""))
	require.NoError(t, err)
	place := w.After
	require.NotEmpty(t, place)
	f.offer("second", 1, 100, 1)
	f.next()
	w, err = f.Wakes.Get(f.ctx, types.PoolTopic("wasm", ""))
	require.NoError(t, err)
	require.True(t, w.Again)
	require.EqualValues(t, 100, w.AgainPrice)
	require.EqualValues(t, 300, w.Price)
	require.NotEqual(t, place, w.After, "the round went on")
	f.offer("second", 2, 90, 0)
	for range 15 {
		f.next()
	}
	for _, id := range ids {
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status)
	}
}
