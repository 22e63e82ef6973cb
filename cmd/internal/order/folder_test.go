package order

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// If the folder of an order's file does not exist, it is made for its owner alone.
func TestOrdersAreWrittenInNewFolders(t *testing.T) {
	d := newDesk(t)
	d.key("alice")
	out := filepath.Join(d.path("orders"), "new", "pool.json")
	d.must("create", "pool", "north", "--price", "1CRED", "--stake", "1CRED", "--from", "alice", "--out", out)
	require.FileExists(t, out)
	info, err := os.Stat(filepath.Dir(out))
	require.NoError(t, err)
	require.EqualValues(t, 0o700, info.Mode().Perm())
}
