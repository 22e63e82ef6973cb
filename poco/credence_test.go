package poco

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestCredenceJudges: replicas decide by themselves only if all of them revealed and are equal, or if none of them has an answer. A
// majority decides nothing.
func TestCredenceJudges(t *testing.T) {
	silent, court := Outcome{}, Judgement{Decision: DecideCourt}
	otherFuel := Outcome{Kind: truth.Kind, Digest: truth.Digest, Fuel: truth.Fuel + 1}
	otherKind := Outcome{Kind: KindAppFailed, Digest: truth.Digest, Fuel: truth.Fuel}
	for _, c := range []struct {
		name    string
		ballots []Ballot
		want    Judgement
	}{
		{"all agree", ballotsOf(truth, truth, truth), Judgement{Decision: DecideAccept, Outcome: truth}},
		{"all lie alike", ballotsOf(lie, lie, lie), Judgement{Decision: DecideAccept, Outcome: lie}},
		{"the app fails for all", ballotsOf(failing, failing), Judgement{Decision: DecideAccept, Outcome: failing}},
		{"the first differs", ballotsOf(lie, truth, truth), court},
		{"the last differs", ballotsOf(truth, truth, lie), court},
		{"nine of ten agree", ballotsOf(truth, truth, truth, truth, lie, truth, truth, truth, truth, truth), court},
		{"they differ in the fuel alone", ballotsOf(truth, otherFuel), court},
		{"they differ in the kind alone", ballotsOf(truth, otherKind), court},
		{"the app fails for one", ballotsOf(truth, failing), court},
		{"the first is silent", ballotsOf(silent, truth, truth), court},
		{"the last is silent", ballotsOf(truth, truth, silent), court},
		{"all are silent", ballotsOf(silent, silent, silent), court},
		{"the first abstains", ballotsOf(abstain, truth, truth), court},
		{"the last abstains", ballotsOf(truth, truth, abstain), court},
		{"all but one have no input", ballotsOf(noInput, truth, noInput), court},
		{"all abstain", ballotsOf(abstain, abstain), Judgement{Decision: DecideRefund, Outcome: abstain}},
		{"none has the input", ballotsOf(noInput, noInput), Judgement{Decision: DecideRefund, Outcome: noInput}},
		{"none has an answer, for different reasons", ballotsOf(noInput, noInput, abstain), Judgement{Decision: DecideRefund, Outcome: abstain}},
		{"all who are not silent abstain", ballotsOf(abstain, abstain, silent), court},
		{"nobody", nil, court},
	} {
		require.Equal(t, c.want, Credence{}.Judge(Terms{}, c.ballots), c.name)
	}
	hidden := []Ballot{{Revealed: true, Outcome: truth}, {Outcome: truth}}
	require.Equal(t, court, Credence{}.Judge(Terms{}, hidden), "an outcome that was not revealed agrees with nothing")
}

// TestCredenceAcceptsTheWordOfAll: for any ballots, their order and their workers' records do not matter. An answer is accepted exactly
// if every ballot says it, a refund needs ballots that are all revealed and without an answer, and the policy never asks for more
// replicas.
func TestCredenceAcceptsTheWordOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		outcomes := rapid.SliceOfN(rapid.SampledFrom([]Outcome{truth, lie, failing, noInput, abstain, {}}), 1, 5).Draw(t, "outcomes")
		if rapid.Bool().Draw(t, "all alike") {
			outcomes = slices.Repeat(outcomes[:1], len(outcomes))
		}
		ballots := ballotsOf(outcomes...)
		terms := Terms{MinReplicas: rapid.Uint32Range(0, MaxReplicas).Draw(t, "asked")}
		j := Credence{}.Judge(terms, ballots)
		other := rapid.Permutation(ballots).Draw(t, "another order")
		for i := range other {
			other[i].Score = rapid.Uint64().Draw(t, "record")
		}
		require.Equal(t, j, Credence{}.Judge(terms, other))

		alike := !slices.ContainsFunc(outcomes, func(o Outcome) bool { return o != outcomes[0] })
		none := !slices.ContainsFunc(outcomes, func(o Outcome) bool { return o.Kind.IsAnswer() || o.Kind == KindUnspecified })
		switch {
		case alike && outcomes[0].Kind.IsAnswer():
			require.Equal(t, Judgement{Decision: DecideAccept, Outcome: outcomes[0]}, j)
		case none:
			require.Equal(t, DecideRefund, j.Decision)
			require.Contains(t, []Outcome{noInput, abstain}, j.Outcome)
		default:
			require.Equal(t, Judgement{Decision: DecideCourt}, j)
		}
	})
}

