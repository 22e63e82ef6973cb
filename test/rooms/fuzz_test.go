package rooms

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// Every fuzz target has inputs in testdata/fuzz, which every run of the tests tries again. FUZZTIME=1m KEEP=10 scripts/fuzz.sh makes them.
func TestEveryFuzzTargetHasACorpus(t *testing.T) {
	targets := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(path)
		for _, match := range fuzzTarget.FindAllSubmatch(source, -1) {
			targets++
			checkCorpus(t, filepath.Dir(path), string(match[1]))
		}
		return err
	})
	require.NoError(t, err)
	require.GreaterOrEqual(t, targets, 12)
}

// checkCorpus checks the inputs of a target.
func checkCorpus(t *testing.T, dir, target string) {
	t.Helper()
	inputs, err := filepath.Glob(filepath.Join(dir, "testdata", "fuzz", target, "*"))
	require.NoError(t, err)
	if len(inputs) == 0 {
		pkg := strings.TrimPrefix(filepath.ToSlash(dir), "../../")
		t.Errorf("%s: %s has no inputs in testdata/fuzz; make some: PACKAGES=./%s KEEP=10 scripts/fuzz.sh", dir, target, pkg)
	}
	for _, input := range inputs {
		text, err := os.ReadFile(input)
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(text, []byte("go test fuzz v1\n")), "%s is no input of Go's fuzzer", input)
	}
}
