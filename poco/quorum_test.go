package poco

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func ballotsOf(outcomes ...Outcome) (out []Ballot) {
	for _, o := range outcomes {
		out = append(out, Ballot{Revealed: o.Kind != KindUnspecified, Outcome: o})
	}
	return out
}

func TestQuorumJudges(t *testing.T) {
	none := Outcome{}
	otherFuel := Outcome{Kind: truth.Kind, Digest: truth.Digest, Fuel: truth.Fuel + 1}
	for _, c := range []struct {
		name    string
		asked   uint32
		ballots []Ballot
		want    Judgement
	}{
		{"all agree", 0, ballotsOf(truth, truth, truth), Judgement{Decision: DecideAccept, Outcome: truth}},
		{"two of three", 0, ballotsOf(lie, truth, truth), Judgement{Decision: DecideAccept, Outcome: truth}},
		{"two of three that lie alike are believed", 0, ballotsOf(lie, lie, truth), Judgement{Decision: DecideAccept, Outcome: lie}},
		{"two of three, one silent", 0, ballotsOf(truth, none, truth), Judgement{Decision: DecideAccept, Outcome: truth}},
		{"the app fails for two", 0, ballotsOf(failing, failing, truth), Judgement{Decision: DecideAccept, Outcome: failing}},
		{"three answers", 0, ballotsOf(truth, lie, failing), Judgement{Decision: DecideRefund}},
		{"other fuel is another answer", 0, ballotsOf(truth, otherFuel, none), Judgement{Decision: DecideRefund}},
		{"one of one that revealed is no quorum", 0, ballotsOf(truth, none, none), Judgement{Decision: DecideRefund}},
		{"two have no input", 0, ballotsOf(noInput, truth, noInput), Judgement{Decision: DecideRefund, Outcome: noInput}},
		{"two abstain", 0, ballotsOf(abstain, truth, abstain), Judgement{Decision: DecideRefund, Outcome: abstain}},
		{"half of four", 4, ballotsOf(truth, truth, lie, lie), Judgement{Decision: DecideRefund}},
		{"three of four", 4, ballotsOf(truth, truth, lie, truth), Judgement{Decision: DecideAccept, Outcome: truth}},
		{"two of two", 2, ballotsOf(truth, truth), Judgement{Decision: DecideAccept, Outcome: truth}},
		{"one of two", 2, ballotsOf(truth, lie), Judgement{Decision: DecideRefund}},
		{"asked for one, drawn as for none", 1, ballotsOf(truth), Judgement{Decision: DecideRefund}},
		{"nobody", 0, nil, Judgement{Decision: DecideRefund}},
	} {
		require.Equal(t, c.want, Quorum{}.Judge(Terms{MinReplicas: c.asked}, c.ballots), c.name)
	}
}

func TestQuorumPlans(t *testing.T) {
	plan := Quorum{}.Plan(PlanInput{Eligible: 9, MaxSeats: 25})
	require.Equal(t, Plan{Replicas: 3, Eligible: 9, Bound: BoundPolicy}, plan)
	require.Equal(t, "3 replicas, of which 2 must agree; no court judges, and wrong results are not bounded", Quorum{}.Describe(plan))
	require.EqualValues(t, 6, Quorum{}.Plan(PlanInput{Eligible: 6, MaxSeats: 6, MinReplicas: 6}).Replicas)
	require.Equal(t, BoundFew, Quorum{}.Plan(PlanInput{Eligible: 5, MaxSeats: 6, MinReplicas: 6}).Bound)
	require.True(t, Quorum{}.Plan(PlanInput{Eligible: 9, MaxSeats: 5, MinReplicas: 6}).Court, "more than the escrow pays")
	expected, most := QuoteSeats(Quorum{}, plan, 100, 0)
	require.Equal(t, []uint64{3, 3}, []uint64{expected, most}, "a quorum costs what it costs, and no court")
}

// TestQuorumIsOfMoreThanHalf: for any ballots, their order does not matter. An accepted answer was given by more than half of all workers
// that were asked, so that no second answer could be accepted too.
func TestQuorumIsOfMoreThanHalf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := rapid.Uint32Range(0, MaxReplicas).Draw(t, "asked")
		n := Quorum{}.Replicas(100, asked).Least
		require.GreaterOrEqual(t, n, max(2, asked))
		outcomes := rapid.SliceOfN(rapid.SampledFrom([]Outcome{truth, truth, lie, abstain, {}}), int(n), int(n)).Draw(t, "outcomes")
		ballots := ballotsOf(outcomes...)
		j := Quorum{}.Judge(Terms{MinReplicas: asked}, ballots)
		require.Equal(t, j, Quorum{}.Judge(Terms{MinReplicas: asked}, rapid.Permutation(ballots).Draw(t, "another order")))
		votes := func(o Outcome) (v int) {
			for _, x := range outcomes {
				if x == o && x != (Outcome{}) {
					v++
				}
			}
			return v
		}
		switch {
		case j.Decision == DecideAccept:
			require.Greater(t, 2*votes(j.Outcome), int(n))
			require.True(t, j.Outcome.Kind.IsAnswer())
		case j.Outcome == Outcome{}:
			require.False(t, slices.ContainsFunc(outcomes, func(o Outcome) bool { return 2*votes(o) > int(n) }))
		default:
			require.Equal(t, abstain, j.Outcome)
		}
	})
}
