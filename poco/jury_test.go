package poco

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/poco/credibility"
)

// weighed returns ballots of workers with the given records.
func weighed(scores []uint64, outcomes ...Outcome) []Ballot {
	ballots := ballotsOf(outcomes...)
	for i := range scores {
		ballots[i].Score = scores[i]
	}
	return ballots
}

// TestJuryNeeds compares the number of newcomers that must agree with numbers found by hand: 4^n against trust - 1, and against one lie of
// a newcomer 4^n against 5 (trust - 1). The first numbers are those of Sarmenta's formula at f = 1/5.
func TestJuryNeeds(t *testing.T) {
	for _, c := range []struct {
		trust                 uint64
		agreeing, againstALie uint32
	}{{2, 2, 2}, {5, 2, 3}, {10, 2, 3}, {20, 3, 4}, {50, 3, 4}, {100, 4, 5}, {1_000, 5, 7}, {10_000, 7, 8}, {1_000_000, 10, 12}, {1_000_000_000, 15, 17}} {
		require.Equal(t, ReplicaRange{Least: c.agreeing, Most: MaxReplicas}, Jury{}.Replicas(c.trust, 0), "trust %d", c.trust)
		ballots := ballotsOf(lie)
		for range c.againstALie - 1 {
			ballots = append(ballots, ballotsOf(truth)...)
			require.Equal(t, DecideMore, Jury{}.Judge(Terms{Trust: c.trust}, ballots).Decision, "trust %d, %d ballots", c.trust, len(ballots))
		}
		ballots = append(ballots, ballotsOf(truth)...)
		require.Equal(t, Judgement{Decision: DecideAccept, Outcome: truth}, Jury{}.Judge(Terms{Trust: c.trust}, ballots), "trust %d", c.trust)
	}
	require.EqualValues(t, 9, Jury{}.Replicas(100, 9).Least, "more were asked for")
}

func TestJuryJudges(t *testing.T) {
	none := Outcome{}
	more := func(n uint32) Judgement { return Judgement{Decision: DecideMore, More: n} }
	accept := func(o Outcome) Judgement { return Judgement{Decision: DecideAccept, Outcome: o} }
	for _, c := range []struct {
		name    string
		ballots []Ballot
		want    Judgement
	}{
		{"four newcomers agree", ballotsOf(truth, truth, truth, truth), accept(truth)},
		{"a failure of the app", ballotsOf(failing, failing, failing, failing), accept(failing)},
		{"three newcomers", ballotsOf(truth, truth, truth), more(1)},
		{"one lies: the right are asked for until they outweigh it", ballotsOf(truth, truth, truth, lie), more(2)},
		{"two lie alike: so are those who lead", ballotsOf(lie, lie, truth, truth), more(4)},
		{"two that lie each for itself", ballotsOf(truth, truth, truth, truth, lie, failing), more(1)},
		{"a majority that lies is believed", ballotsOf(lie, lie, lie, lie, lie, truth), accept(lie)},
		{"who is silent counts for nothing", ballotsOf(truth, truth, truth, truth, none, none), accept(truth)},
		{"nor who says that it has no answer", ballotsOf(truth, truth, truth, truth, noInput, abstain), accept(truth)},
		{"records count: 4 * 29 >= 99", weighed([]uint64{0, 6}, truth, truth), accept(truth)},
		{"and do not suffice: 4 * 24 < 99", weighed([]uint64{0, 5}, truth, truth), more(1)},
		{"one alone is not believed, whatever its record", weighed([]uint64{1 << 40}, truth), more(1)},
		{"a long record outvotes newcomers, with somebody else", weighed([]uint64{3_000, 0, 0, 0}, lie, truth, truth, lie), accept(lie)},
		{"nobody has an answer", ballotsOf(noInput, noInput, noInput, none), Judgement{Decision: DecideRefund, Outcome: noInput}},
		{"and they differ about why", ballotsOf(noInput, abstain, noInput, none), Judgement{Decision: DecideRefund, Outcome: abstain}},
		{"half of them say so", ballotsOf(noInput, noInput, none, none), more(4)},
		{"somebody has one", ballotsOf(noInput, noInput, noInput, truth), more(3)},
		{"nobody", nil, more(4)},
	} {
		require.Equal(t, c.want, Jury{}.Judge(Terms{Trust: 100}, c.ballots), c.name)
	}
}

