package result

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/credence-chain/credence/artifact"
)

// Store keeps the manifest and every file that it names as separate blobs. It stores the files first, so that once the manifest can
// be opened, its files can be opened too. Files that the manifest does not name are not kept. Errors wrap ErrMismatch or the
// store's error.
func Store(ctx context.Context, m Manifest, files []File, blobs artifact.Store) error {
	byPath := make(map[string]File, len(files))
	for _, f := range files {
		byPath[f.Path] = f
	}
	for _, e := range m.Entries {
		if e.Dir {
			continue
		}
		f, ok := byPath[e.Path]
		if !ok {
			return fmt.Errorf("%w: no file %q", ErrMismatch, e.Path)
		}
		entry, err := describeFile(f)
		if errors.Is(err, ErrContent) {
			return err
		}
		if err != nil || entry != e {
			return fmt.Errorf("%w: file %q is another", ErrMismatch, e.Path)
		}
		if err := storeOne(ctx, blobs, e.Content, f.Content); err != nil {
			return fmt.Errorf("store result file %q: %w", e.Path, err)
		}
	}
	if err := storeOne(ctx, blobs, m.Digest(), artifact.Bytes(m.Bytes())); err != nil {
		return fmt.Errorf("store result manifest: %w", err)
	}
	return nil
}

func storeOne(ctx context.Context, blobs artifact.Store, digest artifact.Digest, content artifact.Content) error {
	if has, err := blobs.Has(ctx, digest); err != nil || has {
		return err
	}
	if content == nil {
		content = artifact.Bytes{}
	}
	r, err := content.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = blobs.PutAs(ctx, digest, r, content.Size())
	return err
}

// FetchManifest opens and reads the manifest with this digest. Errors wrap ErrManifest or
// what the source gave.
func FetchManifest(ctx context.Context, digest [32]byte, blobs artifact.Source) (Manifest, error) {
	data, err := artifact.ReadAll(ctx, artifact.Within(blobs, MaxEncodedBytes), digest, MaxEncodedBytes)
	if err != nil {
		return Manifest{}, fmt.Errorf("fetch result manifest: %w", err)
	}
	return Parse(data)
}

// Fetch writes the tree of the result with this digest into the folder dir, which it makes if it does not exist. It verifies
// everything: each file appears under its name only when its bytes hash to the manifest's digest. It writes nothing outside dir,
// even if dir holds symbolic links. It keeps a file that is already there with the same bytes, so that an interrupted Fetch can be
// repeated. For any other existing name except a folder it returns an error that wraps fs.ErrExist, and leaves the file as it is.
// What was written before an error stays.
func Fetch(ctx context.Context, digest [32]byte, blobs artifact.Source, dir string) (Manifest, error) {
	m, err := FetchManifest(ctx, digest, blobs)
	if err != nil {
		return Manifest{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Manifest{}, fmt.Errorf("result folder: %w", err)
	}
	// A Root resolves every name below dir and refuses links that lead out of it.
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Manifest{}, fmt.Errorf("result folder: %w", err)
	}
	defer root.Close()
	for _, e := range m.Entries {
		if err := fetchEntry(ctx, root, e, blobs); err != nil {
			return Manifest{}, fmt.Errorf("result file %q: %w", e.Path, err)
		}
	}
	return m, nil
}

func fetchEntry(ctx context.Context, root *os.Root, e Entry, blobs artifact.Source) error {
	if e.Dir {
		return root.MkdirAll(e.Path, 0o755)
	}
	if parent := path.Dir(e.Path); parent != "." {
		if err := root.MkdirAll(parent, 0o755); err != nil {
			return err
		}
	}
	if info, err := root.Lstat(e.Path); err == nil {
		if holds(root, e, info) {
			return nil
		}
		return fs.ErrExist
	}
	r, size, err := artifact.Within(blobs, int64(e.Size)).Open(ctx, e.Content)
	if err != nil {
		return err
	}
	defer r.Close()
	if uint64(size) != e.Size {
		return fmt.Errorf("%w: %d bytes, the manifest says %d", artifact.ErrCorrupted, size, e.Size)
	}
	return writeVerified(root, e, r)
}

// holds says whether a file with exactly the manifest's bytes is there.
func holds(root *os.Root, e Entry, info fs.FileInfo) bool {
	if !info.Mode().IsRegular() || uint64(info.Size()) != e.Size || e.Executable != (info.Mode()&0o100 != 0) {
		return false
	}
	file, err := root.Open(e.Path)
	if err != nil {
		return false
	}
	defer file.Close()
	check := artifact.NewHasher()
	_, err = io.Copy(check, io.LimitReader(file, int64(e.Size)+1))
	return err == nil && check.Digest() == e.Content
}

// writeVerified fills a file next to the target and links it to its name. Unlike a rename, the link fails if another file took the
// name meanwhile.
func writeVerified(root *os.Root, e Entry, r io.Reader) (err error) {
	mode := fs.FileMode(0o644)
	if e.Executable {
		mode = 0o755
	}
	temp := path.Join(path.Dir(e.Path), fmt.Sprintf(".credence-%x.part", e.Content[:8]))
	_ = root.Remove(temp) // of a process that was killed
	file, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Remove(temp)) }()

	check := artifact.NewHasher()
	n, err := io.Copy(io.MultiWriter(file, check), io.LimitReader(r, int64(e.Size)+1))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	// The source may be anybody's; its own check is not relied on.
	if uint64(n) != e.Size || check.Digest() != e.Content {
		return fmt.Errorf("%w: content is not what the manifest says", artifact.ErrCorrupted)
	}
	return root.Link(temp, e.Path)
}
