package cmd

import (
	"os"
	"testing"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/stretchr/testify/require"
)

// The databases may lie on a disk of their own, which can fill up separately. A new node does not have their folder yet.
func TestWrittenFolders(t *testing.T) {
	cfg := cmtcfg.DefaultConfig()
	cfg.SetRoot(t.TempDir())
	require.Equal(t, []string{cfg.RootDir}, writtenFolders(cfg))
	require.NoError(t, os.Mkdir(cfg.DBDir(), 0o700))
	require.Equal(t, []string{cfg.RootDir, cfg.DBDir()}, writtenFolders(cfg))
}
