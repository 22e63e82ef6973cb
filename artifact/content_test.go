package artifact

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestContent: the same bytes are read wherever they lie, and they can be read twice.
func TestContent(t *testing.T) {
	want := []byte("some bytes")
	store := NewMemory()
	digest, err := PutBytes(context.Background(), store, want)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(file, want, 0o600))
	long := int64(len(want))
	for name, c := range map[string]Content{
		"memory": Bytes(want),
		"part":   Part{bytes.NewReader(append([]byte("before"), append(want, "behind"...)...)), 6, long},
		"file":   File{file, long},
		"store":  Blob{store, digest, long},
	} {
		for range 2 {
			got, err := ReadContent(c)
			require.NoError(t, err, name)
			require.Equal(t, want, got, name)
			require.Equal(t, long, c.Size(), name)
		}
	}
	got, err := ReadContent(nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

// TestContentOfAnotherSize: a content that has more or fewer bytes than its size says is refused.
func TestContentOfAnotherSize(t *testing.T) {
	store := NewMemory()
	digest, err := PutBytes(context.Background(), store, []byte("abc"))
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(file, []byte("abc"), 0o600))
	for name, c := range map[string]Content{
		"a store's, longer":  Blob{store, digest, 2},
		"a store's, shorter": Blob{store, digest, 4},
		"a file, longer":     File{file, 2},
		"a file, shorter":    File{file, 4},
		"a part, shorter":    Part{bytes.NewReader([]byte("abc")), 1, 3},
	} {
		_, err := ReadContent(c)
		require.ErrorIs(t, err, ErrCorrupted, name)
	}
	_, err = ReadContent(Blob{store, Digest{1}, 3})
	require.ErrorIs(t, err, ErrNotFound)
}
