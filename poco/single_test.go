package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSingleJudges(t *testing.T) {
	for _, c := range []struct {
		name    string
		ballots []Ballot
		want    Judgement
	}{
		{"an answer is believed, whatever it is", ballotsOf(lie), Judgement{Decision: DecideAccept, Outcome: lie}},
		{"a failure of the app too", ballotsOf(failing), Judgement{Decision: DecideAccept, Outcome: failing}},
		{"no input", ballotsOf(noInput), Judgement{Decision: DecideRefund, Outcome: noInput}},
		{"no answer", ballotsOf(abstain), Judgement{Decision: DecideRefund, Outcome: abstain}},
		{"not revealed", ballotsOf(Outcome{}), Judgement{Decision: DecideRefund}},
		{"nobody", nil, Judgement{Decision: DecideRefund}},
		{"more than one", ballotsOf(truth, truth), Judgement{Decision: DecideRefund}},
	} {
		require.Equal(t, c.want, Single{}.Judge(Terms{}, c.ballots), c.name)
	}
}

// TestSinglePlansOne: for any request the policy draws one worker, or waits for one. The price is that of one worker.
func TestSinglePlansOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := PlanInput{
			Eligible: rapid.Uint64Range(0, 30).Draw(t, "eligible"), MinReplicas: rapid.Uint32Range(0, 24).Draw(t, "asked"),
			MaxSeats: rapid.Uint32Range(1, 25).Draw(t, "seats"), Stake: rapid.Uint64().Draw(t, "stake"),
		}
		plan := Single{}.Plan(in)
		require.EqualValues(t, 1, plan.Replicas)
		require.False(t, plan.Court)
		require.Equal(t, in.Eligible == 0, plan.Bound == BoundFew)
		expected, most := QuoteSeats(Single{}, plan, 100, in.MinReplicas)
		require.EqualValues(t, 1, expected)
		require.EqualValues(t, 1, most)
	})
	require.True(t, Single{}.Rules().NamedPool)
}
