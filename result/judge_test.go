package result

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/credence-chain/credence/artifact"
)

func TestJudge(t *testing.T) {
	tree := func(paths ...string) (files []File) {
		for _, p := range paths {
			files = append(files, file(p, "in "+p))
		}
		return files
	}
	computed := file(ComputedName, `{"deterministic-output-path": "/out/log"}`)
	bad := file("a\xffb", "a path that no manifest can hold")
	many := make([]string, MaxEntries+1)
	for i := range many {
		many[i] = fmt.Sprintf("%05d", i)
	}
	// The entries, paths and files are within their limits, but the listing is not. Each path has 1,000 bytes, and an escaped byte takes
	// four.
	wide := make([]string, 5_000)
	for i := range wide {
		wide[i] = fmt.Sprintf("%s%05d", strings.Repeat("x/", 490), i)
	}
	escaped := make([]string, 1_500)
	for i := range escaped {
		escaped[i] = fmt.Sprintf("%s%05d", strings.Repeat("\n\n/", 330), i)
	}
	for _, tc := range []struct {
		name   string
		files  []File
		path   string
		kept   []string // nil: the app failed
		reason string
	}{
		{"everything", tree("a", "data/x"), "", []string{"a", "data/x"}, ""},
		{"nothing, and nothing declared", nil, "", []string{}, ""},
		{"a folder", tree("a", "data/x", "data/y/z", "data2/x"), "data", []string{"data/x", "data/y/z"}, ""},
		{"a deeper folder", tree("data/x", "data/y/z"), "data/y", []string{"data/y/z"}, ""},
		{"a file of that name", tree("a", "data"), "data", []string{"data"}, ""},
		{"an empty folder in it", append(tree("a"), folder("data"), folder("data/e")), "data", []string{"data/e"}, ""},
		{"folders that hold something", append(tree("d/e/f"), folder("d"), folder("d/e")), "", []string{"d/e/f"}, ""},
		{"in the order of the bytes", tree("a/b", "a-b", "a.b", "B"), "", []string{"B", "a-b", "a.b", "a/b"}, ""},
		{"what is dropped need not be sound", append(tree("data/x"), bad), "data", []string{"data/x"}, ""},
		{"computed.json has no say", append(tree("data/x", "log"), computed), "data", []string{"data/x"}, ""},
		{"computed.json without a declaration", append(tree("data/x", "log"), computed), "", []string{"log"}, ""},
		{"computed.json that names nothing", append(tree("data/x"), computed), "", nil, "invalid-computed"},
		{"the folder is missing", tree("a"), "data", nil, "invalid-output"},
		{"the folder is empty", append(tree("a"), folder("data")), "data", nil, "invalid-output"},
		{"nothing at all", nil, "data", nil, "invalid-output"},
		{"what is kept is not sound", tree("data/\xff"), "data", nil, "invalid-output"},
		{"not UTF-8", tree("caf\xe9"), "", nil, "invalid-output"},
		{"two names that would look alike", tree("caf\xe9", "caf\xe8"), "", nil, "invalid-output"},
		{"a folder that is not UTF-8", []File{folder("caf\xe9")}, "", nil, "invalid-output"},
		{"control characters", tree("a\nb", "\x1b[31mred", "\u202e"), "", []string{"\x1b[31mred", "a\nb", "\u202e"}, ""},
		{"most entries", tree(many[1:]...), "", many[1:], ""},
		{"an entry too many", tree(many...), "", nil, "output-too-large"},
		{"longest path", tree(strings.Repeat("a/", 511) + "ab"), "", []string{strings.Repeat("a/", 511) + "ab"}, ""},
		{"a path too long", tree(strings.Repeat("a/", 511) + "abc"), "", nil, "output-too-large"},
		{"a name too long", tree(strings.Repeat("n", MaxNameBytes+1)), "", nil, "output-too-large"},
		{"a listing too long", tree(wide...), "", nil, "output-too-large"},
		{"a listing too long once it is escaped", tree(escaped...), "", nil, "output-too-large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, reason, err := Judge(tc.files, tc.path)
			require.Equal(t, tc.reason, reason)
			require.Equal(t, tc.kept == nil, err != nil, "%v", err)
			if tc.kept == nil {
				require.Empty(t, got)
				return
			}
			kept := []string{}
			for _, f := range got {
				kept = append(kept, f.Path)
			}
			require.Equal(t, tc.kept, kept)
			m, err := Build(KindResult, "", 0, got)
			require.NoError(t, err)
			back, err := Parse(m.Bytes())
			require.NoError(t, err)
			require.Equal(t, m, back)
		})
	}
}

// TestJudgeAlwaysAnswers: any tree is judged to be a result with a manifest, or a failure with a reason. The order of its listing changes
// nothing, and neither do listed folders that hold something.
func TestJudgeAlwaysAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom([]string{"a", "b", ComputedName, "..", "", "\xff", "a\x00", strings.Repeat("x", 300)}), rapid.String())
		var files []File
		for range rapid.IntRange(0, 5).Draw(t, "files") {
			f := File{Path: strings.Join(rapid.SliceOfN(name, 1, 6).Draw(t, "path"), "/"), Dir: rapid.Bool().Draw(t, "folder")}
			if !f.Dir {
				f.Content = artifact.Bytes(rapid.SampledFrom([]string{"", "x", `{"deterministic-output-path": "a"}`}).Draw(t, "data"))
				f.Executable = rapid.Bool().Draw(t, "executable")
			}
			files = append(files, f)
		}
		outputPath := rapid.SampledFrom([]string{"", "a", "a/b"}).Draw(t, "declared")
		kept, reason, err := Judge(files, outputPath)
		if (err == nil) != (reason == "") || err != nil && len(kept) > 0 {
			t.Fatalf("reason %q, error %v, %d files", reason, err, len(kept))
		}
		kind := KindResult
		if reason != "" {
			kind = KindAppFailed
		}
		m, err := Build(kind, reason, 0, kept)
		if err != nil {
			t.Fatalf("the answer has no manifest: %v", err)
		}
		if _, err := Parse(m.Bytes()); err != nil {
			t.Fatalf("the manifest does not parse: %v", err)
		}
		again, other, _ := Judge(rapid.Permutation(kept).Draw(t, "order"), "")
		if reason == "" && outputPath == "" && other == "" {
			if twice, err := Build(KindResult, "", 0, again); err != nil || twice.Digest() != m.Digest() {
				t.Fatalf("another order gives another result: %v", err)
			}
		}
	})
}
