// Package contract holds the rules of a run that chain, client and runtime judge alike: how large a module may be, how
// much memory a task has, and what inputs and tags may be called. What one layer takes, the others take too, because each
// of them calls this package and has no rule of its own.
package contract

// PageBytes is the size of a page of a module's memory, in bytes.
const PageBytes = 64 << 10

// Limits of every execution. They are part of the protocol: all workers must meet them alike.
const (
	// MaxModuleBytes is the largest module, in bytes: 32 MiB.
	MaxModuleBytes = 32 << 20
	// MaxCircuitBytes is the largest arithmetic program, in bytes.
	MaxCircuitBytes = 256 << 10
	// MaxMemoryPages is how many pages a module's memory can have: one less than 32 bits address. A memory of 65,536
	// pages has 2^32 bytes, a size that does not fit 32 bits itself, and engines compute with it.
	MaxMemoryPages = 65_535
	// MaxMemoryBytes is the same in bytes.
	MaxMemoryBytes = MaxMemoryPages * PageBytes
	// DefaultMemoryBytes is what a task's memory may grow to when its deal does not say, in bytes.
	DefaultMemoryBytes = 1 << 30
	// MaxOutputBytes bounds the sizes of the files below /out together, in bytes; a deal can only say less. Every worker
	// that agrees keeps the result and serves it, and what is asked of one pool would be asked of the court too.
	MaxOutputBytes = 64 << 20
	// MaxImageBytes is the largest image as a registry keeps it, in bytes: its manifest, its configuration and its layers
	// together. MaxUnpackedBytes bounds the same image unpacked.
	MaxImageBytes    = 1 << 30
	MaxUnpackedBytes = 4 << 30
	// MaxImageManifestBytes bounds an image's manifest, and its configuration.
	MaxImageManifestBytes = 1 << 20
	// MaxImageLayers bounds the layers of an image: what engines that stack file systems take.
	MaxImageLayers = 127
	// LeastContainerMemoryBytes is what an engine needs to start a container at all, in bytes.
	LeastContainerMemoryBytes = 16 << 20
	// MaxContainerMemoryBytes is what the memory of a container may grow to, in bytes.
	MaxContainerMemoryBytes = 64 << 30
	// DefaultContainerSeconds is how long a container may run when its job does not say.
	DefaultContainerSeconds = 60
)
