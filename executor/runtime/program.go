package runtime

import (
	"context"

	"github.com/credence-chain/credence/artifact"
)

// Program is an app's code as its runtime takes it, a module or an image.
type Program struct {
	// Digest names it on the chain. A runtime refuses, as its own failure, a content with another.
	Digest artifact.Digest
	// Content may lie on disk, and is read when it is needed.
	Content artifact.Content
	// Parts gets what the content names, where a program is more than one blob: of an image, whose content is its manifest,
	// the configuration and the layers. nil where there are none.
	Parts PartSource
}

// PartSource brings a blob of at most limit bytes into a store, verified. A runtime asks for what it lacks when it prepares
// a program, and for nothing that it has prepared before.
type PartSource func(ctx context.Context, into artifact.Store, digest artifact.Digest, limit int64) error

// ProgramOf is a program in memory.
func ProgramOf(code []byte) Program {
	return Program{Digest: artifact.Sum(code), Content: artifact.Bytes(code)}
}

// Size is how many bytes it has.
func (p Program) Size() uint64 {
	if p.Content == nil {
		return 0
	}
	return uint64(p.Content.Size())
}
