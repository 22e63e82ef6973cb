package runtime

import "github.com/credence-chain/credence/result"

// Reason says why an app failed. The list is closed: a reason is part of the
// answer, so a new one is a change of the protocol.
type Reason string

const (
	// None: it did not fail.
	None Reason = ""
	// Exit: it ended with an exit status that does not mean success; see Outcome.ExitCode.
	Exit Reason = "exit"
	// Trap: unreachable, division by zero, memory or table out of bounds, a wrong
	// indirect call, a float that does not fit an integer.
	Trap Reason = "trap"
	// OutOfFuel: it would have used more than Spec.FuelLimit.
	OutOfFuel Reason = "out-of-fuel"
	// OutOfTime: it ran longer than its job allows, where the runtime counts no fuel and time is the limit.
	OutOfTime Reason = "out-of-time"
	// OutOfMemory: its initial memory does not fit Spec.MemoryLimit. (A later request that exceeds the limit is refused, and the
	// app may cope: memory.grow returns -1, and writing to /tmp gives ENOSPC. A container that needs more memory is killed, and
	// then this is the reason.)
	OutOfMemory Reason = "out-of-memory"
	// OutputTooLarge: it wrote more into /out than Spec.OutputLimit, or more files, longer names or deeper folders than
	// a result can have.
	OutputTooLarge Reason = result.ReasonTooLarge
	// InvalidOutput: no manifest can describe what it left, or it left nothing in Spec.OutputPath.
	InvalidOutput Reason = result.ReasonInvalidOutput
	// InvalidComputed: its computed.json is not usable.
	InvalidComputed Reason = result.ReasonInvalidComputed
	// CallDepth: it nested calls deeper than the fuel schedule allows.
	CallDepth Reason = "call-depth"
	// InvalidInput: an input that is a folder cannot be unpacked, or a file that the program reads according to its job is not
	// among its inputs.
	InvalidInput Reason = "invalid-input"
	// InvalidModule: the module is not WebAssembly, uses a refused feature, or is too large. For a container: the image is not an
	// image of a program, or is too large unpacked.
	InvalidModule Reason = "invalid-module"
)

// Reasons lists every reason, for checks of answers that come from outside.
func Reasons() []Reason {
	return []Reason{None, Exit, Trap, OutOfFuel, OutOfTime, OutOfMemory, OutputTooLarge, InvalidOutput, InvalidComputed, CallDepth, InvalidInput, InvalidModule}
}

// Valid tells whether r is on the closed list.
func (r Reason) Valid() bool {
	for _, known := range Reasons() {
		if r == known {
			return true
		}
	}
	return false
}
