package keeper_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestACourtThatOutgrewItsDeposit: four seats were active when the deal was made, and forty are when the court would be called. The escrow
// cannot pay them, and nobody is at fault: the task ends COURT_UNPAID and no seat is asked. Before the reveals nobody is paid and everything
// comes back. After them those who answered are paid, and the rest comes back. With four seats each of these tasks goes to its court.
func TestACourtThatOutgrewItsDeposit(t *testing.T) {
	for _, c := range []struct {
		name   string
		edit   func(*dealstypes.Deal)
		first  poco.Outcome // zero: no worker is drawn
		others poco.Outcome // zero: they leave before they can be drawn
		paid   map[string]uint64
		faults []string
	}{
		{
			name: "the price pays for too few replicas, before anybody is drawn",
			edit: func(d *dealstypes.Deal) { d.Terms.MaxSeats = 2 },
		},
		{
			name: "the policy asks for the court at once",
			edit: func(d *dealstypes.Deal) { d.Terms.Policy, d.Terms.Premium = poco.PolicyCourt, 0 },
		},
		{
			name: "the wait for others is over", first: right, faults: []string{"NONE"},
			edit: func(d *dealstypes.Deal) { d.Terms.MinReplicas = 3 },
		},
		{
			name: "the first worker has no answer, and the others agree", first: poco.Outcome{Kind: poco.KindAbstain}, others: right,
			edit: func(d *dealstypes.Deal) { d.Terms.MinReplicas = 3 },
			paid: map[string]uint64{"APP": 50, "WORKER": 20}, faults: []string{"ABSTAINED", "NONE", "NONE"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, outgrown := range []bool{false, true} {
				f := newFixture(t, 9)
				id := f.open(2, func(d *dealstypes.Deal) {
					d.Terms.CourtDeposit = uint64(len(f.seats)) * d.Terms.CourtFee
					c.edit(d)
				})[0]
				grow := func() {
					for i := 4; outgrown && len(f.seats) < 40; i++ {
						f.seats = append(f.seats, f.seats[0]+"-"+string(rune('a'+i)))
					}
				}
				if c.first == (poco.Outcome{}) {
					grow()
				}
				for range 60 {
					phase := f.task(id).Phase
					if phase == types.PHASE_DONE || phase == types.PHASE_COURT_COMMIT {
						break
					}
					f.begin()
					if phase = f.task(id).Phase; phase == types.PHASE_FIRST {
						f.work(id, cmp.Or(c.first, right))
						if c.others == (poco.Outcome{}) && c.first != (poco.Outcome{}) {
							first := f.task(id).Seats[0].Organisation
							f.leave(false, slices.DeleteFunc(tickets(0, 9), func(i uint64) bool { return workers{}.org(i) == first })...)
							grow()
						}
					} else if phase == types.PHASE_SECOND || phase == types.PHASE_REVEAL {
						grow()
						f.work(id, c.others)
					}
					f.end()
				}
				task := f.task(id)
				if !outgrown {
					require.Equal(t, types.PHASE_COURT_COMMIT, task.Phase, "the deposit pays the court")
					continue
				}
				require.Equal(t, types.ENDING_COURT_UNPAID, task.Ending)
				require.Empty(t, task.Court)
				s, paid := task.Settlement, map[string]uint64{}
				left := s.Refund
				for _, p := range s.Payments {
					paid[p.Party] += p.Amount
					left += p.Amount
				}
				if c.paid == nil {
					c.paid = map[string]uint64{}
				}
				require.Equal(t, c.paid, paid)
				escrow, err := f.market.deals[task.Deal].Terms.Escrow()
				require.NoError(t, err)
				require.Equal(t, escrow, left)
				var faults []string
				for _, seat := range s.Seats {
					require.Zero(t, seat.Slash)
					faults = append(faults, seat.Fault)
				}
				require.ElementsMatch(t, c.faults, faults)
			}
		})
	}
}
