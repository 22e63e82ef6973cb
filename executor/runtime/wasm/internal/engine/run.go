package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/instrument"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasi"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

const (
	// maxArguments bounds arguments and environment together, in bytes. The chain's parameters never allow more: 1 MiB of
	// arguments, and variables for 10,000 inputs with names of 255 bytes.
	maxArguments = 8 << 20
	// maxClock is the latest time a task can have, in Unix seconds.
	maxClock = contract.MaxClock
)

// ErrSpec is returned for a Spec that no honest task has.
var ErrSpec = errors.New("the task cannot be run as it is specified")

// CheckSpec returns an error that says what is wrong with a Spec.
func CheckSpec(spec runtime.Spec) error {
	size := 0
	for _, s := range append(append([]string{}, spec.Args...), spec.Env...) {
		if strings.ContainsRune(s, 0) {
			return fmt.Errorf("%w: argument or environment %q holds a zero byte", ErrSpec, s)
		}
		size += len(s) + 1
	}
	if err := memfs.CheckInputs(spec.Inputs); err != nil {
		return fmt.Errorf("%w: %w", ErrSpec, err)
	}
	if err := checkFolders(spec); err != nil {
		return fmt.Errorf("%w: %w", ErrSpec, err)
	}
	if err := spec.Execution.Check(contractInputs(spec)); err != nil {
		return fmt.Errorf("%w: %w", ErrSpec, err)
	}
	switch {
	case size > maxArguments:
		return fmt.Errorf("%w: arguments and environment take %d bytes, the limit is %d", ErrSpec, size, maxArguments)
	case spec.FuelLimit > math.MaxInt64:
		return fmt.Errorf("%w: fuel limit %d is above %d", ErrSpec, spec.FuelLimit, int64(math.MaxInt64))
	case spec.OutputLimit > contract.MaxOutputBytes:
		return fmt.Errorf("%w: output limit %d is above %d", ErrSpec, spec.OutputLimit, int64(contract.MaxOutputBytes))
	case spec.Clock < 0 || spec.Clock > maxClock:
		return fmt.Errorf("%w: clock %d is not between 0 and %d", ErrSpec, spec.Clock, maxClock)
	}
	return nil
}

// Run executes a task. An error is a failure of this machine. If ready is not nil, it is called when the module is compiled and
// before any of it runs; an error of ready ends the run.
func (e *Engine) Run(ctx context.Context, spec runtime.Spec, ready func() error) (runtime.Outcome, error) {
	if err := CheckSpec(spec); err != nil {
		return runtime.Outcome{}, err
	}
	m, err := e.instrumentedModule(ctx, spec.Program)
	if refused := (*Refused)(nil); errors.As(err, &refused) {
		return runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.InvalidModule, Stderr: appendLine(nil, refused.Error())}, nil
	}
	if err != nil {
		return runtime.Outcome{}, err
	}
	pages := uint32(min(spec.MemoryLimit/fuel.PageSize, fuel.MaxPages))
	if m.MinPages > pages {
		return runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.OutOfMemory}, nil
	}
	if m.StartCost > spec.FuelLimit {
		return runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.OutOfFuel, Fuel: spec.FuelLimit}, nil
	}
	r := e.newRuntime(ctx, min(pages, m.MaxPages))
	defer r.Close(ctx)
	compiled, err := compileModule(ctx, r, m)
	if err != nil {
		return runtime.Outcome{}, err
	}
	if ready != nil {
		if err := ready(); err != nil {
			return runtime.Outcome{}, err
		}
	}
	return runModule(ctx, r, compiled, m, spec, e.options.Room)
}

// runModule starts an instrumented module whose host is installed.
func runModule(ctx context.Context, r wazero.Runtime, compiled wazero.CompiledModule, m instrument.Module, spec runtime.Spec, room memfs.Room) (runtime.Outcome, error) {
	meter := &meter{}
	inputs, err := inputsOf(spec)
	if err != nil {
		return invalidInput(err)
	}
	host, err := wasi.New(wasi.Config{
		Args: spec.Args, Env: slices.Concat(spec.Env, spec.Execution.Env), Inputs: inputs,
		Writable: spec.Execution.Writable, Workdir: spec.Execution.Workdir,
		Stdin: spec.Execution.Stdin, Stdout: spec.Execution.Stdout,
		OutputLimit: spec.OutputLimit,
		TempLimit:   spec.MemoryLimit,
		Room:        room,
		Clock:       spec.Clock, Seed: spec.Seed,
	}, meter)
	if err != nil {
		return invalidInput(err)
	}
	if err := provideHost(ctx, r, host); err != nil {
		return runtime.Outcome{}, err
	}
	instance, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return runtime.Outcome{}, fmt.Errorf("the module does not start: %w", err)
	}
	if err := meter.attachTo(instance); err != nil {
		return runtime.Outcome{}, err
	}
	meter.SetFuel(int64(spec.FuelLimit - m.StartCost))
	if m.HasStart {
		_, err = instance.ExportedFunction(instrument.StartFunction).Call(ctx)
	}
	if err == nil && meter.Fuel() >= 0 && !meter.thrown() {
		_, err = instance.ExportedFunction(instrument.EntryFunction).Call(ctx)
	}
	out, err := makeOutcome(err, host, meter, spec)
	out.Memory = memorySize(instance)
	return out, err
}

