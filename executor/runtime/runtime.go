// Package runtime is the one contract under which an app is executed. Behind it
// stand the runtimes, which package registry lists; package conformance is the suite
// they all pass.
package runtime

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// Spec is everything a run depends on. Two runs of the same Spec give the same
// Outcome on every machine where the runtime's rules say that it is deterministic, whatever its WallLimit.
//
// A runtime ignores the fields that mean nothing to its programs. It honours the others, and this is what tests them:
//
//	conformance.Run        Program (a wrong digest is an error, of Prepare too), Inputs, MemoryLimit (0, too), OutputLimit, WallLimit
//	conformance.Inputs     Folders, Execution.Stdin, Execution.Workdir, Execution.Writable
//	tests of the runtime   Args, Env, FuelLimit, OutputPath, Clock, Seed, Private, Execution.OkExit, Execution.Stdout, Execution.Env
//
// What a program leaves goes through result.Judge, which is told the OutputPath; Execution.Succeeded judges its exit status.
type Spec struct {
	// Program is the app's code.
	Program Program
	// Args are the program's arguments, the program's name (argv[0]) first.
	Args []string
	// Env holds the "NAME=value" entries of docs/apps.md, passed on in the order given; those of Execution follow.
	Env []string
	// Execution is all that the job says around the program. Clock, Seed and OutputPath below are completed by the deal and go before it.
	Execution contract.Execution
	// Inputs is the tree below /in, paths relative to /in. Its bytes may lie on disk.
	Inputs []result.File
	// Folders are inputs that are packed folders. The runtime unpacks them where the app runs; one that cannot be unpacked,
	// or that does not go with the other inputs, is answered with the reason InvalidInput.
	Folders []Folder
	// FuelLimit bounds the work, in units of the published fuel schedule; nothing where the runtime counts none.
	FuelLimit uint64
	// MemoryLimit bounds the app's memory, in bytes. (WebAssembly rounds it down to
	// whole 64 KiB pages.)
	MemoryLimit uint64
	// OutputLimit bounds the sum of the sizes of the files in /out, in bytes.
	OutputLimit uint64
	// OutputPath is the folder below /out whose files are the result, relative to /out; empty leaves it to the app's
	// computed.json, and everything counts without one.
	OutputPath string
	// WallLimit bounds real time. Hitting it is our failure (an error), never the
	// app's, because machines differ in speed. Zero means no limit but the context's.
	WallLimit time.Duration
	// Clock is the time the app sees when it starts, in Unix seconds: the task's.
	Clock int64
	// Seed is what the app's random numbers are drawn from.
	Seed [32]byte
	// Private says that the outputs are secrets: where they would lie in files without a name they lie in memory.
	Private bool
	// PrivateInputs says the same of the inputs. They take memory beside MemoryLimit, as many bytes as they have.
	PrivateInputs bool
}

// Folder is an input that is a packed folder, of the format of package artifact/tree.
type Folder struct {
	// Name is where it is unpacked, relative to /in; contract.RootTree for /in itself.
	Name string
	// Content is the archive. It may lie on disk.
	Content artifact.Content
}

// Size is how many bytes the archive has.
func (f Folder) Size() uint64 {
	if f.Content == nil {
		return 0
	}
	return uint64(f.Content.Size())
}

// Outcome is how a run ended. AnswerOf says what of it is the answer.
type Outcome struct {
	Kind   Kind
	Reason Reason
	// ExitCode is the app's exit status; zero unless it exited by itself. With a result it is one that means success.
	ExitCode uint32
	// Fuel is what the run used, in units of the fuel schedule; it equals the
	// limit when Reason is OutOfFuel.
	Fuel uint64
	// Memory is the most memory that the app had, in bytes. It is for people, and no part of the answer.
	Memory uint64
	// Files are the files of the result, as result.Judge gives them: sorted by path, paths relative to /out. A runtime
	// judges them where the app ran, so that whatever an app leaves ends in an answer. Empty unless Kind is Result. Their
	// bytes may lie on disk, in files that are gone once nothing refers to them.
	Files []result.File
	// Stdout and Stderr are logs for the operator, the beginning of what the app printed, cut at a bound of the runtime,
	// with words of ours behind it. They are not part of the answer's digest.
	Stdout, Stderr []byte
	// StderrEnd is the end of what the app itself wrote to stderr, at most result.MaxStderrBytes. Where the rules say that
	// the runtime is deterministic it is part of the answer.
	StderrEnd []byte
}

// RuntimeWords is what the runtime added to what the app printed: the last line, where the app printed more than the log keeps.
func (o Outcome) RuntimeWords() string {
	log, end := string(o.Stderr), string(o.StderrEnd)
	if at := strings.LastIndex(log, end); at >= 0 && end != "" {
		return strings.TrimLeft(log[at+len(end):], "\n")
	}
	if log = strings.TrimSuffix(log, "\n"); end == "" {
		return log
	}
	return log[strings.LastIndex(log, "\n")+1:]
}

// ErrWallLimit is returned for a run that took longer than Spec.WallLimit. It is no answer: another machine may be faster.
var ErrWallLimit = errors.New("the run took longer than its wall-clock limit")

// Runtime executes apps. An error of either method is the machine's own failure,
// upon which the agent abstains; the app's failure is an Outcome of kind AppFailed.
type Runtime interface {
	// Rules are what the protocol says of it: its limits, whether it counts fuel, what makes two answers equal.
	Rules() contract.Runtime
	// Check says what this machine lacks to execute apps, without executing any.
	Check(ctx context.Context) error
	// Prepare brings a program into the form in which Run starts at once, and keeps it. One that is refused is no error
	// here: Run answers it with the reason InvalidModule.
	Prepare(ctx context.Context, program Program) error
	// Run executes one task. It stops the app and returns an error when ctx ends
	// or spec.WallLimit passes.
	Run(ctx context.Context, spec Spec) (Outcome, error)
}
