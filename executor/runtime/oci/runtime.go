//go:build linux

package oci

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/poco/contract"
)

// lookEvery is how often a run's output is checked while it grows.
const lookEvery = 200 * time.Millisecond

// killWithin is how long a container is asked to end before the program that starts it is killed.
const killWithin = 3 * time.Second

// cleanWithin bounds the removal of what a run leaves. It does not depend on the caller's context.
const cleanWithin = 30 * time.Second

// Reasons to stop a run although nobody asked for it. Both are the app's failures.
var (
	errOutOfTime  = errors.New("it ran longer than its job allows")
	errOutputFull = errors.New("its output is full")
)

// Driver describes the runtime to the registry.
var Driver = runtime.Driver{
	Name: contract.RuntimeOCI,
	Open: func(c runtime.Config) (runtime.Runtime, error) { return New(c) },
}

// Runtime runs containers. It is safe for concurrent use.
type Runtime struct {
	rules  contract.Runtime
	folder string
	cpus   float64
	gpus   *devices
	engine engine
	images *images
	log    *slog.Logger
}

var _ runtime.Runtime = (*Runtime)(nil)

// New sets up a Runtime. Errors wrap runtime.ErrOff when no engine is configured.
func New(c runtime.Config) (*Runtime, error) {
	if c.OCI.Engine == "" {
		return nil, runtime.ErrOff
	}
	rules, err := contract.FindRuntime(contract.RuntimeOCI)
	if err != nil {
		return nil, err
	}
	if c.CacheDir == "" {
		return nil, errors.New("containers need a folder for images and runs (CacheDir)")
	}
	r := &Runtime{rules: rules, cpus: c.OCI.CPUs, log: c.Logger}
	if r.log == nil {
		r.log = slog.Default()
	}
	if r.cpus <= 0 {
		r.cpus = 1
	}
	if r.gpus, err = newDevices(c.OCI.GPUs); err != nil {
		return nil, err
	}
	if r.folder, err = filepath.Abs(filepath.Join(c.CacheDir, "oci")); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(r.folder, 0o711); err != nil {
		return nil, fmt.Errorf("folder of images and runs: %w", err)
	}
	if r.engine, err = openEngine(c.OCI, r.folder); err != nil {
		return nil, err
	}
	r.images, err = openImages(r.folder, r.engine, c.OCI.CacheBytes, r.log)
	return r, err
}

// Rules implements runtime.Runtime.
func (r *Runtime) Rules() contract.Runtime { return r.rules }

// Check clears what dead workers of this folder left, and runs a tiny container with all limits of a task. The error says what this
// machine lacks.
func (r *Runtime) Check(ctx context.Context) error {
	if err := r.engine.checkEngine(ctx); err != nil {
		return err
	}
	if err := reapRooms(ctx, r.folder, r.engine); err != nil {
		return err
	}
	if err := r.clearStaging(); err != nil {
		return err
	}
	return r.runCanary(ctx)
}

