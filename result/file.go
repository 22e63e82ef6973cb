// Package result gives an app's output one canonical description, the
// manifest, and one digest. Every change to what the app wrote (a name, a byte,
// a directory, an executable bit) or to how it ended changes the digest.
package result

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/credence-chain/credence/artifact"
)

// File is one entry of a tree that an app reads or has written. Its bytes may be in memory or on disk.
type File struct {
	// Path is relative to the root of the tree, slash-separated UTF-8, with no
	// empty, "." or ".." segment.
	Path string
	// Content is nil for a directory, and may be nil for an empty file.
	Content artifact.Content
	// Executable says whether the owner may execute the file; false for a
	// directory.
	Executable bool
	// Dir says that the entry is a directory. Parents of a listed entry need
	// not be listed themselves.
	Dir bool
}

// Size returns the size of the file in bytes.
func (f File) Size() uint64 {
	if f.Content == nil {
		return 0
	}
	return uint64(f.Content.Size())
}

// ErrContent says that the bytes of a file cannot be read. This is a failure of this machine and not an answer.
var ErrContent = errors.New("the bytes of a file cannot be read")

// hashFile is the SHA-256 of the file's bytes.
func (f File) hashFile() (sum [sha256.Size]byte, err error) {
	hasher := artifact.NewHasher()
	if err := artifact.CopyContent(hasher, f.Content); err != nil {
		return sum, fmt.Errorf("%w: %q: %w", ErrContent, f.Path, err)
	}
	return hasher.Digest(), nil
}
