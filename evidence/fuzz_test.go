package evidence_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFuzzTargets: every package that reads foreign bytes has a fuzz target. Every target has a corpus, which each run of the tests goes
// through. A parser that panics halts a chain.
func TestFuzzTargets(t *testing.T) {
	reads := regexp.MustCompile(`(?m)^func (\([a-z]+ \*?Verifier\) )?(Parse[A-Z]\w*|Parse|Verify)\(`)
	target := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	parsers, targets := map[string]bool{}, map[string]bool{}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasPrefix(path, "internal/vectors") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		if !strings.HasSuffix(path, "_test.go") {
			parsers[dir] = parsers[dir] || reads.Match(source)
			return nil
		}
		for _, found := range target.FindAllSubmatch(source, -1) {
			targets[dir] = true
			corpus, err := filepath.Glob(filepath.Join(dir, "testdata", "fuzz", string(found[1]), "*"))
			require.NoError(t, err)
			require.NotEmpty(t, corpus, "%s of %s has no corpus", found[1], dir)
		}
		return nil
	}))
	for dir, has := range parsers {
		require.Equal(t, has, targets[dir], "%s reads bytes of others: expected a fuzz target", dir)
	}
	require.Len(t, targets, 10)
}
