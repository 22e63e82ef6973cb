package result

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
)

var sample = []File{file("a.txt", "alpha"), exe("bin/run", "#!"), file("bin/same", "alpha"), folder("empty/deep"), file("none", "")}

func stored(t *testing.T, files []File) (Manifest, *artifact.Memory) {
	t.Helper()
	m, err := Build(KindResult, "", 0, files)
	require.NoError(t, err)
	blobs := artifact.NewMemory()
	require.NoError(t, Store(context.Background(), m, files, blobs))
	return m, blobs
}

// readTree returns the files of a folder, as a runtime would hand them over.
func readTree(t *testing.T, dir string) []File {
	t.Helper()
	var files []File
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		info, err := d.Info()
		if err != nil || d.IsDir() {
			files = append(files, File{Path: rel, Dir: true})
			return err
		}
		data, err := os.ReadFile(path)
		files = append(files, File{Path: rel, Content: artifact.Bytes(data), Executable: info.Mode()&0o100 != 0})
		return err
	}))
	return files
}

func TestStoreAndFetch(t *testing.T) {
	ctx := context.Background()
	m, blobs := stored(t, sample)
	dir := filepath.Join(t.TempDir(), "not", "yet")
	got, err := Fetch(ctx, m.Digest(), blobs, dir)
	require.NoError(t, err)
	require.Equal(t, m, got)

	// The files on the disk have the digest that was asked for. None is missing and none is added.
	again, err := Build(KindResult, "", 0, readTree(t, dir))
	require.NoError(t, err)
	require.Equal(t, m.Digest(), again.Digest())

	_, err = Fetch(ctx, m.Digest(), blobs, dir)
	require.NoError(t, err, "all of it is here already")
	var first Entry
	for _, e := range m.Entries {
		if first = e; !e.Dir && e.Size > 0 {
			break
		}
	}
	path := filepath.Join(dir, first.Path)
	require.NoError(t, os.Remove(path))
	part := filepath.Join(filepath.Dir(path), fmt.Sprintf(".credence-%x.part", first.Content[:8]))
	require.NoError(t, os.WriteFile(part, []byte("ha"), 0o600))
	_, err = Fetch(ctx, m.Digest(), blobs, dir)
	require.NoError(t, err, "it goes on where it was killed")
	require.NoFileExists(t, part)
	again, err = Build(KindResult, "", 0, readTree(t, dir))
	require.NoError(t, err)
	require.Equal(t, m.Digest(), again.Digest())

	other := bytes.Repeat([]byte{'#'}, int(first.Size))
	require.NoError(t, os.WriteFile(path, other, 0o600))
	_, err = Fetch(ctx, m.Digest(), blobs, dir)
	require.ErrorIs(t, err, fs.ErrExist, "never overwrites")
	left, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, other, left)
}

func TestStoreRefusesOtherFiles(t *testing.T) {
	m, _ := stored(t, sample)
	for name, files := range map[string][]File{
		"missing":    sample[1:],
		"other data": append([]File{file("a.txt", "omega")}, sample[1:]...),
		"other mode": append([]File{exe("a.txt", "alpha")}, sample[1:]...),
	} {
		t.Run(name, func(t *testing.T) {
			blobs := artifact.NewMemory()
			require.ErrorIs(t, Store(context.Background(), m, files, blobs), ErrMismatch)
			has, err := blobs.Has(context.Background(), m.Digest())
			require.NoError(t, err)
			require.False(t, has, "no manifest without its files")
		})
	}
}

// forger serves the bytes that it was given, under any digest.
type forger map[artifact.Digest][]byte

func (f forger) Open(_ context.Context, d artifact.Digest) (io.ReadCloser, int64, error) {
	data, ok := f[d]
	if !ok {
		return nil, 0, artifact.ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(data)), int64(len(data)), nil
}

