package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/workers/types"
)

// crowd registers workers of many organisations, all owned by one account, which is quicker to set up.
func crowd(t testing.TB, orgs, each int) (*fixture, []string) {
	f := newFixture(t)
	f.pool("main", 10)
	owner := text(f.account("ops"))
	var workers []string
	for i := range orgs {
		org := fmt.Sprintf("org-%05d", i)
		f.grant(org, true)
		for range each {
			f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
			hot := text(address20(uint64(1000 + len(workers))))
			require.NoError(t, f.k.Register(f.ctx, types.Worker{
				Address: hot, Owner: owner, Organisation: org, Endpoint: "http://w", Slots: 2, Pools: []string{"main"}, Bonded: 20,
			}))
			workers = append(workers, hot)
		}
	}
	return f, workers
}

// life draws, locks and settles one worker's assignment until it is full and free again.
func life(t testing.TB, f *fixture, worker string) {
	_, _, err := f.k.EligiblePosition(f.ctx, "main", "org-00050")
	require.NoError(t, err)
	org, members, err := f.k.EligibleOrgAt(f.ctx, "main", 50)
	require.NoError(t, err)
	_, err = f.k.EligibleMemberAt(f.ctx, "main", org, members-1)
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, f.k.Lock(f.ctx, worker, 10))
	}
	for range 2 {
		require.NoError(t, f.k.Settle(f.ctx, "t", []types.SeatSettlement{{Worker: worker, Unlock: 10, Right: true}}, nil, 0))
	}
}

// TestFlat: what an assignment costs in reads and writes does not depend on how many workers or organisations there are.
func TestFlat(t *testing.T) {
	var want int
	sizes := []int{100, 10_000}
	if testing.Short() {
		sizes[1] = 1_000
	}
	for _, orgs := range sizes {
		f, workers := crowd(t, orgs, 1)
		*f.ops = 0
		life(t, f, workers[50])
		if want == 0 {
			want = *f.ops
		}
		require.Equal(t, want, *f.ops, "%d organisations", orgs)
		*f.ops = 0
		f.block(1)
		require.LessOrEqual(t, *f.ops, 5, "a block with nothing due: parameters and the fronts of four queues")
	}
	require.Less(t, want, 150)

	// Members of one organisation likewise.
	want = 0
	for _, each := range []int{10, 100} {
		f, workers := crowd(t, 60, each)
		*f.ops = 0
		life(t, f, workers[5*each+3])
		if want == 0 {
			want = *f.ops
		}
		require.Equal(t, want, *f.ops, "%d workers each", each)
	}
}

// TestRevokingIsFlat: revoking an organisation costs as many steps as it serves pools, not workers.
func TestRevokingIsFlat(t *testing.T) {
	var want int
	for _, each := range []int{1, 200} {
		f, _ := crowd(t, 3, each)
		f.grant("org-00001", false)
		*f.ops = 0
		require.NoError(t, f.k.Refresh(f.ctx, "org-00001"))
		if want == 0 {
			want = *f.ops
		}
		require.Equal(t, want, *f.ops)
		orgs, _ := f.drawable("main")
		require.Equal(t, []string{"org-00000", "org-00002"}, orgs)
		registered, err := f.k.Registered(f.ctx, "main")
		require.NoError(t, err)
		require.EqualValues(t, 3, registered)
	}
}

// BenchmarkAssignment locks and settles two assignments among 10,000 workers of 1,000 organisations.
func BenchmarkAssignment(b *testing.B) {
	f, workers := crowd(b, 1_000, 10)
	*f.ops = 0
	b.ResetTimer()
	for i := range b.N {
		f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
		life(b, f, workers[i*7%len(workers)])
	}
	b.ReportMetric(float64(*f.ops)/float64(b.N), "store-ops/op")
}