// clearStaging removes images that dead workers left half prepared.
func (r *Runtime) clearStaging() error {
	left, err := filepath.Glob(filepath.Join(r.folder, "staging", "*"))
	if err != nil {
		return err
	}
	for _, folder := range left {
		if info, gone := os.Stat(folder); gone == nil && time.Since(info.ModTime()) > time.Hour {
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}
	return err
}

// Prepare fetches an image and gives it to the engine. An image that is refused is no error here: Run answers it.
func (r *Runtime) Prepare(ctx context.Context, program runtime.Program) error {
	_, release, err := r.images.prepareAndHold(ctx, program)
	if _, refused := isRefusal(err); refused {
		return nil
	}
	if err != nil {
		return err
	}
	release()
	return nil
}

// Run runs one task.
func (r *Runtime) Run(ctx context.Context, spec runtime.Spec) (runtime.Outcome, error) {
	if ctx.Err() != nil {
		return runtime.Outcome{}, context.Cause(ctx)
	}
	if err := r.gpus.check(spec.GPUs); err != nil { // before an image is fetched in vain
		return runtime.Outcome{}, err
	}
	img, release, err := r.images.prepareAndHold(ctx, spec.Program)
	if refused, is := isRefusal(err); is {
		return failedOutcome(runtime.InvalidModule, nil, refused.Error()), nil
	}
	if err != nil {
		return runtime.Outcome{}, err
	}
	defer release()
	if spec.MemoryLimit < r.rules.LeastMemoryBytes {
		return failedOutcome(runtime.OutOfMemory, nil, fmt.Sprintf("memory: %d bytes, a container needs %d", spec.MemoryLimit, r.rules.LeastMemoryBytes)), nil
	}
	gpus, giveBack, err := r.gpus.take(ctx, spec.GPUs)
	if err != nil {
		return runtime.Outcome{}, err
	}
	defer giveBack()
	place, err := newRoom(r.folder, spec.OutputLimit)
	if err != nil {
		return runtime.Outcome{}, err
	}
	out, err := r.runIn(ctx, place, img, gpus, spec)
	if clear := place.removeRoom(); clear != nil {
		r.log.Warn("a run's folder could not be removed; the next start tries again", "folder", place.path, "error", clear)
	}
	return out, err
}

// failedOutcome returns an answer without a result.
func failedOutcome(reason runtime.Reason, log []byte, why string) runtime.Outcome {
	return runtime.Outcome{Kind: runtime.AppFailed, Reason: reason, Stderr: appendLine(log, string(reason)+": "+why)}
}

// runIn runs a container in a room, with these devices.
func (r *Runtime) runIn(ctx context.Context, place *room, img image, gpus []string, spec runtime.Spec) (runtime.Outcome, error) {
	p, err := r.furnishRoom(place, spec)
	var invalid *invalidInput
	if errors.As(err, &invalid) {
		return failedOutcome(runtime.InvalidInput, nil, invalid.Error()), nil
	}
	if err != nil {
		return runtime.Outcome{}, err
	}
	defer p.closeAll()
	seconds := r.rules.TaskSeconds(spec.Execution.Seconds)
	c := container{
		room: place.name, image: img, env: append(append([]string{}, spec.Env...), spec.Execution.Env...),
		in: place.in, out: place.out, memory: spec.MemoryLimit, cpus: r.cpus, fileBytes: spec.OutputLimit + outSlack + tmpBytes,
		cpuSeconds: uint64(seconds)*uint64(r.cpus+1) + 1, stdin: p.stdin, stdout: &p.stdout, stderr: &p.stderr, clock: spec.Clock,
		devices: gpus,
	}
	if spec.Execution.Workdir != "" {
		c.workdir = "/" + spec.Execution.Workdir
	}
	c.writable = spec.Execution.Writable
	if len(spec.Args) > 0 {
		c.args = spec.Args[1:] // an image says by itself what its program is called
	}
	end, err := r.runBounded(ctx, place, c, time.Duration(seconds)*time.Second, spec.WallLimit)
	return r.makeOutcome(place, spec, p, end, err)
}

// furnishRoom puts the task's inputs into a room, and opens the streams that the app reads and prints to.
func (r *Runtime) furnishRoom(place *room, spec runtime.Spec) (*pipes, error) {
	if err := place.putInputs(spec); err != nil {
		return nil, err
	}
	if spec.Execution.Writable {
		if err := place.openWritable(spec.MemoryLimit); err != nil {
			return nil, err
		}
	}
	if err := place.makeWorkdir(spec.Execution); err != nil {
		return nil, err
	}
	return openPipes(place, r.folder, spec)
}

// runBounded runs a container until it ends, its time is over, or its output is full.
func (r *Runtime) runBounded(ctx context.Context, place *room, c container, allowed, wall time.Duration) (ending, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, allowed, errOutOfTime)
	defer cancel()
	if wall > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, wall, fmt.Errorf("%w of %s", runtime.ErrWallLimit, wall))
		defer cancel()
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		look := time.NewTicker(lookEvery)
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
				if place.isFull() {
					stop(errOutputFull)
				}
			}
		}
	}()
	return r.engine.runContainer(ctx, c)
}

// makeOutcome makes an outcome from the ending of a container and the output that it left.
func (r *Runtime) makeOutcome(place *room, spec runtime.Spec, p *pipes, end ending, err error) (runtime.Outcome, error) {
	var none *noProgram
	switch {
	case errors.As(err, &none):
		out := p.failedOutcome(runtime.Exit, none.text)
		out.ExitCode = uint32(none.status)
		return out, nil
	case errors.Is(err, errOutOfTime):
		return p.failedOutcome(runtime.OutOfTime, fmt.Sprintf("%s, %d s", err, r.rules.TaskSeconds(spec.Execution.Seconds))), nil
	case errors.Is(err, errOutputFull):
		return p.failedOutcome(runtime.OutputTooLarge, err.Error()), nil
	case err != nil:
		return runtime.Outcome{}, err
	case end.outOfMemory && end.exit == killedStatus:
		return p.failedOutcome(runtime.OutOfMemory, fmt.Sprintf("it needs more than %d bytes", spec.MemoryLimit)), nil
	}
	found, err := readOutput(place.out, r.folder, spec.OutputLimit, spec.Private)
	if err != nil {
		return runtime.Outcome{}, err
	}
	// An app that writes more than it may often ends with an exit status of its own, because it cannot write on. Too much output is
	// then the reason.
	if p.tooMuch(spec, found) || found.bytes > spec.OutputLimit {
		return p.failedOutcome(runtime.OutputTooLarge, fmt.Sprintf("more than %d bytes", spec.OutputLimit)), nil
	}
	out := p.printedOutcome()
	out.Memory = end.memory
	if !spec.Execution.Succeeded(uint32(end.exit)) {
		out.Reason, out.ExitCode = runtime.Exit, uint32(end.exit)
		return out, nil
	}
	if err := p.addPrinted(&found); err != nil {
		return runtime.Outcome{}, err
	}
	kept, reason, why := found.judgeOutput(spec.OutputLimit, spec.OutputPath)
	switch {
	case why == nil:
		out.Kind, out.Files, out.ExitCode = runtime.Result, kept, uint32(end.exit)
	case reason == "":
		return runtime.Outcome{}, why
	default:
		out.Reason, out.Stderr = reason, appendLine(out.Stderr, string(reason)+": "+why.Error())
	}
	return out, nil
}
