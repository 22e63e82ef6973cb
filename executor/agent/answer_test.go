package agent

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/result"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco"
)

func TestConcludeOutputPath(t *testing.T) {
	tree := func(paths ...string) (files []result.File) {
		for _, p := range paths {
			files = append(files, result.File{Path: p, Data: []byte("in " + p)})
		}
		return files
	}
	computed := result.File{Path: result.ComputedName, Data: []byte(`{"deterministic-output-path": "/out/log"}`)}
	bad := result.File{Path: "a\xffb", Data: []byte("a path that no manifest can hold")}
	for _, tc := range []struct {
		name   string
		files  []result.File
		path   string
		kept   []string // nil: the app failed
		reason string
	}{
		{"everything", tree("a", "data/x"), "", []string{"a", "data/x"}, ""},
		{"nothing, and nothing declared", nil, "", []string{}, ""},
		{"a folder", tree("a", "data/x", "data/y/z", "data2/x"), "data", []string{"data/x", "data/y/z"}, ""},
		{"a deeper folder", tree("data/x", "data/y/z"), "data/y", []string{"data/y/z"}, ""},
		{"a file of that name", tree("a", "data"), "data", []string{"data"}, ""},
		{"an empty folder in it", append(tree("a"), result.File{Path: "data", Dir: true}, result.File{Path: "data/e", Dir: true}), "data", []string{"data/e"}, ""},
		{"what is dropped need not be sound", append(tree("data/x"), bad), "data", []string{"data/x"}, ""},
		{"computed.json has no say", append(tree("data/x", "log"), computed), "data", []string{"data/x"}, ""},
		{"computed.json without a declaration", append(tree("data/x", "log"), computed), "", []string{"log"}, ""},
		{"the folder is missing", tree("a"), "data", nil, "invalid-output"},
		{"the folder is empty", append(tree("a"), result.File{Path: "data", Dir: true}), "data", nil, "invalid-output"},
		{"nothing at all", nil, "data", nil, "invalid-output"},
		{"what is kept is not sound", []result.File{{Path: "data/\xff"}}, "data", nil, "invalid-output"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer, err := Conclude(runtime.Outcome{Kind: runtime.Result, Fuel: 5, Files: tc.files}, tc.path)
			require.NoError(t, err)
			require.Equal(t, answer.Manifest.Digest(), answer.Outcome.Digest)
			if tc.kept == nil {
				require.Equal(t, poco.KindAppFailed, answer.Outcome.Kind)
				require.Equal(t, tc.reason, answer.Manifest.Reason)
				require.Empty(t, answer.Files)
				require.Empty(t, answer.Manifest.Entries)
				return
			}
			require.Equal(t, poco.KindResult, answer.Outcome.Kind)
			kept := []string{}
			for _, e := range answer.Manifest.Entries {
				kept = append(kept, e.Path)
			}
			require.Equal(t, tc.kept, kept)
			require.Len(t, answer.Files, len(tc.kept))
		})
	}

	// An app that fails says so whatever it declared.
	answer, err := Conclude(runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.Exit, ExitCode: 3}, "data")
	require.NoError(t, err)
	require.Equal(t, "exit", answer.Manifest.Reason)
}
