package circuit

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	evidencecircuit "github.com/credence-chain/credence/evidence/circuit"
	"github.com/credence-chain/credence/executor/prover"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/poco"
)

const square = evidencecircuit.Header + "\ninput x\nmul y x x\noutput y\n"

func specOf(source string, args ...string) runtime.Spec {
	return runtime.Spec{Program: runtime.ProgramOf([]byte(source)), Args: append([]string{"app"}, args...), OutputLimit: 1 << 20}
}

func open(t *testing.T) *Runtime {
	r, err := New()
	require.NoError(t, err)
	return r
}

func TestConformance(t *testing.T) {
	conformance.Run(t, open(t), conformance.Apps{Answer: conformance.App{Program: runtime.ProgramOf([]byte(square)), Args: []string{"12"}}})
}

// TestRun: a result is one file with the outputs. A fault of the program or of its arguments is an answer too, the same everywhere.
func TestRun(t *testing.T) {
	r := open(t)
	out, err := r.Run(context.Background(), specOf(square, "12"))
	require.NoError(t, err)
	require.Equal(t, runtime.Result, out.Kind)
	require.Equal(t, OutputFile, out.Files[0].Path)
	text, err := artifact.ReadContent(out.Files[0].Content)
	require.NoError(t, err)
	require.Equal(t, "144\n", string(text))
	_, err = runtime.AnswerOf(r.Rules(), out)
	require.NoError(t, err)

	small := specOf(square, "12")
	small.OutputLimit = 3
	for name, c := range map[string]struct {
		spec runtime.Spec
		want runtime.Reason
	}{
		"no program":         {specOf("MZ"), runtime.InvalidModule},
		"no argument":        {specOf(square), runtime.InvalidInput},
		"too many arguments": {specOf(square, "1", "2"), runtime.InvalidInput},
		"a word":             {specOf(square, "twelve"), runtime.InvalidInput},
		"too little room":    {small, runtime.OutputTooLarge},
	} {
		out, err := r.Run(context.Background(), c.spec)
		require.NoError(t, err, name)
		require.Equal(t, []any{runtime.AppFailed, c.want}, []any{out.Kind, out.Reason}, name)
	}
}

// TestProve: a proof holds for its statement. The runtime proves nothing but results, and keeps a bounded number of keys.
func TestProve(t *testing.T) {
	r := open(t)
	s := poco.Statement{ChainID: "devnet", Who: "cred1me", Kind: poco.EvidenceProof, Outcome: poco.Outcome{Kind: poco.KindResult}}
	evidence, err := r.Prove(context.Background(), specOf(square, "12"), s)
	require.NoError(t, err)
	p, err := evidencecircuit.Parse([]byte(square))
	require.NoError(t, err)
	v, err := evidencecircuit.NewVerifier(prover.Setup(p, prover.DevnetSeed).Parameters())
	require.NoError(t, err)
	require.NoError(t, v.Verify(p.ID, s.Digest(), []string{"12"}, evidence))
	require.Len(t, r.keys, 1)

	failed := s
	failed.Outcome.Kind = poco.KindAppFailed
	_, err = r.Prove(context.Background(), specOf(square, "twelve"), failed)
	require.ErrorContains(t, err, "results only")
	_, err = r.Prove(context.Background(), specOf(square, "twelve"), s)
	require.ErrorIs(t, err, evidencecircuit.ErrArgument)
	for i := range maxKeys + 2 {
		_, err = r.Prove(context.Background(), specOf(square+strings.Repeat("# more\n", i+1), "12"), s)
		require.NoError(t, err)
	}
	require.LessOrEqual(t, len(r.keys), maxKeys)
}
