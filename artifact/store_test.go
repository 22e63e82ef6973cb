package artifact

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// stores returns a store of each implementation. Each passes the same tests.
func stores(t *testing.T, quota int64) map[string]Store {
	dir, err := OpenDir(t.TempDir(), quota)
	require.NoError(t, err)
	return map[string]Store{"dir": dir, "memory": NewMemory()}
}

func TestStoreKeepsBlobs(t *testing.T) {
	ctx := context.Background()
	for name, store := range stores(t, 0) {
		t.Run(name, func(t *testing.T) {
			for _, data := range [][]byte{nil, []byte("a"), bytes.Repeat([]byte("credence"), 40_000)} {
				digest, size, err := store.Put(ctx, bytes.NewReader(data), int64(len(data)))
				require.NoError(t, err)
				require.Equal(t, Sum(data), digest)
				require.EqualValues(t, len(data), size)
				has, err := store.Has(ctx, digest)
				require.NoError(t, err)
				require.True(t, has)
				got, err := ReadAll(ctx, store, digest, math.MaxInt64)
				require.NoError(t, err)
				require.True(t, bytes.Equal(data, got))

				_, err = store.PutAs(ctx, digest, iotest.OneByteReader(bytes.NewReader(data)), math.MaxInt64)
				require.NoError(t, err, "the same again")
				require.NoError(t, store.Delete(ctx, digest))
				require.NoError(t, store.Delete(ctx, digest), "deleting is idempotent")
				_, _, err = store.Open(ctx, digest)
				require.ErrorIs(t, err, ErrNotFound)
				has, err = store.Has(ctx, digest)
				require.NoError(t, err)
				require.False(t, has)
			}
		})
	}
}

func TestStoreRefuses(t *testing.T) {
	ctx := context.Background()
	data := []byte("twelve bytes")
	broken := errors.New("wire cut")
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	cases := []struct {
		name   string
		put    func(Store) error
		expErr error
	}{
		{"over the limit", func(s Store) error { _, _, err := s.Put(ctx, bytes.NewReader(data), 11); return err }, ErrTooLarge},
		{"wrong digest", func(s Store) error {
			_, err := s.PutAs(ctx, Sum([]byte("other")), bytes.NewReader(data), 100)
			return err
		}, ErrCorrupted},
		{"reader fails", func(s Store) error {
			_, _, err := s.Put(ctx, io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)), 100)
			return err
		}, broken},
		{"cancelled", func(s Store) error { _, _, err := s.Put(cancelled, bytes.NewReader(data), 100); return err }, context.Canceled},
	}
	for _, tc := range cases {
		for name, store := range stores(t, 0) {
			t.Run(tc.name+"/"+name, func(t *testing.T) {
				require.ErrorIs(t, tc.put(store), tc.expErr)
				for _, d := range []Digest{Sum(data), Sum([]byte("other"))} {
					has, err := store.Has(ctx, d)
					require.NoError(t, err)
					require.False(t, has, "nothing may be kept")
				}
				if dir, ok := store.(*Dir); ok {
					require.Zero(t, dir.Used())
					left, err := os.ReadDir(dir.ingestDir())
					require.NoError(t, err)
					require.Empty(t, left, "no temporary file stays")
				}
			})
		}
	}
}

func TestReadAllLimit(t *testing.T) {
	ctx := context.Background()
	store := NewMemory()
	digest, err := PutBytes(ctx, store, []byte("twelve bytes"))
	require.NoError(t, err)
	_, err = ReadAll(ctx, store, digest, 11)
	require.ErrorIs(t, err, ErrTooLarge)
	_, err = ReadAll(ctx, store, digest, 12)
	require.NoError(t, err)
}

// lyingSource announces one size and gives other bytes. It verifies nothing.
type lyingSource struct {
	size int64
	data string
}

func (l lyingSource) Open(context.Context, Digest) (io.ReadCloser, int64, error) {
	return io.NopCloser(bytes.NewReader([]byte(l.data))), l.size, nil
}

func TestReadAllTrustsNoSource(t *testing.T) {
	ctx := context.Background()
	want := Sum([]byte("truth"))
	_, err := ReadAll(ctx, lyingSource{5, "lies!"}, want, 10)
	require.ErrorIs(t, err, ErrCorrupted)
	_, err = ReadAll(ctx, lyingSource{5, "far longer than announced"}, want, 10)
	require.ErrorIs(t, err, ErrTooLarge)
	require.ErrorIs(t, Copy(ctx, NewMemory(), lyingSource{5, "lies!"}, want, 10), ErrCorrupted)
}

