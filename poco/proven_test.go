package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestProvenTakesProofs: an answer is accepted only with its proof. A proof of another statement is refused as if there were none.
func TestProvenTakesProofs(t *testing.T) {
	p, good := toShownReveal(t, PolicyProven, truth)
	for _, evidence := range [][]byte{nil, {1}, append([]byte{1}, good.Evidence[1:]...)} {
		bad := good
		bad.Evidence = evidence
		require.ErrorIs(t, p.user(bad), ErrEvidence)
	}
	require.NoError(t, p.user(good))
	p.due(p.task.Deadline)
	require.Equal(t, EndAccepted, p.task.Ending)
	require.Equal(t, truth, p.task.Verdict)
	p.checkEnd()
}

// TestProvenPlansOne: the policy plans one worker and asks it for a deposit. The deposit is at most the pay of a replica, whatever the
// pool's stake.
func TestProvenPlansOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eligible := rapid.Uint64Range(0, 30).Draw(t, "eligible")
		plan := Proven{}.Plan(PlanInput{Eligible: eligible, MaxSeats: 1})
		require.EqualValues(t, 1, plan.Replicas)
		require.Equal(t, eligible == 0, plan.Bound == BoundFew)
		stake, price := rapid.Uint64().Draw(t, "stake"), rapid.Uint64().Draw(t, "price")
		require.Equal(t, min(stake, price), StakeUnder(PolicyProven, stake, price))
		for _, name := range []string{PolicyCredence, PolicySingle, PolicyQuorum, "unknown"} {
			require.Equal(t, stake, StakeUnder(name, stake, price))
		}
	})
}
