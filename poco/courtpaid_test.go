package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestEveryCourtIsPaid is the law of courts and charges (L3), for any price, fee, answers, silences and verdict. The escrow holds the court's
// deposit, and the plan takes only terms whose stake and escrow cover its floor. Then every court that sits is paid in full, whatever it finds,
// and it does not matter what calls it: a fault, the plan, a shut turn or a first worker that has no answer. No task ends because its court
// cannot be paid. Every charge that stands costs somebody at least its floor, less what a right worker may earn by the wrong one; and where
// nothing is charged, the requester pays nothing but the court. One court is not paid out of the escrow: one that is given up although all but
// a third of those that revealed agree. Its silent seats alone prevented a verdict.
func TestEveryCourtIsPaid(t *testing.T) {
	found := map[string]int{}
	checkUntil(t, func(t *rapid.T) {
		terms := testTerms()
		terms.AppPrice = rapid.SampledFrom([]uint64{0, 50}).Draw(t, "app price")
		terms.Price = rapid.SampledFrom([]uint64{0, 1, 10}).Draw(t, "price")
		terms.CourtFee = max(terms.Price, rapid.SampledFrom([]uint64{1, 7, 10, 200}).Draw(t, "least fee"))
		terms.CourtDeposit = 4 * terms.CourtFee
		terms.Stake = 4*terms.CourtFee + rapid.Uint64Range(0, 100).Draw(t, "beyond")
		terms.Value = rapid.SampledFrom([]uint64{1, 300}).Draw(t, "value")
		terms.MaxSeats = rapid.Uint32Range(3, MaxReplicas).Draw(t, "seats that are paid")
		terms.AuditBlocks = rapid.SampledFrom([]int64{0, 9}).Draw(t, "audit")
		floor := rapid.Uint64Range(4*terms.CourtFee, terms.ChargePayer()).Draw(t, "floor")
		plan := Plan{Replicas: 3, StakeFloor: floor}
		court := rapid.IntRange(0, 3).Draw(t, "the plan is the court") == 3
		if court {
			plan, floor = Plan{Court: true, Bound: BoundSpent}, 0
			if rapid.Bool().Draw(t, "draws were refused") {
				plan.X = FracDown(1, 16)
				floor, _ = StakeNeeded(plan.X, terms.Exposure(4))
				floor = min(floor, terms.ChargePayer())
			}
		}
		p := newPlay(t, terms)
		p.second = func(Seat) (Plan, []Seat, bool) {
			return plan, []Seat{{Who: "x1", Org: "p1"}, {Who: "x2", Org: "p2"}}[:2*btoi(!court)], true
		}
		gate := rapid.SampledFrom([]Gate{GateOpen, GateShut}).Draw(t, "gate")
		p.gate = func() Gate { return gate }
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
		if p.task.Phase == PhaseReveal && rapid.IntRange(0, 3).Draw(t, "the first worker withholds its answer") == 3 {
			for _, s := range p.task.Seats[1:] {
				if hasCommitted(s) {
					require.NoError(t, p.reveal(BenchWorkers, s.Who))
				}
			}
			p.due(p.task.Deadline)
		} else if p.task.Phase == PhaseReveal {
			p.revealAll(BenchWorkers)
		}
		if p.task.Phase != PhaseCourtCommit {
			if p.task.Phase != PhaseAudit {
				p.checkEnd()
				require.NotEqual(t, EndCourtUnpaid, p.end.Ending)
			}
			return
		}
		_, agreed := p.task.soleAnswer()
		shut := agreed && !court && hasAnswered(p.task.Seats[0]) // else the answer was accepted
		verdicts := rapid.SampledFrom([][]Outcome{
			{truth, truth, truth, truth}, {lie, lie, lie, lie}, {noInput, noInput, noInput, noInput}, {abstain, abstain, abstain, abstain},
			{truth, truth, abstain, abstain}, {truth, truth, lie, lie}, {truth, truth, truth, abstain}, {noInput, noInput, truth, truth},
			{noInput, noInput, noInput, truth}, {abstain, abstain, abstain, truth}, {truth, truth, lie, {}}, {truth, lie, abstain, {}}, {truth, truth, {}, {}}, {{}, {}, {}, {}},
		}).Draw(t, "verdict")
		p.courtSays(verdicts...)
		p.checkEnd()
		s := *p.end
		require.Len(t, p.resolved, 1)
		if s.Ending == EndCourtSilent && !p.task.isCourtSplit() { // the silence alone prevented a verdict: nobody else pays for it
			require.Zero(t, total(s.FromEscrow)+s.Premium)
			found["silenced"]++
			return
		}
		if charged := !p.resolved[0].Vindicated && !shut; charged {
			require.GreaterOrEqual(t, costOfCharge(s), floor-mulBps(floor, terms.InformerBps)*uint64(btoi(s.Ending == EndAccepted)), "%s", s.Ending)
			if s.Ending != EndAccepted && s.Premium > 0 {
				require.Equal(t, floor, costOfCharge(s), "the requester pays no more than the rest")
			}
			found["charge "+s.Ending.String()]++
			if p.task.Seats[0].State != SeatRevealed && s.Ending != EndAccepted {
				found["charge of an answer that was withheld"]++
			}
			if court && floor > 0 {
				found["charge after refused draws"]++
			}
		} else if s.Ending != EndAccepted {
			require.Zero(t, s.Premium)
			found["no charge"]++
		}
		for _, v := range p.task.Court {
			if v.State != SeatRevealed || s.ByCourt && v.Outcome != s.Verdict {
				continue
			}
			require.Equal(t, terms.CourtFee, paid(s.FromEscrow, PartyCourt, v.Who, -1)+paid(s.FromStake, PartyCourt, v.Who, -1), "%s in %s", v.Who, s.Ending)
		}
		found[s.Ending.String()]++
	}, func() bool {
		for _, kind := range []string{
			"ACCEPTED", "charge ACCEPTED", "charge ABSTAINED", "charge VOID", "charge INPUT_UNAVAILABLE", "charge of an answer that was withheld",
			"charge after refused draws", "no charge", "charge COURT_SILENT", "silenced",
		} {
			if found[kind] == 0 {
				return false
			}
		}
		return true
	})
}

// costOfCharge is what the settlement of a charged task costs those who may have made the charge: stake that is lost, and what the court and
// nobody get of the escrow, less what comes back to workers and the requester, who may be accomplices.
func costOfCharge(s Settlement) (cost uint64) {
	cost = s.Premium
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
			cost -= pay.Amount
		}
	}
	return cost
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
