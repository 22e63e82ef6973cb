package evidence_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/evidence/certificate"
	"github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/evidence/software"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/poco"
)

// BenchmarkSession measures the check of an answer under the policy attested: one signature by a session's key.
func BenchmarkSession(b *testing.B) {
	session, err := attester.NewSoftware(attester.Machine{Seed: []byte("machine"), End: 1 << 40}, "a")
	require.NoError(b, err)
	statement := poco.Statement{ChainID: "devnet", Who: "cred1w", Kind: poco.EvidenceAttestation}
	evidence, err := session.Attest(context.Background(), statement)
	require.NoError(b, err)
	for b.Loop() {
		key, err := certificate.NewP256Key([poco.SessionKeySize]byte(evidence))
		digest := statement.Digest()
		if err != nil || key.CheckP256(digest[:], [poco.SessionSignatureSize]byte(evidence[poco.SessionKeySize:])) != nil {
			b.Fatal("refused")
		}
	}
}

// BenchmarkSoftware measures the check of a quote of the software platform.
func BenchmarkSoftware(b *testing.B) {
	session, err := attester.NewSoftware(attester.Machine{Seed: []byte("machine"), End: 1 << 40}, "a")
	require.NoError(b, err)
	quote, err := session.Quote(context.Background(), [64]byte{1})
	require.NoError(b, err)
	for b.Loop() {
		q, err := software.ParseQuote(quote)
		if err != nil || q.Verify(software.Root, 1) != nil {
			b.Fatal("refused")
		}
	}
}

// BenchmarkCircuit measures the check of a circuit's proof. It reads the verifying key anew each time, as the chain does.
func BenchmarkCircuit(b *testing.B) {
	p, err := circuit.Parse([]byte(circuit.Header + "\ninput x\nmul xx x x\nmul y xx x\noutput y\n"))
	require.NoError(b, err)
	key := prover.Setup(p, prover.DevnetSeed)
	statement := [32]byte{1}
	evidence, err := key.Prove(context.Background(), statement, []string{"7"})
	require.NoError(b, err)
	for b.Loop() {
		v, err := circuit.NewVerifier(key.Parameters())
		if err != nil || v.Verify(p.ID, statement, []string{"7"}, evidence) != nil {
			b.Fatal("refused")
		}
	}
}
