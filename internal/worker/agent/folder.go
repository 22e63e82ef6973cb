package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/result"
)

// An input that is a folder is a packed one, or the result of another task, which stands in its store as a manifest and the files that the
// manifest names (docs/adr/0087-the-chain-releases-what-waits.md). The bytes decide which: a manifest is no archive. A result is packed here, so
// that no runtime knows of it.

// fetchFolder fetches a folder and returns its archive. The chain says the size of an archive, and the most that a result has.
func (f Fetcher) fetchFolder(ctx context.Context, r read) (artifact.Content, error) {
	if r.size > math.MaxInt64 {
		return nil, fmt.Errorf("%w: the chain says %d bytes, more than there are", errAbsent, r.size)
	}
	blob, err := f.askMakers(ctx, r.of, func(f Fetcher) (artifact.Blob, error) {
		return f.fetchBlob(ctx, r.digest, r.locators, int64(r.size))
	})
	if err != nil {
		return nil, err
	}
	m, is, err := resultAt(ctx, f.Store, blob.Digest)
	if err != nil {
		return nil, err
	}
	if is {
		return f.packResult(ctx, r, m, blob.Size())
	}
	if uint64(blob.Size()) != r.size {
		return nil, fmt.Errorf("%w: got %d bytes, the chain says %d", errAbsent, blob.Size(), r.size)
	}
	return blob, nil
}

// packResult fetches the files of a result and packs them. A result that is larger than the chain says, or whose names a folder cannot have,
// gets a content that is no archive: every worker finds the same, and its answer is that the input is invalid.
func (f Fetcher) packResult(ctx context.Context, r read, m result.Manifest, manifest int64) (artifact.Content, error) {
	if have := m.TotalBytes() + uint64(manifest); have > r.size {
		return invalidFolder(fmt.Sprintf("the result has %d bytes, expected at most %d", have, r.size)), nil
	}
	var files []tree.Source
	for _, e := range m.Entries {
		file := tree.Source{Name: e.Path, Dir: e.Dir, Executable: e.Executable}
		if !e.Dir {
			blob, err := f.askMakers(ctx, r.of, func(f Fetcher) (artifact.Blob, error) {
				return f.fetchFile(ctx, read{digest: artifact.Digest(e.Content).String(), size: e.Size, locators: r.locators})
			})
			if err != nil {
				return nil, fmt.Errorf("file %.80q of the result: %w", e.Path, err)
			}
			file.Content = blob
		}
		files = append(files, file)
	}
	packed, err := tree.NewArchive(files) // a content whose files stay in the store
	if err != nil {                       // what the rules of folders refuse depends on the names and sizes alone
		return invalidFolder(err.Error()), nil
	}
	return packed, nil
}

// askMakers fetches a blob, and asks those who answered a request for it if no store has it.
func (f Fetcher) askMakers(ctx context.Context, request string, fetch func(Fetcher) (artifact.Blob, error)) (artifact.Blob, error) {
	blob, err := fetch(f)
	if !errors.Is(err, errAbsent) || request == "" || f.Makers == nil {
		return blob, err
	}
	f.Extra = slices.Concat(f.Extra, f.Makers(ctx, request))
	return fetch(f)
}

// invalidFolder is the content of a folder that cannot be unpacked, for a reason.
func invalidFolder(why string) artifact.Content { return artifact.Bytes(why) }

// resultAt returns the manifest of a result that a store has under a digest. It says false for a blob that is none, of which it reads
// only the beginning.
func resultAt(ctx context.Context, blobs artifact.Source, digest artifact.Digest) (m result.Manifest, is bool, err error) {
	r, size, err := blobs.Open(ctx, digest)
	if err != nil {
		return m, false, err
	}
	head := make([]byte, min(size, int64(len(result.Version))))
	_, err = io.ReadFull(r, head)
	if err = errors.Join(err, r.Close()); err != nil {
		return m, false, err
	}
	if s := string(head); s != result.Version && s != result.VersionStderr || size > result.MaxEncodedBytes {
		return m, false, nil
	}
	m, err = result.FetchManifest(ctx, digest, blobs)
	if errors.Is(err, result.ErrManifest) {
		return m, false, nil
	}
	return m, err == nil, err
}
