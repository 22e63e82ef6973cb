package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestWithdrawalLaws: the court cannot get an input on which a worker has answered. The requester pays the court before any stake does. The
// first worker loses the cost of a lie, because its answer charges the ledgers. Another worker that answered pays the cost of silence in
// wave 2. No other worker pays, and the requester gets no part of a stake. The same holds when half of the court is served, because then
// there is no verdict.
func TestWithdrawalLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := testTerms()
		terms.AuditBlocks = rapid.SampledFrom([]int64{0, 9}).Draw(t, "audit")
		terms.CourtFee = rapid.SampledFrom([]uint64{0, 7, 10, 60, 1_000}).Draw(t, "fee")
		terms.Stake = rapid.SampledFrom([]uint64{0, 5, 1_000}).Draw(t, "stake")
		var seats []Seat
		for i, o := range rapid.SliceOfN(anyOutcome(), 1, 5).Draw(t, "answers") {
			s := revealedSeat("w"+string(rune('1'+i)), o)
			s.Wave = uint32(min(i, 1) + 1)
			seats = append(seats, s)
		}
		task := Task{Terms: terms, Ending: EndInputUnavailable, ByCourt: true, Verdict: noInput, Seats: seats, Court: bench(noInput, noInput, noInput, truth)}
		paid := uint64(3)
		if rapid.Bool().Draw(t, "half of the court is served") {
			task.Ending, task.ByCourt, task.Verdict = EndVoid, false, Outcome{}
			task.Court, paid = bench(noInput, noInput, truth, truth), 4
		}
		s := task.settleEnding()
		checkSettlement(t, terms, s)
		silence := min(terms.Stake, 4*terms.CourtFee)
		claimed := false
		for i, e := range s.Seats {
			answer := seats[i].Outcome.Kind.IsAnswer()
			claimed = claimed || answer
			require.Equal(t, answer, e.Fault == FaultUnserved)
			switch {
			case answer && i == 0:
				require.Equal(t, terms.Stake, e.Slash)
			case answer:
				require.Equal(t, silence, e.Slash)
			default:
				require.Zero(t, e.Slash, "who said that the input is not there")
			}
		}
		escrow, err := terms.Escrow()
		require.NoError(t, err)
		for _, pay := range append(s.FromStake, s.FromEscrow...) {
			require.Equal(t, PartyCourt, pay.Party)
		}
		if !claimed && task.Ending == EndVoid {
			return
		}
		if !claimed {
			require.Equal(t, escrow, s.Refund, "nobody ran it: the input may never have been there")
			return
		}
		require.Equal(t, paid*min(terms.CourtFee, escrow/paid), escrow-s.Refund, "the requester pays first")
		if escrow >= paid*terms.CourtFee {
			require.Empty(t, s.FromStake)
		}
	})
}

// TestAWithdrawalFreesNoLiar: a liar withdraws an input. The dispute between the workers stays pending, and the charge stays on the
// ledgers.
func TestAWithdrawalFreesNoLiar(t *testing.T) {
	p := newPlay(t, testTerms())
	p.toReveal(lie, truth, noInput)
	p.revealAll(BenchWorkers)
	p.courtSays(noInput, noInput, noInput, noInput)
	require.Equal(t, EndInputUnavailable, p.task.Ending)
	require.Equal(t, []Dispute{DisputeUndecided, DisputeUndecided, DisputeNone}, disputes(*p.end))
	require.Equal(t, []Resolve{{Vindicated: false}}, p.resolved)
	p.checkEnd()
}
