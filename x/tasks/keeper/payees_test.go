package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/testutil/until"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestTheRecordSaysWhoWasPaid: the payments in a task's record are those that the escrow made, to the last unit. Workers are paid through
// their owner and seats of the court through their payee, and never the accounts that answered.
func TestTheRecordSaysWhoWasPaid(t *testing.T) {
	courts := 0
	until.Check(t, func(r *rapid.T) {
		f := newFixture(t, 12)
		id := f.open(1, func(d *dealstypes.Deal) {
			d.Terms.MinReplicas = rapid.Uint32Range(2, 4).Draw(r, "replicas")
		})[0]
		lies := rapid.IntRange(0, 3).Draw(r, "liars")
		for f.task(id).Phase != types.PHASE_DONE {
			f.begin()
			f.answer(f.task(id), lies)
			f.end()
		}
		task := f.task(id)
		escrow, err := f.market.deals[task.Deal].Terms.Escrow()
		require.NoError(t, err)
		answered := map[string]bool{}
		for _, seats := range [][]types.Seat{task.Seats, task.Court} {
			for _, s := range seats {
				answered[s.Who] = true
			}
		}
		paid, sum := map[string]uint64{}, task.Settlement.Premium+task.Settlement.Refund
		for _, p := range task.Settlement.Payments {
			require.NotZero(t, p.Amount)
			require.False(t, answered[p.To], "%s is paid at the account that answered", p.Party)
			if p.Source == "escrow" {
				paid[p.To] += p.Amount
				sum += p.Amount
			}
			if p.Party == "COURT" {
				courts++
			}
		}
		require.Equal(t, escrow, sum)
		for to, amount := range paid {
			require.Equal(t, amount, f.books.get(f.ctx, "paid/"+to))
		}
	}, func() bool { return courts > 0 })
}

// answer has the seats of a task do what its phase asks for; the first seats of the workers lie.
func (f *fixture) answer(task types.Task, liars int) {
	for i, s := range task.Seats {
		if i < liars && s.State == types.SEAT_STATE_DRAWN && (task.Phase == types.PHASE_FIRST || task.Phase == types.PHASE_SECOND) {
			require.NoError(f.t, f.commit(task.Id, s.Who, types.BENCH_WORKERS, wrong))
		}
	}
	f.work(task.Id, right)
}
