package poco

import (
	"fmt"
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
		claimed := false // that a worker had the input
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
		require.Equal(t, paid*min(terms.CourtFee, escrow/paid), escrow-s.Refund, "the requester pays first, also where nobody claims to have had the input")
		require.Empty(t, s.CourtWrong, "who was served is not wrong")
		if !claimed || escrow >= paid*terms.CourtFee {
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

// TestACourtThatIsPartlyServed: the first worker is of the requester's coalition. It serves the input to some of the court's seats, and to
// no other replica. Each court of up to twelve equal seats then finds an answer with more than two thirds, or that the input was withdrawn:
// no number of seats that are left out frees the first worker. In courts of 3 and 6 seats exactly a third is left out. When fewer than a
// third of the seats say that they lack the input, an honest worker loses nothing. The same holds for an answer under audit.
func TestACourtThatIsPartlyServed(t *testing.T) {
	for seats := 1; seats <= 12; seats++ {
		for out := 0; out <= seats; out++ {
			answers := make([]Outcome, seats)
			court := make([]Seat, seats)
			for i := range answers {
				court[i] = Seat{Who: fmt.Sprintf("v%d", i+1), Power: 10}
				if answers[i] = truth; i < out {
					answers[i] = noInput
				}
			}
			fits := 3*out < seats // fewer than a third may be wrong
			// The first worker told the truth, so that the ledgers are charged for nothing; or it lied.
			for _, first := range []Outcome{truth, lie} {
				p := newPlay(t, testTerms())
				p.court = func() []Seat { return court }
				p.toReveal(first, noInput, noInput)
				p.revealAll(BenchWorkers)
				p.courtSays(answers...)
				p.checkEnd()
				want := FaultUnserved
				switch {
				case fits && first == truth:
					want = FaultNone
				case fits:
					want = FaultWrong
				}
				require.Equal(t, want, p.end.Seats[0].Fault, "%d of %d seats are left out", out, seats)
				require.Equal(t, want != FaultNone, p.end.Seats[0].Slash == p.task.Terms.Stake)
				require.Equal(t, fits, p.end.Ending == EndAccepted)
				if want == FaultUnserved {
					require.Equal(t, []Resolve{{Vindicated: false}}, p.resolved, "the charge stands")
				}
			}
			p := audited(t, truth)
			p.court = func() []Seat { return court }
			require.NoError(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 200}))
			p.due(p.height)
			p.courtSays(answers...)
			p.checkEnd()
			want := AuditUnserved
			if fits {
				want = AuditUpheld
			}
			require.Equal(t, want, p.final.Result, "%d of %d seats are left out", out, seats)
		}
	}
}

// TestNoInputWithoutACourt: replicas of a policy without a court agree that the input is missing, and another one gave an answer. Nobody
// has asked a court, so that no worker is at fault for what no court could have.
func TestNoInputWithoutACourt(t *testing.T) {
	task := Task{Terms: testTerms(), Ending: EndInputUnavailable, Seats: []Seat{revealedSeat("w1", truth), revealedSeat("w2", noInput), revealedSeat("w3", noInput)}}
	for _, e := range task.settleEnding().Seats {
		require.Equal(t, FaultNone, e.Fault)
		require.Zero(t, e.Slash)
	}
}

// TestADividedCourtIsNoMissingInput: the court's seats contradict each other, and some of them say that they lack the input. When these
// have less than a third of the power, they may all be wrong: the task is void, and nobody that answered is at fault. From a third on the
// first worker pays, and under audit all that stand for the answer pay.
func TestADividedCourtIsNoMissingInput(t *testing.T) {
	for seats := 3; seats <= 12; seats++ {
		for out := 0; out <= seats; out++ {
			answers := make([]Outcome, seats)
			for i := range answers {
				answers[i] = noInput
				if i >= out {
					answers[i] = Outcome{Kind: KindResult, Digest: [32]byte{byte(i + 1)}}
				}
			}
			missing := 3*out >= seats
			task := Task{Terms: testTerms(), Ending: EndVoid, Seats: []Seat{revealedSeat("w1", truth)}, Court: bench(answers...)}
			require.Equal(t, missing, task.settleEnding().Seats[0].Fault == FaultUnserved, "%d of %d", out, seats)

			p := audited(t, truth)
			p.court = func() []Seat { return bench(answers...) }
			require.NoError(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 200}))
			p.due(p.height)
			require.Len(t, p.task.Court, seats)
			p.task.Phase = PhaseCourtReveal
			p.due(p.task.Deadline)
			require.Equal(t, missing, p.final.Result == AuditUnserved, "%d of %d", out, seats)
			require.Equal(t, missing, slashes(p.final.Seats) > 0)
		}
	}
}
