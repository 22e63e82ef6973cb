package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestACourtAfterRefusedDrawsIsPaidInPart shows all that the money and the ledger do where a draw was refused and the escrow cannot pay the
// court that comes instead, because its deposit is too small: here it is 0, as if all seats were newer than the deal. The court comes all the same: else whoever refuses draws would end the task without a charge. Where the first worker was
// right it and the app are paid first, the seats share what is left in equal parts, nothing comes back to the requester, and the
// charge goes. Where it was wrong its stake pays the whole court, and the ledger is charged for the seed that was seen.
func TestACourtAfterRefusedDrawsIsPaidInPart(t *testing.T) {
	for _, c := range []struct {
		name   string
		first  poco.Outcome
		seat   uint64 // what each seat of the court has
		slash  uint64
		refund uint64
	}{
		{"the first worker was right", right, 10, 0, 0},
		{"the first worker lied", wrong, 25, 1_000, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, id := plannedTaskOf(t, 5, c.first, func(d *dealstypes.Deal) {
				d.Terms.CourtFee, d.Terms.MaxSeats, d.Terms.WaitBlocks = 25, 5, 8
			})
			x, err := poco.Q64FromBytes(f.task(id).Plan.X)
			require.NoError(t, err)
			f.begin()
			others := slices.DeleteFunc(slices.Clone(f.list), func(i uint64) bool { return workers{}.org(i) == f.task(id).Seats[0].Organisation })
			f.leave(false, others...) // the draw is impossible: somebody who knows its seed saw to that
			f.end()
			for range 20 {
				if f.task(id).Phase == types.PHASE_COURT_COMMIT {
					break
				}
				f.begin()
				f.work(id, c.first)
				f.end()
			}
			task := f.task(id)
			require.Equal(t, types.PHASE_COURT_COMMIT, task.Phase)
			require.Equal(t, x.Bytes(), task.Risk)
			ledger := func() types.Ledger {
				l, err := f.k.Ledgers.Get(f.ctx, "class/10")
				require.NoError(t, err)
				return l
			}
			require.Equal(t, poco.Charge(x).Bytes(), ledger().UnsettledCharges)
			for f.task(id).Phase != types.PHASE_DONE {
				f.begin()
				f.work(id, right)
				f.end()
			}
			s := f.task(id).Settlement
			spent := s.Refund + s.Premium
			var court []uint64
			for _, p := range s.Payments {
				if p.Source == "escrow" {
					spent += p.Amount
				}
				if p.Party == "COURT" {
					court = append(court, p.Amount)
				}
			}
			require.EqualValues(t, 100, spent, "the whole escrow, and no more")
			require.Equal(t, []uint64{c.seat, c.seat, c.seat, c.seat}, court)
			require.Equal(t, c.slash, s.Seats[0].Slash)
			require.Equal(t, c.refund, s.Refund)
			want := poco.Q64{}
			if c.slash > 0 {
				want = poco.Charge(x)
			}
			require.Equal(t, want.Bytes(), append(make([]byte, 16-len(ledger().Debt)), ledger().Debt...))
		})
	}
}
