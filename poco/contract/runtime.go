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

// Runtime is what chain, clients and workers agree upon about one way of executing apps: the code that does it lies in
// executor/runtime, and says there that it keeps these rules. They are part of the protocol.
type Runtime struct {
	// Name by which app versions, pools and workers ask for it.
	Name string
	// Image says that a program is an image of an OCI registry. Its digest is then that of the image's manifest, and its
	// size that of the manifest and of everything that it names, together. Otherwise a program is one blob.
	Image bool
	// MaxProgramBytes is the largest module or image, in bytes.
	MaxProgramBytes uint64
	// DefaultMemoryBytes is what a task's memory may grow to when its deal does not say, MaxMemoryBytes what any may.
	DefaultMemoryBytes, MaxMemoryBytes uint64
	// LeastMemoryBytes is with how little a program can be started: a task that has less ends in out-of-memory.
	LeastMemoryBytes uint64
	// DefaultSeconds is how long one execution may take, in seconds of real time, when its job does not say; where it is 0,
	// time is no limit. An execution that takes longer ends in out-of-time: where work is not counted, nothing else ends a
	// program that never does.
	DefaultSeconds uint32
	// MaxOutputBytes bounds the files of a result together, in bytes; a deal can only say less.
	MaxOutputBytes uint64
	// FuelSchedule names the published schedule by which work is counted. The fuel that a run used is then part of its
	// answer, and two answers are equal only when they used the same. Empty: work is not counted, a fuel limit bounds
	// nothing, and no answer holds fuel.
	FuelSchedule string
	// Deterministic: two runs of one task end alike on every machine, what they print included. The end of stderr is then
	// part of the answer. Otherwise two answers are equal when their results are, whatever was printed.
	Deterministic bool
	// Proofs says what can prove how a program ended; see Proofs.
	Proofs Proofs
}

// Proofs is what can prove a run of a runtime's programs, for a policy that asks for a proof with each answer.
type Proofs uint8

// What there is.
const (
	// NoProofs: nothing can. A container is a program of the machine, and its end depends on real time.
	NoProofs Proofs = iota
	// ProofsOfGuest: a guest of a zkVM that reads the program and runs it. The guest's id is not the program's digest.
	ProofsOfGuest
	// ProofsOfProgram: the program itself is what is proved; its id is its digest.
	ProofsOfProgram
)

// runtimes is the list: what is not on it exists neither for the chain nor for a worker.
var runtimes = []Runtime{
	{
		Name: RuntimeWasm, MaxProgramBytes: MaxModuleBytes, DefaultMemoryBytes: DefaultMemoryBytes,
		MaxMemoryBytes: MaxMemoryBytes, MaxOutputBytes: MaxOutputBytes, FuelSchedule: FuelV1, Deterministic: true, Proofs: ProofsOfGuest,
	},
	{
		Name: RuntimeOCI, Image: true, MaxProgramBytes: MaxImageBytes, DefaultMemoryBytes: DefaultMemoryBytes,
		LeastMemoryBytes: LeastContainerMemoryBytes, MaxMemoryBytes: MaxContainerMemoryBytes, MaxOutputBytes: MaxOutputBytes,
		DefaultSeconds: DefaultContainerSeconds,
	},
	{
		Name: RuntimeCircuit, MaxProgramBytes: MaxCircuitBytes, DefaultMemoryBytes: DefaultMemoryBytes,
		MaxMemoryBytes: MaxMemoryBytes, MaxOutputBytes: MaxOutputBytes, Deterministic: true, Proofs: ProofsOfProgram,
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

// FindRuntime gives the rules of a runtime. The error says the name and those that there are.
func FindRuntime(name string) (Runtime, error) {
	for _, r := range runtimes {
		if r.Name == name {
			return r, nil
		}
	}
	return Runtime{}, fmt.Errorf("runtime: got %.40q, expected %s", name, strings.Join(RuntimeNames(), " or "))
}

// CheckProgramID checks the id by which a verifier of proofs knows a program of a digest.
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

// MemoryBytes returns what a task's memory may grow to, in bytes, of what its deal asks for: the default where it asks for
// nothing, and never more than there is.
func (r Runtime) MemoryBytes(asked uint64) uint64 {
	if asked == 0 {
		return r.DefaultMemoryBytes
	}
	return min(asked, r.MaxMemoryBytes)
}

// TaskSeconds returns how long one execution may take, in seconds of real time, of what its job asks for. 0: time is no
// limit, and the job asks for no room in the windows.
func (r Runtime) TaskSeconds(asked uint32) uint32 {
	if asked == 0 {
		return r.DefaultSeconds
	}
	return asked
}

// LimitsTime says whether a run that takes longer than TaskSeconds is ended.
func (r Runtime) LimitsTime() bool { return r.DefaultSeconds > 0 }

// OutputBytes returns what the files of a result may hold together, in bytes, of what a task's deal asks for.
func (r Runtime) OutputBytes(asked uint64) uint64 {
	if asked == 0 {
		return r.MaxOutputBytes
	}
	return min(asked, r.MaxOutputBytes)
}
