package wasmtest

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Only tests import test code: "go list" leaves the imports of test files out of Imports. The packages here are internal to the runtime,
// so nothing outside executor/runtime/wasm can import them at all.
func TestOnlyTestsImportTestCode(t *testing.T) {
	const here = "executor/runtime/wasm/internal/wasmtest"
	list, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "../../...").Output()
	require.NoError(t, err)
	seen := 0
	for line := range strings.Lines(string(list)) {
		importer, imports, _ := strings.Cut(strings.TrimSpace(line), " ")
		seen++
		if strings.Contains(importer, here) {
			continue
		}
		for _, path := range strings.Fields(imports) {
			require.False(t, strings.Contains(path, here), "%s imports %s from a file that is not a test", importer, path)
		}
	}
	require.Greater(t, seen, 10, "go list names every package of the runtime")
}
