package contract

import (
	"fmt"
	"strings"
)

// Names of the runtimes, in app versions, pools and workers alike.
const (
	// RuntimeWasm runs WebAssembly modules (WASI preview 1).
	RuntimeWasm = "wasm"
	// RuntimeOCI runs containers of OCI images.
	RuntimeOCI = "oci"
	// RuntimeCircuit runs arithmetic programs whose results can be proved (evidence/circuit).
	RuntimeCircuit = "circuit"
)

// Runtime holds the rules of one way of running apps, on which chain, clients and workers agree. They are part of the protocol. The
// code that runs the apps is in executor/runtime and must keep these rules.
type Runtime struct {
	// Name by which app versions, pools and workers ask for it.
	Name string
	// Image says that a program is an image of an OCI registry. Its digest is then that of the image's manifest, and its
	// size that of the manifest and of everything that it names, together. Otherwise a program is one blob.
	Image bool
	// MaxProgramBytes is the largest module or image, in bytes.
	MaxProgramBytes uint64
	// DefaultMemoryBytes is the limit of a task's memory when its deal does not say one. MaxMemoryBytes is the highest limit.
	DefaultMemoryBytes, MaxMemoryBytes uint64
	// LeastMemoryBytes is the least memory with which a program can start: a task with less ends in out-of-memory.
	LeastMemoryBytes uint64
	// DefaultSeconds is how long one execution may take, in seconds of real time, when its job does not say. An execution that
	// takes longer ends in out-of-time, because without counted work nothing else ends an endless program. 0: time is no limit.
	DefaultSeconds uint32
	// DefaultOutputBytes bounds the files of a result together, in bytes, when the task's deal does not say a limit. MaxOutputBytes
	// is the highest limit.
	DefaultOutputBytes, MaxOutputBytes uint64
	// FuelSchedule names the published schedule by which work is counted. The fuel that a run used is then part of its answer, and
	// two answers are equal only if they used the same fuel. Empty: work is not counted, a fuel limit has no effect, and no answer
	// holds fuel.
	FuelSchedule string
	// Deterministic: two runs of one task end alike on every machine, and print the same. The end of stderr is then part of the
	// answer. Otherwise two answers are equal when their results are, whatever was printed.
	Deterministic bool
	// Proofs says what can prove how a program ended; see Proofs.
	Proofs Proofs
}

// Proofs says what can prove a run of a runtime's programs, for a policy that asks for a proof with each answer.
type Proofs uint8

// The kinds of proofs.
const (
	// NoProofs: nothing can prove a run. A container runs directly on the machine, and its end depends on real time.
	NoProofs Proofs = iota
	// ProofsOfGuest: a guest of a zkVM reads the program and runs it, and the proof is about the guest. The guest's id is not the
	// program's digest.
	ProofsOfGuest
	// ProofsOfProgram: the proof is about the program itself, whose id is its digest.
	ProofsOfProgram
)

// runtimes lists all runtimes that the chain and the workers know.
var runtimes = []Runtime{
	{
		Name: RuntimeWasm, MaxProgramBytes: MaxModuleBytes, DefaultMemoryBytes: DefaultMemoryBytes,
		MaxMemoryBytes: MaxMemoryBytes, DefaultOutputBytes: DefaultOutputBytes, MaxOutputBytes: MaxOutputBytes,
		FuelSchedule: FuelV1, Deterministic: true, Proofs: ProofsOfGuest,
	},
	{
		Name: RuntimeOCI, Image: true, MaxProgramBytes: MaxImageBytes, DefaultMemoryBytes: DefaultMemoryBytes,
		LeastMemoryBytes: LeastContainerMemoryBytes, MaxMemoryBytes: MaxContainerMemoryBytes,
		DefaultOutputBytes: DefaultOutputBytes, MaxOutputBytes: MaxOutputBytes, DefaultSeconds: DefaultContainerSeconds,
	},
	{
		Name: RuntimeCircuit, MaxProgramBytes: MaxCircuitBytes, DefaultMemoryBytes: DefaultMemoryBytes,
		MaxMemoryBytes: MaxMemoryBytes, DefaultOutputBytes: DefaultOutputBytes, MaxOutputBytes: MaxOutputBytes,
		Deterministic: true, Proofs: ProofsOfProgram,
	},
}

// FuelV1 names the fuel schedule of docs/fuel.md.
const FuelV1 = "fuel/v1"