func TestDirDetectsFlippedBytes(t *testing.T) {
	ctx := context.Background()
	data := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
	damage := map[string]func([]byte) []byte{
		"first byte": func(b []byte) []byte { b[0] ^= 1; return b },
		"last byte":  func(b []byte) []byte { b[len(b)-1] ^= 0x80; return b },
		"shorter":    func(b []byte) []byte { return b[:len(b)-1] },
		"longer":     func(b []byte) []byte { return append(b, 0) },
		"emptied":    func([]byte) []byte { return nil },
	}
	for name, hurt := range damage {
		t.Run(name, func(t *testing.T) {
			dir, err := OpenDir(t.TempDir(), 0)
			require.NoError(t, err)
			digest, err := PutBytes(ctx, dir, data)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(dir.pathOf(digest), hurt(bytes.Clone(data)), 0o644))

			r, _, err := dir.Open(ctx, digest)
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.ErrorIs(t, err, ErrCorrupted)
			require.Less(t, len(got), len(data), "the copy must not be complete")
			require.NoError(t, r.Close())

			// The store drops a blob once it has refused it, so that the blob can be fetched again.
			_, _, err = dir.Open(ctx, digest)
			require.ErrorIs(t, err, ErrNotFound)
			_, err = PutBytes(ctx, dir, data)
			require.NoError(t, err)
			healed, err := ReadAll(ctx, dir, digest, math.MaxInt64)
			require.NoError(t, err)
			require.True(t, bytes.Equal(data, healed))
		})
	}
}

func TestDirPutHealsDamage(t *testing.T) {
	ctx := context.Background()
	dir, err := OpenDir(t.TempDir(), 0)
	require.NoError(t, err)
	digest, err := PutBytes(ctx, dir, []byte("twelve bytes"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(dir.pathOf(digest), []byte("twelve bites"), 0o644))
	_, err = PutBytes(ctx, dir, []byte("twelve bytes"))
	require.NoError(t, err)
	_, err = ReadAll(ctx, dir, digest, 100)
	require.NoError(t, err)
	require.EqualValues(t, 12, dir.Used())
}

func TestDirQuota(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	dir, err := OpenDir(root, 20)
	require.NoError(t, err)
	first, err := PutBytes(ctx, dir, []byte("twelve bytes"))
	require.NoError(t, err)
	_, err = PutBytes(ctx, dir, []byte("nine more"))
	require.ErrorIs(t, err, ErrQuota)
	require.EqualValues(t, 12, dir.Used(), "a refused upload gives its room back")
	_, err = PutBytes(ctx, dir, []byte("8 bytes!"))
	require.NoError(t, err)
	require.EqualValues(t, 20, dir.Used())

	again, err := OpenDir(root, 20)
	require.NoError(t, err)
	require.EqualValues(t, 20, again.Used(), "counted anew on opening")
	require.NoError(t, again.Delete(ctx, first))
	_, err = PutBytes(ctx, again, []byte("nine more"))
	require.NoError(t, err)
}

func TestDirLayoutAndRestart(t *testing.T) {
	ctx := context.Background()
	root := t.TempDir()
	dir, err := OpenDir(root, 0)
	require.NoError(t, err)
	digest, err := PutBytes(ctx, dir, []byte("kept"))
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(root, "oci-layout"))
	require.FileExists(t, filepath.Join(root, "index.json"))
	require.FileExists(t, filepath.Join(root, "blobs", "sha256", digest.Hex()))

	// A process was killed half-way and left its upload behind.
	require.NoError(t, os.WriteFile(filepath.Join(dir.ingestDir(), "upload-1"), []byte("half"), 0o600))
	again, err := OpenDir(root, 0)
	require.NoError(t, err)
	left, err := os.ReadDir(again.ingestDir())
	require.NoError(t, err)
	require.Empty(t, left)
	data, err := ReadAll(ctx, again, digest, 10)
	require.NoError(t, err)
	require.Equal(t, "kept", string(data))
}

func TestDirConcurrentPuts(t *testing.T) {
	ctx := context.Background()
	dir, err := OpenDir(t.TempDir(), 0)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			data := bytes.Repeat([]byte{byte(i % 4)}, 1000)
			digest, err := PutBytes(ctx, dir, data)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := ReadAll(ctx, dir, digest, 1000); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 4000, dir.Used())
}
