package docs

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/ovmf"
)

// TestEnclaveImage runs the page on the image of a worker. It needs no network. Kernel and firmware are made up, because nothing starts them.
func TestEnclaveImage(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the programs")
	}
	const page = "enclave-image.md"
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	require.NoError(t, err)
	blocks, err := blocksOf(page, string(text))
	require.NoError(t, err)
	require.Len(t, blocks, 3)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "vmlinuz"), []byte("a kernel"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "OVMF.fd"), ovmf.Make(ovmf.AmdSev()...), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	said, _, failed := runAll(ctx, blocks, append(environment(t), "HOME="+dir), dir)
	require.NoError(t, failed, "it said: %q", said)
	for i, b := range blocks {
		require.Empty(t, b.lacks(said[i]), "%s does not show this line; it said:\n%s", b, said[i])
	}
}