// RuntimeNames lists the names of all runtimes.
func RuntimeNames() []string {
	var names []string
	for _, r := range runtimes {
		names = append(names, r.Name)
	}
	return names
}

// FindRuntime returns the rules of a runtime. The error says the name and lists the runtimes that exist.
func FindRuntime(name string) (Runtime, error) {
	for _, r := range runtimes {
		if r.Name == name {
			return r, nil
		}
	}
	return Runtime{}, fmt.Errorf("runtime: got %.40q, expected %s", name, strings.Join(RuntimeNames(), " or "))
}

// CheckProgramID checks the id by which a verifier of proofs knows the program with this digest.
func (r Runtime) CheckProgramID(id, digest [32]byte) error {
	switch {
	case r.Proofs == NoProofs:
		return fmt.Errorf("verifier: got one, expected none with the runtime %q: nothing can prove how its programs end", r.Name)
	case r.Proofs == ProofsOfProgram && id != digest:
		return fmt.Errorf("program: got %x, expected the digest of the program, %x: with the runtime %q it is the program that is proved", id, digest, r.Name)
	}
	return nil
}

// LargestProgramBytes returns the size of the largest program that any runtime takes, in bytes.
func LargestProgramBytes() uint64 {
	largest := uint64(0)
	for _, r := range runtimes {
		largest = max(largest, r.MaxProgramBytes)
	}
	return largest
}

// CheckProgramBytes checks the size of a module or image, in bytes.
func (r Runtime) CheckProgramBytes(size uint64) error {
	if size == 0 || size > r.MaxProgramBytes {
		return fmt.Errorf("size: %d bytes, expected 1 to %d (%d MiB)", size, r.MaxProgramBytes, r.MaxProgramBytes>>20)
	}
	return nil
}

// CheckImageManifest checks the sizes of an image's manifest and configuration, in bytes, and the number of its layers.
func CheckImageManifest(manifest, config uint64, layers int) error {
	switch {
	case manifest > MaxImageManifestBytes:
		return fmt.Errorf("the manifest has %d bytes, the limit is %d", manifest, MaxImageManifestBytes)
	case config > MaxImageManifestBytes:
		return fmt.Errorf("the image's configuration has %d bytes, the limit is %d", config, MaxImageManifestBytes)
	case layers > MaxImageLayers:
		return fmt.Errorf("the image has %d layers, the limit is %d", layers, MaxImageLayers)
	}
	return nil
}

// MemoryBytes returns the limit of a task's memory in bytes, given what its deal asks for: the default if the deal asks for
// nothing, and never more than MaxMemoryBytes.
func (r Runtime) MemoryBytes(asked uint64) uint64 {
	if asked == 0 {
		return r.DefaultMemoryBytes
	}
	return min(asked, r.MaxMemoryBytes)
}

// TaskSeconds returns how long one execution may take, in seconds of real time, given what its job asks for. 0: time is no limit,
// and the job asks for no room in the windows.
func (r Runtime) TaskSeconds(asked uint32) uint32 {
	if asked == 0 {
		return r.DefaultSeconds
	}
	return asked
}

// LimitsTime says whether a run that takes longer than TaskSeconds is ended.
func (r Runtime) LimitsTime() bool { return r.DefaultSeconds > 0 }

// OutputBytes returns the largest size of a result's files together, in bytes, given what the task's deal asks for: the default if
// the deal asks for nothing, and never more than MaxOutputBytes.
func (r Runtime) OutputBytes(asked uint64) uint64 {
	if asked == 0 {
		return r.DefaultOutputBytes
	}
	return min(asked, r.MaxOutputBytes)
}

// CheckLimits refuses limits of memory and output, in bytes, that no task of this runtime can have. most is the largest output that
// the chain's parameters allow. 0 asks for the default. The error names the field and what was expected.
func (r Runtime) CheckLimits(memory, output, most uint64) error {
	most = min(most, r.MaxOutputBytes)
	switch {
	case memory > r.MaxMemoryBytes:
		return fmt.Errorf("resources.memory_bytes: got %d, expected at most %d with the runtime %q", memory, r.MaxMemoryBytes, r.Name)
	case r.OutputBytes(output) > most || output > most:
		return fmt.Errorf("resources.disk_bytes: got %d, expected at most %d, the largest output of a task on this chain", max(output, r.OutputBytes(output)), most)
	}
	return nil
}
