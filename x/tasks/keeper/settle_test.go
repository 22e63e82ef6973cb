package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/tasks/types"
)

// TestRoyaltiesAndCommission: a task pays the owners of the datasets that it reads, those of its index in the bag, and the
// pool's owner its part of each replica's price.
func TestRoyaltiesAndCommission(t *testing.T) {
	f := newFixture(t, 20)
	ids := f.open(2, withData)
	require.EqualValues(t, 1, f.task(ids[0]).Index)
	require.EqualValues(t, 2, f.task(ids[1]).Index)
	f.finish(ids...)
	paid := func(who string) uint64 { return f.books.get(f.ctx, "paid/"+addressOf(who)) }
	require.EqualValues(t, 7, paid("ben"))
	require.EqualValues(t, 5, paid("anna"), "its first two datasets are another deal's task's")
	require.EqualValues(t, 11, paid("carl"))
	require.EqualValues(t, 2*50, paid("studio"))
	seats := len(f.task(ids[0]).Seats) + len(f.task(ids[1]).Seats)
	require.EqualValues(t, 8*seats, paid("owner"), "the workers' owner")
	require.EqualValues(t, 2*seats, paid("operator"))
	require.EqualValues(t, 2*(50+100+10*10), f.books.get(f.ctx, "paid")+f.books.get(f.ctx, "refunded"))
	parties := map[string]int{}
	for _, p := range f.task(ids[0]).Settlement.Payments {
		parties[p.Party]++
	}
	require.Equal(t, map[string]int{"APP": 1, "DATASET": 2, "WORKER": len(f.task(ids[0]).Seats), "POOL": 1}, parties)
}

// A task that does not count pays no premium.
func TestARefundedTaskPaysNoPremium(t *testing.T) {
	f := newFixture(t, 0) // nobody can be drawn
	f.begin()
	id := f.open(1, worth(150))[0]
	f.finish(id)
	require.NotEqual(t, types.ENDING_ACCEPTED, f.task(id).Ending)
	require.Zero(t, f.task(id).Settlement.Premium)
	require.EqualValues(t, 151, f.task(id).Settlement.Refund)
	require.Zero(t, f.books.get(f.ctx, "premiums"))
}
