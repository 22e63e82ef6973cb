// Package reftest compares the committed reference of a program with its commands. Only tests import it.
package reftest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/reference"
)

// Compare fails if the reference of the program in docs/reference differs from its commands. If rewrite is set, it writes the reference
// instead. folder is the root of the repository.
func Compare(t *testing.T, folder string, root *cobra.Command, rewrite bool) {
	t.Helper()
	path := filepath.Join(folder, "docs", "reference", root.Name()+".md")
	page := reference.Markdown(root)
	if rewrite {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(page), 0o644))
		return
	}
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	if string(kept) != page {
		was, is := strings.Split(string(kept), "\n"), strings.Split(page, "\n")
		for i := range min(len(was), len(is)) {
			require.Equal(t, is[i], was[i], "%s, line %d, is not what --help says: write it anew with make reference", path, i+1)
		}
		require.Equal(t, len(is), len(was), "%s: lines; write it anew with make reference", path)
	}
}

// ManPages writes all manual pages of a program. If groff is installed, it checks that groff reads them without complaint.
func ManPages(t *testing.T, root *cobra.Command) {
	t.Helper()
	folder := t.TempDir()
	root.SetArgs([]string{"man", folder})
	root.SetOut(&strings.Builder{})
	require.NoError(t, root.Execute())
	pages, err := filepath.Glob(filepath.Join(folder, "*.1"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	if _, err := exec.LookPath("groff"); err != nil {
		return
	}
	said, err := exec.Command("groff", append([]string{"-man", "-Tutf8", "-ww", "-z"}, pages...)...).CombinedOutput()
	require.NoError(t, err, string(said))
	require.Empty(t, string(said))
}