func TestJuryPlans(t *testing.T) {
	plan := func(in PlanInput) Plan { return Jury{}.Plan(in) }
	p := plan(PlanInput{Trust: 100, Eligible: 9, MaxSeats: 24})
	require.Equal(t, Plan{Replicas: 4, Eligible: 9, Bound: BoundPolicy}, p)
	require.Equal(t, "4 replicas, and more where they differ, until those who agree are credible enough; no court judges, and wrong results are not bounded", Jury{}.Describe(p))
	require.EqualValues(t, 4, plan(PlanInput{Trust: 100, Eligible: 9, MaxSeats: 24, Records: []uint64{0}}).Replicas)
	require.EqualValues(t, 3, plan(PlanInput{Trust: 100, Eligible: 9, MaxSeats: 24, Records: []uint64{2}}).Replicas, "9 * 4 * 4 >= 99")
	require.EqualValues(t, 2, plan(PlanInput{Trust: 100, Eligible: 9, MaxSeats: 24, Records: []uint64{1_000}}).Replicas, "never one alone")
	require.EqualValues(t, 6, plan(PlanInput{Trust: 100, Eligible: 9, MaxSeats: 24, MinReplicas: 6}).Replicas)
	require.Equal(t, BoundFew, plan(PlanInput{Trust: 100, Eligible: 3, MaxSeats: 24}).Bound)
	require.True(t, plan(PlanInput{Trust: 100, Eligible: 9, MaxSeats: 3}).Court, "more than the escrow pays: it ends undecided")
	expected, most := QuoteSeats(Jury{}, p, 100, 0)
	require.Equal(t, []uint64{4, 10}, []uint64{expected, most}, "room to outvote three that lie alike: 4^7 >= 99 (1 + 4^3)")
	_, most = QuoteSeats(Jury{}, p, 1_000_000_000, 0)
	require.EqualValues(t, MaxReplicas, most)
}

// drawBallots draws possible ballots of the seats of a task.
func drawBallots(t *rapid.T) []Ballot {
	outcomes := rapid.SliceOfN(rapid.SampledFrom([]Outcome{truth, truth, truth, lie, lie, failing, noInput, abstain, {}}), 0, MaxReplicas).Draw(t, "outcomes")
	ballots := ballotsOf(outcomes...)
	for i := range ballots {
		ballots[i].Score = rapid.SampledFrom([]uint64{0, 0, 0, 1, 2, 12, 303, 1 << 62}).Draw(t, "score")
	}
	return ballots
}

// TestJuryBelievesByCredibility compares the jury with the definition in rationals. An accepted answer has at least two votes and a
// credibility of at least 1 - 1/trust. An answer that is not accepted does not. The order of the ballots does not matter. The jury asks for
// the least number of newcomers with which it would accept.
func TestJuryBelievesByCredibility(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ballots, trust := drawBallots(t), rapid.SampledFrom([]uint64{2, 5, 100, 10_000, 1_000_000_000}).Draw(t, "trust")
		terms := Terms{Trust: trust}
		j := Jury{}.Judge(terms, ballots)
		if again := (Jury{}.Judge(terms, rapid.Permutation(ballots).Draw(t, "another order"))); j.Decision == DecideAccept {
			require.Equal(t, j, again)
		} else {
			require.Equal(t, j.Decision, again.Decision)
			require.Equal(t, j.More, again.More)
		}
		credible := func(o Outcome) bool {
			odds, total := map[Outcome]*big.Int{}, big.NewInt(1)
			for _, b := range ballots {
				if b.Revealed && b.Outcome.Kind.IsAnswer() {
					if odds[b.Outcome] == nil {
						odds[b.Outcome] = big.NewInt(1)
					}
					odds[b.Outcome].Mul(odds[b.Outcome], credibility.Odds(b.Score))
				}
			}
			for _, v := range odds {
				total.Add(total, v)
			}
			if odds[o] == nil || countAgreeing(ballots, o) < 2 {
				return false
			}
			demanded := new(big.Rat).SetFrac(new(big.Int).SetUint64(trust-1), new(big.Int).SetUint64(trust))
			return new(big.Rat).SetFrac(odds[o], total).Cmp(demanded) >= 0
		}
		for _, o := range []Outcome{truth, lie, failing} {
			require.Equal(t, j.Decision == DecideAccept && j.Outcome == o, credible(o))
		}
		if j.Decision != DecideMore || j.More > MaxReplicas {
			return
		}
		best, _ := leadOf(ballots)
		if best == (Outcome{}) {
			best = truth
		}
		for i := range j.More {
			require.Equal(t, DecideMore, Jury{}.Judge(terms, ballots).Decision, "after %d of %d more", i, j.More)
			ballots = append(ballots, ballotsOf(best)...)
		}
		require.Equal(t, Judgement{Decision: DecideAccept, Outcome: best}, Jury{}.Judge(terms, ballots))
	})
}
