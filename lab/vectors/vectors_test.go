package vectors_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/lab/vectors"
)

type runner func(io.Reader) (vectors.Report, error)

func file(t *testing.T, name string) []byte {
	data, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return data
}

// one runs a single case and returns its outcome.
func one(t *testing.T, run runner, c any) vectors.Case {
	data, err := json.Marshal([]any{c})
	require.NoError(t, err)
	report, err := run(bytes.NewReader(data))
	require.NoError(t, err)
	require.Len(t, report.Cases, 1)
	return report.Cases[0]
}

// text runs one case that was written by hand.
func text(t *testing.T, run runner, c string) vectors.Case {
	return one(t, run, json.RawMessage(c))
}

func TestTestdata(t *testing.T) {
	for _, c := range []struct {
		file  string
		run   runner
		cases int
	}{
		{"iexec-poco.json", vectors.ReplayIExec, 30},
		{"trust.json", vectors.TrustCases, 61},
	} {
		t.Run(c.file, func(t *testing.T) {
			report, err := c.run(bytes.NewReader(file(t, c.file)))
			require.NoError(t, err)
			require.Len(t, report.Cases, c.cases)
			for _, got := range report.Cases {
				require.Equal(t, vectors.OK, got.Verdict, "%s: %s", got.ID, got.Why)
			}
			require.Zero(t, report.Failed())
		})
	}
}

// TestEveryExpectedFieldIsCompared changes every number, text and flag that the files expect, one at a time. The comparison must notice
// each change.
func TestEveryExpectedFieldIsCompared(t *testing.T) {
	var trust struct{ Cases []map[string]any }
	require.NoError(t, json.Unmarshal(file(t, "trust.json"), &trust))
	for _, c := range trust.Cases {
		eachLeaf(c["expected"], "expected", func(path string, spoil func() func()) {
			undo := spoil()
			defer undo()
			require.Equal(t, vectors.Fail, one(t, vectors.TrustCases, c).Verdict, "%s: %s", c["id"], path)
		})
	}

	var scenarios []map[string]any
	require.NoError(t, json.Unmarshal(file(t, "iexec-poco.json"), &scenarios))
	for _, s := range scenarios {
		shortcut := false
		for i, e := range s["log"].([]any) {
			entry := e.(map[string]any)
			step := entry["step"].([]any)
			shortcut = shortcut || step[0] == "caf" && entry["res"] == "ok"
			for key := range entry {
				if key == "step" || key == "consensus" && shortcut {
					continue
				}
				old := entry[key]
				entry[key] = spoiled(old)
				require.Equal(t, vectors.Fail, one(t, vectors.ReplayIExec, s).Verdict, "%s: log[%d].%s", s["id"], i, key)
				entry[key] = old
			}
		}
		for _, key := range []string{"workerStake", "lockedAtMatch", "delta", "scores", "contributionStatus"} {
			eachLeaf(map[string]any{key: s[key]}, "", func(path string, spoil func() func()) {
				if key == "workerStake" {
					return // a copy, which is spoiled below
				}
				undo := spoil()
				defer undo()
				require.Equal(t, vectors.Fail, one(t, vectors.ReplayIExec, s).Verdict, "%s: %s", s["id"], path)
			})
			old := s[key]
			s[key] = "12345"
			require.Equal(t, vectors.Fail, one(t, vectors.ReplayIExec, s).Verdict, "%s: %s replaced", s["id"], key)
			delete(s, key)
			require.Equal(t, vectors.Fail, one(t, vectors.ReplayIExec, s).Verdict, "%s: %s removed", s["id"], key)
			s[key] = old
		}
		require.Equal(t, vectors.OK, one(t, vectors.ReplayIExec, s).Verdict, "the test left its spoils behind")
	}
}

// eachLeaf calls visit with every leaf below a container.
func eachLeaf(v any, path string, visit func(path string, spoil func() func())) {
	switch x := v.(type) {
	case map[string]any:
		for key := range x {
			child := path + "." + key
			if isLeaf(x[key]) {
				visit(child, func() func() {
					old := x[key]
					x[key] = spoiled(old)
					return func() { x[key] = old }
				})
				continue
			}
			eachLeaf(x[key], child, visit)
		}
	case []any:
		for i := range x {
			child := fmt.Sprintf("%s[%d]", path, i)
			if isLeaf(x[i]) {
				visit(child, func() func() {
					old := x[i]
					x[i] = spoiled(old)
					return func() { x[i] = old }
				})
				continue
			}
			eachLeaf(x[i], child, visit)
		}
	}
}

func isLeaf(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	default:
		return true
	}
}

// spoiled returns another value of the same kind, outside every tolerance.
func spoiled(v any) any {
	switch x := v.(type) {
	case float64:
		return x*1.01 + 2
	case bool:
		return !x
	case nil:
		return "something"
	case string:
		switch {
		case x == "ok":
			return "REVERT"
		case strings.HasPrefix(x, "REVERT"):
			return "ok"
		case x == "0":
			return "1"
		case strings.Trim(x, "-0123456789") == "":
			return x + "1"
		}
		return x + "?"
	default:
		return "?"
	}
}

func TestFiles(t *testing.T) {
	for _, run := range []runner{vectors.TrustCases, vectors.ReplayIExec} {
		for _, bad := range []string{"", "{", "[]", "{}", `{"cases":[],"scenarios":[]}`, "7", "[1] 2", `{"cases":7,"scenarios":7}`} {
			_, err := run(strings.NewReader(bad))
			require.Error(t, err, "%q", bad)
		}
		for _, bad := range []string{"1", "null", `"x"`, "[]", "{}", `{"id":"x"}`, `{"id":7}`} {
			require.Equal(t, vectors.Fail, text(t, run, bad).Verdict, "%s", bad)
		}
	}
}

func TestReportAsJSON(t *testing.T) {
	report, err := vectors.TrustCases(strings.NewReader(
		`{"cases":[{"id":"a","group":"poco","inputs":{"score":0},"expected":{"weight":2}},{"id":"b","group":"nobody","inputs":{},"expected":{"n":1}}]}`))
	require.NoError(t, err)
	require.Equal(t, "2 cases, 1 ok, 1 failed", report.Summary())
	out, err := json.Marshal(report)
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"id":"a","group":"poco","expected":{"weight":2},"got":{"weight":2},"verdict":"ok"},
		{"id":"b","group":"nobody","expected":{"n":1},"got":null,"verdict":"fail","why":"unknown group \"nobody\""}]`, string(out))
	empty, err := json.Marshal(vectors.Report{})
	require.NoError(t, err)
	require.Equal(t, "[]", string(empty))
}
