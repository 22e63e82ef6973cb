package types_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/verifiers/types"
)

// square is a circuit with its keys: it squares its one argument.
func square(t *testing.T) (types.Verifier, *prover.Key) {
	t.Helper()
	p, err := circuit.Parse([]byte(circuit.Header + "\ninput x\nmul y x x\noutput y\n"))
	require.NoError(t, err)
	key := prover.Setup(p, prover.DevnetSeed)
	return types.Verifier{Name: "square", System: types.SYSTEM_CIRCUIT, Key: key.VerifyingKey(), Root: p.ID[:], Inputs: 1}, key
}

// claimOf says that the square of 7 is a text, and proves 49.
func claimOf(t *testing.T, key *prover.Key, text string) (types.Claim, []byte) {
	t.Helper()
	program := key.Program().ID
	c := types.Claim{
		Program: program, Inputs: poco.Inputs{Index: 2, Arguments: []string{"7"}},
		Statement: poco.Statement{
			ChainID: "devnet", Task: [32]byte{1}, Attempt: 1, Who: "cred1bob", Kind: poco.EvidenceProof, App: program,
			Outcome: poco.Outcome{Kind: poco.KindResult, Digest: types.CircuitResult([]byte(text)).Digest()},
		},
	}
	c.Statement.Inputs = c.Inputs.Digest()
	evidence, err := key.Prove(context.Background(), c.Statement.Digest(), c.Inputs.Arguments)
	require.NoError(t, err)
	return c, evidence
}

// A proof shows the claim for which it was made, and no other: each part of the claim that is changed is refused.
func TestCheckCircuit(t *testing.T) {
	v, key := square(t)
	claim, evidence := claimOf(t, key, "49\n")
	require.NoError(t, v.Check(claim, evidence))
	for name, change := range map[string]func(c *types.Claim){
		"another chain":        func(c *types.Claim) { c.Statement.ChainID = "credence-1" },
		"another task":         func(c *types.Claim) { c.Statement.Task[31] = 1 },
		"another attempt":      func(c *types.Claim) { c.Statement.Attempt++ },
		"a thief of the proof": func(c *types.Claim) { c.Statement.Who = "cred1eve" },
		"an attestation":       func(c *types.Claim) { c.Statement.Kind = poco.EvidenceAttestation },
		"another app":          func(c *types.Claim) { c.Statement.App[0] ^= 1 },
		"another program":      func(c *types.Claim) { c.Program[0] ^= 1; c.Statement.App[0] ^= 1 },
		"other inputs":         func(c *types.Claim) { c.Statement.Inputs[0] ^= 1 },
		"another argument":     func(c *types.Claim) { c.Inputs.Arguments = []string{"8"} },
		"an argument more":     func(c *types.Claim) { c.Inputs.Arguments = []string{"7", "7"} },
		"an argument in words": func(c *types.Claim) { c.Inputs.Arguments = []string{"seven"} },
		"no argument":          func(c *types.Claim) { c.Inputs.Arguments = nil },
		"another result":       func(c *types.Claim) { c.Statement.Outcome.Digest = types.CircuitResult([]byte("50\n")).Digest() },
		"a failure":            func(c *types.Claim) { c.Statement.Outcome.Kind = poco.KindAppFailed },
		"fuel":                 func(c *types.Claim) { c.Statement.Outcome.Fuel = 1 },
	} {
		changed := claim
		change(&changed)
		require.ErrorIs(t, v.Check(changed, evidence), types.ErrEvidence, name)
	}
	other := claim
	other.Statement.App = [32]byte{9}
	proof, err := key.Prove(context.Background(), other.Statement.Digest(), other.Inputs.Arguments)
	require.NoError(t, err)
	require.ErrorIs(t, v.Check(other, proof), types.ErrEvidence, "the statement is of another app than the program that is proved")
	wrong, lie := claimOf(t, key, "50\n")
	require.ErrorIs(t, v.Check(wrong, lie), types.ErrEvidence, "the proof is of 49, the statement of 50")
}

// Evidence of any other bytes is refused, and a verifier that is none refuses everything.
func TestCheckRefusesBytes(t *testing.T) {
	v, key := square(t)
	claim, evidence := claimOf(t, key, "49\n")
	rapid.Check(t, func(t *rapid.T) {
		bad := append([]byte{}, evidence...)
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			bad = bad[:rapid.IntRange(0, len(bad)-1).Draw(t, "cut")]
		case 1:
			bad = append(bad, rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "tail")...)
		default:
			bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		}
		require.ErrorIs(t, v.Check(claim, bad), types.ErrEvidence)
	})
	v.Key = v.Key[1:]
	require.ErrorIs(t, v.Check(claim, evidence), types.ErrInvalid)
	v.System = types.SYSTEM_UNSPECIFIED
	require.ErrorIs(t, v.Check(claim, evidence), types.ErrInvalid)
}
