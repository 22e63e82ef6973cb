package workflow

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzReadDefinition: no file of a workflow makes its reader panic, and one that is taken has an order.
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
