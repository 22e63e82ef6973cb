package agent

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/result"
)

func TestConclude(t *testing.T) {
	files := []result.File{{Path: "a", Content: artifact.Bytes("x")}, {Path: "b/c"}}
	for _, tc := range []struct {
		name string
		out  runtime.Outcome
		kind poco.Kind // zero for a failure of our own
	}{
		{"a result", runtime.Outcome{Kind: runtime.Result, Fuel: 5, Files: files}, poco.KindResult},
		{"a result without a file", runtime.Outcome{Kind: runtime.Result, Fuel: 5}, poco.KindResult},
		{"a failure", runtime.Outcome{Kind: runtime.AppFailed, Fuel: 5, Reason: runtime.Exit, ExitCode: 3}, poco.KindAppFailed},
		{"no result", runtime.Outcome{Kind: runtime.AppFailed, Fuel: 5, Reason: runtime.InvalidOutput}, poco.KindAppFailed},
		{"no answer", runtime.Outcome{Kind: runtime.Abstain}, 0},
		{"files that nobody judged", runtime.Outcome{Kind: runtime.Result, Files: []result.File{{Path: "\xff"}}}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer, err := ConcludeRun((&fakeRuntime{}).Rules(), tc.out)
			if tc.kind == 0 {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, poco.Outcome{Kind: tc.kind, Digest: answer.Manifest.Digest(), Fuel: 5}, answer.Outcome)
			require.Equal(t, tc.out.Files, answer.Files)
			require.Equal(t, string(tc.out.Reason), answer.Manifest.Reason)
			require.Equal(t, tc.out.ExitCode, answer.Manifest.ExitCode)
			require.Len(t, answer.Manifest.Entries, len(tc.out.Files))
		})
	}
}
