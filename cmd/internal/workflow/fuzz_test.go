package workflow

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzReadDefinition: no workflow file makes its reader panic. The nodes of an accepted file can be ordered.
func FuzzReadDefinition(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("nodes: [{name: a, after: [a]}]"))
	f.Add([]byte("a: &a [*a]"))
	path := filepath.Join(f.TempDir(), "workflow.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		require.NoError(t, os.WriteFile(path, text, 0o600))
		d, err := readDefinition(path)
		if err != nil {
			return
		}
		order, err := d.graph().Order()
		require.NoError(t, err)
		require.Len(t, order, len(d.nodes))
	})
}
