package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestEveryCourtIsPaid is the law of courts and charges (L3), for any price, fee, answers and verdict. The escrow holds the court's deposit, and
// the plan takes only terms whose stake and escrow cover its floor. Then every court that sits is paid in full, whatever it finds, and it does
// not matter what calls it: a fault, the plan, a shut turn or a first worker that has no answer. No task ends because its court cannot be
// paid. And every charge that stands costs somebody at least the floor, which is the least that a lie under this plan costs.
func TestEveryCourtIsPaid(t *testing.T) {
	found := map[string]int{}
	checkUntil(t, func(t *rapid.T) {
		terms := testTerms()
		terms.AppPrice = rapid.SampledFrom([]uint64{0, 50}).Draw(t, "app price")
		terms.Price = rapid.SampledFrom([]uint64{0, 1, 10}).Draw(t, "price")
		terms.CourtFee = max(terms.Price, rapid.SampledFrom([]uint64{1, 7, 10, 200}).Draw(t, "least fee"))
		terms.CourtDeposit = 4 * terms.CourtFee
		terms.Stake = 4*terms.CourtFee + rapid.Uint64Range(0, 100).Draw(t, "beyond")
		terms.MaxSeats = rapid.Uint32Range(3, MaxReplicas).Draw(t, "seats that are paid")
		terms.AuditBlocks = rapid.SampledFrom([]int64{0, 9}).Draw(t, "audit")
		court := rapid.IntRange(0, 3).Draw(t, "the plan is the court") == 3
		floor := rapid.Uint64Range(4*terms.CourtFee, terms.ChargePayer()).Draw(t, "floor")
		p := newPlay(t, terms)
		p.second = func(Seat) (Plan, []Seat, bool) {
			if court {
				return Plan{Court: true, Bound: BoundSpent}, nil, true
			}
			return Plan{Replicas: 3, StakeFloor: floor}, []Seat{{Who: "x1", Org: "p1"}, {Who: "x2", Org: "p2"}}, true
		}
		p.gate = func() Gate { return rapid.SampledFrom([]Gate{GateOpen, GateShut}).Draw(t, "gate") }
		p.unpaid = func() bool { return (court || p.task.Phase != PhaseLocked) && !p.task.AffordsCourt(4) }
		p.due(p.height)
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
				require.NotEqual(t, EndCourtUnpaid, p.end.Ending)
			}
			return
		}
		verdicts := rapid.SampledFrom([][]Outcome{
			{truth, truth, truth, truth}, {lie, lie, lie, lie}, {noInput, noInput, noInput, noInput}, {abstain, abstain, abstain, abstain},
			{truth, truth, abstain, abstain}, {truth, truth, lie, lie}, {truth, truth, truth, abstain}, {noInput, noInput, truth, truth},
		}).Draw(t, "verdict")
		p.courtSays(verdicts...)
		p.checkEnd()
		s := *p.end
		if first := p.task.Seats[0]; !court && hasAnswered(first) && !(s.Ending == EndAccepted && first.Outcome == s.Verdict) {
			require.Equal(t, []Resolve{{Counted: s.Ending == EndAccepted}}, p.resolved, "the charge stands")
			cost := s.Premium
			for _, pay := range s.FromEscrow {
				if pay.Party == PartyCourt {
					cost += pay.Amount
				}
			}
			for _, e := range s.Seats {
				cost += e.Slash
			}
			for _, pay := range s.FromStake {
				if pay.Party == PartyRequester || pay.Party == PartyWorker {
					cost -= pay.Amount // those who accuse themselves have it back
				}
			}
			require.GreaterOrEqual(t, cost, min(floor, terms.Stake-terms.Stake*2_000/10_000), "%s", s.Ending)
			if s.Ending != EndAccepted && s.Premium > 0 {
				require.Equal(t, floor, cost, "the requester pays no more than the rest")
			}
			found["charge "+s.Ending.String()]++
		}
		answered := func(seat Seat) bool { return hasAnswered(seat) }
		if !p.task.isWithdrawn() && s.Ending == EndInputUnavailable {
			require.Zero(t, countSeats(p.task.Seats, answered))
			return // no worker claims to have had the input, and the court has run nothing
		}
		for _, v := range p.task.Court {
			if s.ByCourt && v.Outcome != s.Verdict {
				continue
			}
			require.Equal(t, terms.CourtFee, paid(s.FromEscrow, PartyCourt, v.Who, -1)+paid(s.FromStake, PartyCourt, v.Who, -1), "%s in %s", v.Who, s.Ending)
		}
		found[s.Ending.String()]++
	}, func() bool {
		return found["ACCEPTED"] > 0 && found["charge ACCEPTED"] > 0 && found["charge ABSTAINED"] > 0 && found["charge VOID"] > 0 && found["charge INPUT_UNAVAILABLE"] > 0
	})
}
