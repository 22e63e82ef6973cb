package runtime

import (
	"context"

	"github.com/credence-chain/credence/artifact"
)

// Program is an app's code in the form of its runtime: a module or an image.
type Program struct {
	// Digest is the program's name on the chain. If the content has another digest, the runtime returns an error, because that is
	// this machine's failure.
	Digest artifact.Digest
	// Content may lie on disk, and is read when it is needed.
	Content artifact.Content
	// Parts fetches the blobs that the content names, if a program has more than one blob. The content of an image is its manifest,
	// and Parts fetches its configuration and its layers. nil if there are none.
	Parts PartSource
}

// PartSource brings a blob of at most limit bytes into a store, verified. While a runtime prepares a program, it asks for the blobs
// that it lacks, and never for those that it has already prepared.
type PartSource func(ctx context.Context, into artifact.Store, digest artifact.Digest, limit int64) error

// ProgramOf returns a program whose code is in memory.
func ProgramOf(code []byte) Program {
	return Program{Digest: artifact.Sum(code), Content: artifact.Bytes(code)}
}

// Size returns the size of the content in bytes.
func (p Program) Size() uint64 {
	if p.Content == nil {
		return 0
	}
	return uint64(p.Content.Size())
}