// errMachine marks failures of this machine among the errors of reading inputs. All other errors are caused by the inputs.
var errMachine = errors.New("the inputs can not be read here")

// invalidInput returns the answer for a task whose inputs do not make a tree, or lack a file or folder that the job names.
func invalidInput(err error) (runtime.Outcome, error) {
	if errors.Is(err, errMachine) {
		return runtime.Outcome{}, err
	}
	return runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.InvalidInput, Stderr: appendLine(nil, err.Error())}, nil
}

// memorySize returns the size of a module's memory at its end, in bytes. This is its peak, because a memory never shrinks. For a
// module without a memory wazero returns an interface that holds a nil pointer.
func memorySize(instance api.Module) uint64 {
	memory := instance.Memory()
	if memory == nil || reflect.ValueOf(memory).IsNil() {
		return 0
	}
	return uint64(memory.Size())
}

// provideHost installs the host's functions.
func provideHost(ctx context.Context, r wazero.Runtime, host *wasi.Host) error {
	builder := r.NewHostModuleBuilder(wasi.ModuleName)
	for _, f := range wasi.Functions() {
		builder = builder.NewFunctionBuilder().
			WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, app api.Module, stack []uint64) {
				var memory wasi.Memory
				if m := app.Memory(); m != nil {
					memory = m
				}
				host.Call(f, memory, stack)
			}), valueTypes(f.Type.Params), valueTypes(f.Type.Results)).
			Export(f.Name)
	}
	_, err := builder.Instantiate(ctx)
	if err != nil {
		return fmt.Errorf("the WASI host does not start: %w", err)
	}
	return nil
}

// valueTypes converts value types: wazero encodes them as the binary format does.
func valueTypes(types []byte) []api.ValueType { return append([]api.ValueType{}, types...) }

// makeOutcome makes an outcome from the ending of the run.
func makeOutcome(err error, host *wasi.Host, meter *meter, spec runtime.Spec) (runtime.Outcome, error) {
	out := runtime.Outcome{Kind: runtime.AppFailed}
	out.Stdout, out.Stderr = host.Logs()
	out.StderrEnd = host.StderrEnd()
	switch stopped := host.Stopped; {
	case stopped != nil:
		out.Reason, out.ExitCode = stopped.Reason, stopped.ExitCode
	case err != nil && !isTrap(err):
		return runtime.Outcome{}, fmt.Errorf("the engine failed: %w", err)
	case meter.Fuel() < 0:
		out.Reason = runtime.OutOfFuel
	case meter.thrown():
		out.Reason = runtime.Trap
		out.Stderr = appendLine(out.Stderr, "trap: uncaught exception")
	case err == nil:
	case meter.stackLeft() < 0:
		out.Reason = runtime.CallDepth
	default:
		out.Reason = runtime.Trap
		out.Stderr = appendLine(out.Stderr, "trap: "+innermostError(err).Error())
	}
	if out.Reason == runtime.OutOfFuel {
		out.Fuel = spec.FuelLimit
		return out, nil
	}
	out.Fuel = spec.FuelLimit - uint64(meter.Fuel())
	if out.Reason == runtime.None || out.Reason == runtime.Exit { // it ended by itself
		if !spec.Execution.Succeeded(out.ExitCode) {
			out.Reason = runtime.Exit
			return out, nil
		}
		out.Reason = runtime.None
		return judgeOutput(out, host, spec)
	}
	return out, nil
}

// judgeOutput makes a result of what the app left in /out, or says why it is not one. It runs in the process that ran the app, so
// that no output of an app can harm the worker.
func judgeOutput(out runtime.Outcome, host *wasi.Host, spec runtime.Spec) (runtime.Outcome, error) {
	files, whole := readOutput(host, spec)
	if !whole {
		out.Reason, out.ExitCode = runtime.OutputTooLarge, 0
		return out, nil
	}
	kept, reason, err := result.Judge(files, spec.OutputPath)
	switch {
	case err == nil:
		out.Kind, out.Files = runtime.Result, kept
	case reason == "":
		return runtime.Outcome{}, err
	default:
		out.Reason, out.ExitCode, out.Stderr = runtime.Reason(reason), 0, appendLine(out.Stderr, reason+": "+err.Error())
	}
	return out, nil
}

// readOutput returns what the app left. If an app only printed, it returns the printed text, so that such a program has a result.
// It returns false if that text is longer than the output may be. An app whose version declares a folder has to write there.
func readOutput(host *wasi.Host, spec runtime.Spec) (files []result.File, whole bool) {
	files = host.Output()
	if len(files) > 0 || spec.OutputPath != "" || spec.Execution.Stdout != "" {
		return files, true
	}
	printed, whole := host.Printed()
	if len(printed) == 0 {
		return nil, whole
	}
	return []result.File{{Path: contract.DefaultStdout, Content: artifact.Bytes(printed)}}, whole
}

// maxSaid bounds the line that appendLine adds, in bytes.
const maxSaid = 2048

// appendLine adds a line of the engine to what the app printed. The line may quote a text of any length that the module or the app
// chose.
func appendLine(log []byte, line string) []byte {
	if len(log) > 0 && log[len(log)-1] != '\n' {
		log = append(log, '\n')
	}
	if len(line) > maxSaid {
		line = strings.ToValidUTF8(line[:maxSaid], "") + "..."
	}
	return append(append(log, line...), '\n')
}
