package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestEveryCourtIsPaid is the law of courts (L3). The plan takes only a stake S >= V c_v. With that stake, every court that finds something
// is paid in full, for any price, escrow and answers. It does not matter what calls the court: a fault, the plan, a shut turn or a first
// worker that has no answer. Where no fault would pay and the escrow cannot pay, no court is called. A court that cannot run the program in
// its window finds no worker at fault, and is paid as far as the escrow goes.
func TestEveryCourtIsPaid(t *testing.T) {
	found := map[string]int{}
	checkUntil(t, func(t *rapid.T) {
		terms := testTerms()
		terms.AppPrice = rapid.SampledFrom([]uint64{0, 50}).Draw(t, "app price")
		terms.Price = rapid.SampledFrom([]uint64{0, 1, 10}).Draw(t, "price")
		terms.CourtFee = max(terms.Price, rapid.SampledFrom([]uint64{1, 7, 10, 200}).Draw(t, "least fee"))
		terms.Stake = 4*terms.CourtFee + rapid.Uint64Range(0, 100).Draw(t, "beyond")
		terms.MaxSeats = rapid.Uint32Range(3, MaxReplicas).Draw(t, "seats that are paid")
		terms.AuditBlocks = rapid.SampledFrom([]int64{0, 9}).Draw(t, "audit")
		court := rapid.IntRange(0, 3).Draw(t, "the plan is the court") == 3
		p := newPlay(t, terms)
		p.second = func(Seat) (Plan, []Seat, bool) {
			if court {
				return Plan{Court: true, Bound: BoundSpent}, nil, true
			}
			return Plan{Replicas: 3}, []Seat{{Who: "x1", Org: "p1"}, {Who: "x2", Org: "p2"}}, true
		}
		p.gate = func() Gate { return rapid.SampledFrom([]Gate{GateOpen, GateShut}).Draw(t, "gate") }
		p.unpaid = func() bool { return (court || p.task.Phase != PhaseLocked) && !p.task.AffordsCourt(4) }
		p.due(p.height)
		if p.task.Phase == PhaseDone {
			return
		}
		answers := rapid.SliceOfN(anyOutcome(), 3, 3).Draw(t, "answers")
		silent := rapid.IntRange(0, 4).Draw(t, "silent") // at 4 the last worker of wave 2 is silent
		require.NoError(t, p.commit(BenchWorkers, p.task.Seats[0].Who, answers[0]))
		p.due(p.task.Deadline)
		for i := 1; i < len(p.task.Seats); i++ {
			if i == 2 && silent == 4 {
				continue
			}
			require.NoError(t, p.commit(BenchWorkers, p.task.Seats[i].Who, answers[i]))
		}
		if p.task.Phase == PhaseSecond {
			p.due(p.task.Deadline)
		}
		p.due(max(p.height, p.task.From))
		if p.task.Phase == PhaseReveal {
			p.revealAll(BenchWorkers)
		}
		if p.task.Phase != PhaseCourtCommit {
			if p.task.Phase != PhaseAudit {
				p.checkEnd()
				found[p.end.Ending.String()]++
			}
			return
		}
		verdict := rapid.SampledFrom([]Outcome{truth, truth, lie, noInput, abstain}).Draw(t, "verdict")
		p.courtSays(verdict, verdict, verdict, verdict)
		p.checkEnd()
		if verdict == noInput && !p.task.isWithdrawn() {
			return // no worker claims to have had the input, and the court has run nothing
		}
		if verdict == abstain && p.end.Refund < 4 {
			found["all that the escrow had"]++ // no worker is at fault, and the escrow need not hold a court that a dispute calls
			return
		}
		for _, who := range []string{"v1", "v2", "v3", "v4"} {
			require.Equal(t, terms.CourtFee, paid(p.end.FromEscrow, PartyCourt, who, -1)+paid(p.end.FromStake, PartyCourt, who, -1), "%s in %s", who, p.end.Ending)
		}
		found["court"]++
	}, func() bool {
		return found["court"] > 0 && found["all that the escrow had"] > 0 && found[EndCourtUnpaid.String()] > 0
	})
}
