// Package contract holds the rules of a run that chain, client and runtime check alike: how large a module may be, how much memory
// a task has, and how inputs and tags may be named. What one layer accepts, the others accept too, because each of them calls this
// package and has no rules of its own.
package contract

// PageBytes is the size of a page of a module's memory, in bytes.
const PageBytes = 64 << 10

// Limits of every execution. They are part of the protocol: all workers must meet them alike.
const (
	// MaxModuleBytes is the largest module, in bytes: 32 MiB.
	MaxModuleBytes = 32 << 20
	// MaxCircuitBytes is the largest arithmetic program, in bytes.
	MaxCircuitBytes = 256 << 10
	// MaxMemoryPages is the largest number of pages in a module's memory: one page less than 32 bits can address. A memory of
	// 65,536 pages has 2^32 bytes. This size does not fit into 32 bits, and engines compute with 32-bit sizes.
	MaxMemoryPages = 65_535
	// MaxMemoryBytes is the same in bytes.
	MaxMemoryBytes = MaxMemoryPages * PageBytes
	// DefaultMemoryBytes is the limit of a task's memory when its deal does not say one, in bytes.
	DefaultMemoryBytes = 1 << 30
	// DefaultOutputBytes bounds the sizes of the files below /out together, in bytes, when a task's deal does not say a limit.
	DefaultOutputBytes = 64 << 20
	// MaxOutputBytes bounds what a deal can allow, on any chain. The chain's parameter max_output_bytes says what it does allow: each
	// worker that agrees keeps the result and serves it, and so may each seat of the court.
	MaxOutputBytes = 4 << 30
	// MaxImageBytes is the largest image as a registry keeps it, in bytes: its manifest, its configuration and its layers
	// together. MaxUnpackedBytes bounds the same image unpacked.
	MaxImageBytes    = 1 << 30
	MaxUnpackedBytes = 4 << 30
	// MaxImageManifestBytes bounds an image's manifest, and its configuration.
	MaxImageManifestBytes = 1 << 20
	// MaxImageLayers bounds the layers of an image: engines that stack file systems support no more.
	MaxImageLayers = 127
	// LeastContainerMemoryBytes is the memory that an engine needs to start a container at all, in bytes.
	LeastContainerMemoryBytes = 16 << 20
	// MaxContainerMemoryBytes bounds the memory of a container, in bytes.
	MaxContainerMemoryBytes = 64 << 30
	// DefaultContainerSeconds is how long a container may run when its job does not say.
	DefaultContainerSeconds = 60
)