// TestCredenceCharges: each row is the life of a task of three replicas, from its ballots to its charge. Its letters are those of the
// outcome table. The charge w stands for a lie of the first worker that could have been accepted: it is charged if the first worker gave
// an answer that was not accepted, or committed and did not reveal. A fault of another worker charges nothing. A shut turn charges
// nothing either, because then the court judges what all say. What all replicas say at an open turn is accepted without a charge,
// whether it is true or not: on average the charges of found lies pay for it.
func TestCredenceCharges(t *testing.T) {
	for _, c := range []struct {
		name    string
		ballots string // of the first worker and the two others
		court   string // what the four seats of the court say; empty: the court is not called
		shut    bool   // the ledgers' answer at the task's turn is shut
		ending  Ending
		verdict string // the letter of the accepted answer
		charged bool   // w is charged; the ledgers say open at the turn, unless they are shut
	}{
		{"all agree", "A A A", "", false, EndAccepted, "A", false},
		{"all lie alike", "B B B", "", false, EndAccepted, "B", false},
		{"the app fails for all", "F F F", "", false, EndAccepted, "F", false},
		{"all agree, the debt is spent", "A A A", "A A A A", true, EndAccepted, "A", false},
		{"all lie alike, the debt is spent", "B B B", "A A A A", true, EndAccepted, "A", false},
		{"the first lies", "B A A", "A A A A", false, EndAccepted, "A", true},
		{"the first says that the app fails", "F A A", "A A A A", false, EndAccepted, "A", true},
		{"another lies", "A A B", "A A A A", false, EndAccepted, "A", false},
		{"both others lie alike", "A B B", "A A A A", false, EndAccepted, "A", false},
		{"three answers, the first is right", "A B C", "A A A A", false, EndAccepted, "A", false},
		{"three answers, all are wrong", "B C D", "A A A A", false, EndAccepted, "A", true},
		{"the first does not reveal", "x A A", "A A A A", false, EndAccepted, "A", true},
		{"another does not reveal", "A A x", "A A A A", false, EndAccepted, "A", false},
		{"another does not commit", "A - A", "A A A A", false, EndAccepted, "A", false},
		{"no other commits", "A - -", "A A A A", false, EndAccepted, "A", false},
		{"the first lies, no other commits", "B - -", "A A A A", false, EndAccepted, "A", true},
		{"the first abstains", "a A A", "A A A A", false, EndAccepted, "A", false},
		{"another abstains", "A a A", "A A A A", false, EndAccepted, "A", false},
		{"the first has no input", "i A A", "A A A A", false, EndAccepted, "A", false},
		{"all abstain", "a a a", "", false, EndAbstained, "", false},
		{"none has the input", "i i i", "", false, EndInputUnavailable, "", false},
		{"none has an answer, for different reasons", "i a i", "", false, EndAbstained, "", false},
		{"the court has no answer either", "A B A", "a a a a", false, EndAbstained, "", true},
		{"the court is split", "A B A", "A A B B", false, EndVoid, "", true},
		{"the first abstains, the court is split", "a B A", "A A B B", false, EndVoid, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := Charge(QuarterQ64)
			p := newPlay(t, testTerms())
			p.second = func(Seat) (Plan, []Seat, bool) {
				return Plan{Replicas: 3, X: QuarterQ64, Charge: w}, []Seat{{Who: "x1", Org: "p1"}, {Who: "x2", Org: "p2"}}, true
			}
			called := false
			court := p.court
			p.court = func() []Seat { called = true; return court() }
			if c.shut {
				p.gate = func() Gate { return GateShut }
			}
			p.giveBallots(strings.Fields(c.ballots)...)
			if c.court != "" {
				var says []Outcome
				for _, letter := range strings.Fields(c.court) {
					o, _, _ := answer(letter)
					says = append(says, o)
				}
				p.courtSays(says...)
			}
			p.checkEnd()
			require.Equal(t, c.court != "", called, "whether the court was called")
			require.Equal(t, c.ending, p.task.Ending, "got %s", p.task.Ending)
			if c.verdict != "" {
				want, _, _ := answer(c.verdict)
				require.Equal(t, want, p.task.Verdict)
			}
			require.Equal(t, w, p.charge, "the task entered the ledgers with the charge of its plan")
			require.Len(t, p.resolved, 1)
			require.Equal(t, c.charged, !c.shut && !p.resolved[0].Vindicated, "charged")
			require.Equal(t, c.ending == EndAccepted, p.resolved[0].Counted)
		})
	}
}

// giveBallots plays the replicas to the policy's judgement. Each letter is the ballot of a seat, in draw order.
func (p *play) giveBallots(letters ...string) {
	p.due(p.height)
	for i, letter := range letters {
		if o, commits, _ := answer(letter); commits {
			require.NoError(p.t, p.commit(BenchWorkers, p.task.Seats[i].Who, o))
		}
		if i == 0 {
			p.due(p.task.Deadline)
		}
	}
	if p.task.Phase == PhaseSecond {
		p.due(p.task.Deadline)
	}
	p.due(max(p.height, p.task.From))
	for i, letter := range letters {
		if _, _, reveals := answer(letter); reveals {
			require.NoError(p.t, p.reveal(BenchWorkers, p.task.Seats[i].Who))
		}
	}
	p.due(p.task.Deadline)
}
