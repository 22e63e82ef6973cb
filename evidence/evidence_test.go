package evidence_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/credence-chain/credence/"

// list returns the lines of "go list", except those of the package that reads test vectors.
func list(t *testing.T, args ...string) (lines []string) {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	require.NoError(t, err)
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, module+"evidence/internal/vectors") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestImportGraph: the packages that verify evidence use no network, no certificates of the machine and no Cosmos SDK. They run in
// blocks, and must give the same verdict on every machine.
func TestImportGraph(t *testing.T) {
	packages := list(t, "./...")
	require.NotEmpty(t, packages)
	for _, path := range list(t, append([]string{"-deps"}, packages...)...) {
		require.NotContains(t, []string{"net", "net/http", "crypto/x509", "crypto/tls"}, path)
		for _, prefix := range []string{"github.com/cosmos/", "github.com/cometbft/", "cosmossdk.io/", module + "x/", module + "internal/"} {
			require.False(t, strings.HasPrefix(path, prefix), path)
		}
	}
}

// TestDirectImports: none of the packages itself imports clocks, the environment, randomness or concurrency.
func TestDirectImports(t *testing.T) {
	for _, line := range list(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...") {
		path, imports, _ := strings.Cut(line, " ")
		for _, name := range strings.Fields(imports) {
			require.False(t, slices.Contains([]string{"os", "time", "sync", "math/rand", "crypto/rand", "runtime", "unsafe", "reflect"}, name), "%s imports %s", path, name)
		}
	}
}
