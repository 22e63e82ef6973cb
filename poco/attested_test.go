package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestAttestedTakesAttestations: an answer is accepted with its enclave's word only; that of another statement, of another size or
// kind is as good as none.
func TestAttestedTakesAttestations(t *testing.T) {
	p, good := toShownReveal(t, PolicyAttested, truth)
	require.Len(t, good.Evidence, AttestationSize)
	_, proof := toShownReveal(t, PolicyProven, truth)
	for name, evidence := range map[string][]byte{
		"none": nil, "one byte": {1}, "a proof": proof.Evidence, "cut": good.Evidence[1:], "with a tail": append(good.Evidence[:AttestationSize:AttestationSize], 0),
		"another's": append([]byte{good.Evidence[0] ^ 1}, good.Evidence[1:]...),
	} {
		bad := good
		bad.Evidence = evidence
		require.ErrorIs(t, p.user(bad), ErrEvidence, name)
	}
	require.NoError(t, p.user(good))
	p.due(p.task.Deadline)
	require.Equal(t, EndAccepted, p.task.Ending)
	require.Equal(t, truth, p.task.Verdict)
	p.checkEnd()
}

// TestAttestedPlansOne, and locks the pool's stake, whatever a replica costs.
func TestAttestedPlansOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eligible := rapid.Uint64Range(0, 30).Draw(t, "eligible")
		plan := Attested{}.Plan(PlanInput{Eligible: eligible, MaxSeats: 1})
		require.EqualValues(t, 1, plan.Replicas)
		require.Equal(t, eligible == 0, plan.Bound == BoundFew)
		stake, price := rapid.Uint64().Draw(t, "stake"), rapid.Uint64().Draw(t, "price")
		require.Equal(t, stake, StakeUnder(PolicyAttested, stake, price))
	})
	rules := Attested{}.Rules()
	require.False(t, rules.Ledgers || rules.Bounded || rules.Confirms, "no claim of the error debt, no ledger, no record")
}

// TestSessionData: each part of what a quote vouches for is in its 64 bytes, and so is each in the ids of machines and measurements.
func TestSessionData(t *testing.T) {
	key, seed := [SessionKeySize]byte{1}, []byte{2, 3}
	base := SessionData("chain-1", "cred1w", "lab", key, 7, seed)
	require.Equal(t, make([]byte, 32), base[32:])
	require.Equal(t, base, SessionData("chain-1", "cred1w", "lab", key, 7, seed))
	for name, other := range map[string][64]byte{
		"chain":        SessionData("chain-2", "cred1w", "lab", key, 7, seed),
		"worker":       SessionData("chain-1", "cred1v", "lab", key, 7, seed),
		"organisation": SessionData("chain-1", "cred1w", "lib", key, 7, seed),
		"a moved text": SessionData("chain-1", "cred1wl", "ab", key, 7, seed),
		"key":          SessionData("chain-1", "cred1w", "lab", [SessionKeySize]byte{2}, 7, seed),
		"height":       SessionData("chain-1", "cred1w", "lab", key, 8, seed),
		"seed":         SessionData("chain-1", "cred1w", "lab", key, 7, []byte{2, 4}),
	} {
		require.NotEqual(t, base, other, name)
	}
	value := []byte{1, 2}
	require.NotEqual(t, MeasurementID(1, value), MeasurementID(2, value), "of another platform")
	require.NotEqual(t, MeasurementID(1, value), MachineID(1, value), "a machine is no measurement")
	require.NotEqual(t, MachineID(1, value), MachineID(1, []byte{1, 3}))
}