func TestFetchVerifiesEveryByte(t *testing.T) {
	ctx := context.Background()
	m, _ := stored(t, []File{file("sub/a", "alpha")})
	content := artifact.Digest(m.Entries[0].Content)
	other, _ := stored(t, []File{file("sub/a", "omega")})
	for name, tc := range map[string]struct {
		source forger
		expErr error
	}{
		"no manifest":        {forger{}, artifact.ErrNotFound},
		"another's manifest": {forger{m.Digest(): other.Bytes()}, artifact.ErrCorrupted},
		"no file":            {forger{m.Digest(): m.Bytes()}, artifact.ErrNotFound},
		"wrong bytes":        {forger{m.Digest(): m.Bytes(), content: []byte("omega")}, artifact.ErrCorrupted},
		"short":              {forger{m.Digest(): m.Bytes(), content: []byte("alph")}, artifact.ErrCorrupted},
		"long":               {forger{m.Digest(): m.Bytes(), content: []byte("alphaa")}, artifact.ErrCorrupted},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := Fetch(ctx, m.Digest(), tc.source, dir)
			require.ErrorIs(t, err, tc.expErr)
			for _, f := range readTree(t, dir) {
				require.True(t, f.Dir, "%s may not be there", f.Path)
			}
		})
	}
}

func TestFetchRefusesHostileManifests(t *testing.T) {
	ctx := context.Background()
	for _, path := range []string{"../evil", "/tmp/evil", "a/../../evil", "./evil"} {
		data := []byte("evil")
		text := fmt.Appendf(nil, "%s\noutcome RESULT\nreason -\nexit 0\nentries 1\nf 4 %x %s\n", Version, sha256.Sum256(data), path)
		outer := t.TempDir()
		_, err := Fetch(ctx, sha256.Sum256(text), forger{sha256.Sum256(text): text, sha256.Sum256(data): data}, filepath.Join(outer, "dir"))
		require.ErrorIs(t, err, ErrManifest)
		require.Empty(t, readTree(t, outer))
	}
}

func TestFetchFollowsNoLinkOut(t *testing.T) {
	ctx := context.Background()
	m, blobs := stored(t, []File{file("sub/a", "alpha"), file("top", "beta")})
	outside := t.TempDir()

	dir := t.TempDir()
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "sub")))
	_, err := Fetch(ctx, m.Digest(), blobs, dir)
	require.Error(t, err)

	dir = t.TempDir()
	require.NoError(t, os.Symlink(filepath.Join(outside, "target"), filepath.Join(dir, "top")))
	_, err = Fetch(ctx, m.Digest(), blobs, dir)
	require.ErrorIs(t, err, fs.ErrExist)
	require.Empty(t, readTree(t, outside), "nothing outside the folder")
}

func TestFetchOverHTTP(t *testing.T) {
	m, blobs := stored(t, sample)
	server := httptest.NewServer(artifact.Handler(blobs))
	defer server.Close()
	client := &artifact.Client{BaseURLs: []string{server.URL}}
	got, err := Fetch(context.Background(), m.Digest(), client, t.TempDir())
	require.NoError(t, err)
	require.Equal(t, m, got)
}

// TestFetchHasTheManifestsSizes: the sizes that the manifest says bound what is taken from a server, whatever bound the source has for other
// blobs. So a file can be larger than this bound, and a liar fills no disk.
func TestFetchHasTheManifestsSizes(t *testing.T) {
	m, blobs := stored(t, sample)
	server := httptest.NewServer(artifact.Handler(blobs))
	defer server.Close()
	source := &artifact.Client{BaseURLs: []string{server.URL}, MaxBytes: 1, Attempts: 1}
	got, err := Fetch(t.Context(), m.Digest(), source, filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	require.Equal(t, m, got)
	large := artifact.Bytes("larger")
	_, err = blobs.PutAs(t.Context(), artifact.Sum(large), bytes.NewReader(large), large.Size())
	require.NoError(t, err)
	_, _, err = artifact.Within(source, large.Size()-1).Open(t.Context(), artifact.Sum(large))
	require.ErrorIs(t, err, artifact.ErrTooLarge)
}
