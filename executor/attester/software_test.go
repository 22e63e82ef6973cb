package attester_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/software"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/poco"
)

const end = 2_000_000_000

func session(t *testing.T, seed, name string, change func(*attester.Machine)) *attester.SoftwareSession {
	t.Helper()
	m := attester.Machine{Seed: []byte(seed), Measurement: attester.DefaultMeasurement(), Level: 3, End: end}
	if change != nil {
		change(&m)
	}
	s, err := attester.NewSoftware(m, name)
	require.NoError(t, err)
	return s
}

// TestRootIsTheOneThatVerifiersKnow: the root in package software is the public half of the key that this package makes.
func TestRootIsTheOneThatVerifiersKnow(t *testing.T) {
	root, err := attester.RootKey()
	require.NoError(t, err)
	require.Equal(t, software.Root, root)
}

// TestQuote: a quote verifies, and says what the machine is. Two sessions on one machine name the same machine.
func TestQuote(t *testing.T) {
	s := session(t, "machine", "a", nil)
	data := [64]byte{7}
	quote, err := s.Quote(context.Background(), data)
	require.NoError(t, err)
	q, err := software.ParseQuote(quote)
	require.NoError(t, err)
	require.NoError(t, q.CheckMode())
	require.NoError(t, q.Verify(software.Root, end))
	require.Equal(t, []any{data, attester.DefaultMeasurement(), uint32(3), int64(end)}, []any{q.Data, q.Measurement, q.Level, q.End})

	again, err := session(t, "machine", "b", nil).Quote(context.Background(), data)
	require.NoError(t, err)
	other, err := software.ParseQuote(again)
	require.NoError(t, err)
	require.Equal(t, q.Machine, other.Machine, "one machine, two sessions")
	foreign, err := session(t, "another machine", "a", nil).Quote(context.Background(), data)
	require.NoError(t, err)
	third, err := software.ParseQuote(foreign)
	require.NoError(t, err)
	require.NotEqual(t, q.Machine, third.Machine)
}

// TestAttest: the session's key signs the statement. The signature holds for no other statement, and the session attests no proof.
func TestAttest(t *testing.T) {
	s := session(t, "machine", "a", nil)
	require.NotEqual(t, s.Key(), session(t, "machine", "b", nil).Key())
	require.Equal(t, s.Key(), session(t, "machine", "a", nil).Key(), "it is there again after a restart")
	statement := poco.Statement{ChainID: "devnet", Who: "cred1me", Kind: poco.EvidenceAttestation, Outcome: poco.Outcome{Kind: poco.KindResult}}
	evidence, err := s.Attest(context.Background(), statement)
	require.NoError(t, err)
	require.Len(t, evidence, poco.AttestationSize)
	require.Equal(t, s.Key(), [64]byte(evidence))
	key, err := certificate.NewP256Key(s.Key())
	require.NoError(t, err)
	digest := statement.Digest()
	require.NoError(t, key.CheckP256(digest[:], [64]byte(evidence[64:])))
	statement.Attempt++
	digest = statement.Digest()
	require.Error(t, key.CheckP256(digest[:], [64]byte(evidence[64:])))
	statement.Kind = poco.EvidenceProof
	_, err = s.Attest(context.Background(), statement)
	require.ErrorContains(t, err, "a proof")
}

// TestLoadSeed: the first call makes the seed and the next one reads it. A file that holds something else is refused.
func TestLoadSeed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "enclave")
	first, err := attester.LoadSeed(path)
	require.NoError(t, err)
	again, err := attester.LoadSeed(path)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.NoError(t, os.WriteFile(path, []byte("short"), 0o600))
	_, err = attester.LoadSeed(path)
	require.ErrorContains(t, err, "expected the 32")
}
