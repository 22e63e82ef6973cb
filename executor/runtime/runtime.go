// Package runtime is the contract under which an app is executed. Package registry lists the runtimes that implement it. Package
// conformance is the test suite that all of them pass.
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
// A runtime ignores the fields that mean nothing to its programs. It honours the others, and these tests check that it does:
//
//	conformance.Run        Program (a wrong digest is an error, of Prepare too), Inputs, MemoryLimit (0, too), OutputLimit, WallLimit
//	conformance.Inputs     Folders, Execution.Stdin, Execution.Workdir, Execution.Writable
//	tests of the runtime   Args, Env, FuelLimit, OutputPath, Clock, Seed, Private, GPUs, Execution.OkExit, Execution.Stdout, Execution.Env
//
// The files of a program go through result.Judge, which gets the OutputPath; Execution.Succeeded judges its exit status.
type Spec struct {
	// Program is the app's code.
	Program Program
	// Args are the program's arguments, the program's name (argv[0]) first.
	Args []string
	// Env holds the "NAME=value" entries of docs/apps.md, passed on in this order; those of Execution follow.
	Env []string
	// Execution holds the job's other settings. The deal completes its clock, seed and output path: Clock, Seed and OutputPath
	// below take precedence over Execution's.
	Execution contract.Execution
	// Inputs is the tree below /in, paths relative to /in. Its bytes may lie on disk.
	Inputs []result.File
	// Folders are inputs that are packed folders. The runtime unpacks them where the app runs. If one cannot be unpacked, or does
	// not fit the other inputs, the answer has the reason InvalidInput.
	Folders []Folder
	// FuelLimit bounds the work, in units of the published fuel schedule. It has no effect if the runtime counts no fuel.
	FuelLimit uint64
	// MemoryLimit bounds the app's memory, in bytes. (WebAssembly rounds it down to
	// whole 64 KiB pages.)
	MemoryLimit uint64
	// OutputLimit bounds the sum of the sizes of the files in /out, in bytes.
	OutputLimit uint64
	// OutputPath is the folder below /out whose files are the result, relative to /out. If it is empty, the app's computed.json
	// decides; without one, everything counts.
	OutputPath string
	// GPUs is how many graphics processors the app gets. WebAssembly has no way to use one, so that its runtime ignores it. A
	// machine with fewer fails by an error.
	GPUs int
	// WallLimit bounds real time. A run that exceeds it is this machine's failure (an error), never the app's, because machines
	// differ in speed. Zero means no limit but the context's.
	WallLimit time.Duration
	// Clock is the time that the app sees when it starts, in Unix seconds.
	Clock int64
	// Seed is the seed of the app's random numbers.
	Seed [32]byte
	// Private says that the outputs are secret: they lie in memory instead of in files without a name.
	Private bool
	// PrivateInputs says the same about the inputs. They take memory in addition to MemoryLimit, as many bytes as they have.
	PrivateInputs bool
}

// Folder is an input that is a packed folder, of the format of package artifact/tree.
type Folder struct {
	// Name is the folder in which it is unpacked, relative to /in; contract.RootTree means /in itself.
	Name string
	// Content is the archive. It may lie on disk.
	Content artifact.Content
}

// Size returns the size of the archive in bytes.
func (f Folder) Size() uint64 {
	if f.Content == nil {
		return 0
	}
	return uint64(f.Content.Size())
}

// Outcome is how a run ended. AnswerOf returns the part of it that is the answer.
type Outcome struct {
	Kind   Kind
	Reason Reason
	// ExitCode is the app's exit status; zero unless the app exited by itself. With a result, it is a status that means success.
	ExitCode uint32
	// Fuel is the fuel that the run used, in units of the fuel schedule. It equals the limit if Reason is OutOfFuel.
	Fuel uint64
	// Memory is the app's peak of memory, in bytes. It is for people, and no part of the answer.
	Memory uint64
	// Files are the files of the result, as result.Judge returns them: sorted by path, paths relative to /out. A runtime judges
	// them where the app ran, so that any output of an app leads to an answer. Empty unless Kind is Result. Their bytes may lie on
	// disk, in files that disappear with Close, or once nothing refers to them.
	Files []result.File
	// Stdout and Stderr are logs for the operator: the beginning of what the app printed, cut at a limit of the runtime, and then
	// lines of the runtime. They are not part of the answer's digest.
	Stdout, Stderr []byte
	// StderrEnd is the end of what the app itself wrote to stderr, at most result.MaxStderrBytes. If the runtime is deterministic,
	// it is part of the answer.
	StderrEnd []byte
}

// RuntimeWords returns the line that the runtime added after what the app printed: the last line, if the app printed more than the
// log keeps.
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

// ErrWallLimit is returned for a run that took longer than Spec.WallLimit. It is not an answer, because another machine may be
// faster.
var ErrWallLimit = errors.New("the run took longer than its wall-clock limit")

// Runtime executes apps. An error of a method is the machine's own failure, and the agent abstains. The app's failure is an Outcome
// of kind AppFailed.
type Runtime interface {
	// Rules returns the protocol's rules for the runtime: its limits, whether it counts fuel, what makes two answers equal.
	Rules() contract.Runtime
	// Check returns an error that says what this machine lacks to execute apps. It executes no app.
	Check(ctx context.Context) error
	// Prepare brings a program into a form in which Run can start it at once, and keeps it. A program that is refused is no error
	// here: Run answers it with the reason InvalidModule.
	Prepare(ctx context.Context, program Program) error
	// Run executes one task. It stops the app and returns an error when ctx ends
	// or spec.WallLimit passes.
	Run(ctx context.Context, spec Spec) (Outcome, error)
}
