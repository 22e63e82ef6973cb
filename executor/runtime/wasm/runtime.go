package wasm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"time"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/internal/cgroup"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/engine"
	"github.com/credence-chain/credence/poco/contract"
)

const (
	// ownMemory is what a child may take in addition to the task's memory and files: for the Go runtime, the compiler, and the compiled
	// module. Compiling the largest modules takes 1.6 GB.
	ownMemory = 2 << 30
	// reserved is address space that a child may take without using it as memory.
	reserved = 4 << 30
	// cpuSlack is the processor time that a child may take in addition to its wall time on every processor, in seconds. Normally
	// the parent stops the child at the wall limit. This limit is for the case that the parent cannot.
	cpuSlack = 30
	// reapDelay is how long a killed child's pipes may stay open.
	reapDelay = 5 * time.Second
	// stderrHead and stderrTail are how much of a child's stderr an error quotes, in bytes. A crash prints its reason first, and
	// then a long list of goroutines.
	stderrHead, stderrTail = 1024, 4096
)

// ErrNestedChild is returned in a child whose program does not call MaybeRunChild.
var ErrNestedChild = errors.New("this is a child process: call wasm.MaybeRunChild first thing in main")

// Driver describes the runtime to the registry.
var Driver = runtime.Driver{
	Name:     contract.RuntimeWasm,
	Open:     func(c runtime.Config) (runtime.Runtime, error) { return New(c) },
	RunChild: MaybeRunChild,
}

// Config configures a Runtime. Without a CacheDir every run compiles the module again.
type Config = runtime.Config

// Runtime runs apps, each in a process of its own. It is safe for concurrent use.
type Runtime struct {
	config  Config
	rules   contract.Runtime
	starter starter
	groups  *cgroup.Parent // nil: children have no control group of their own
	// whyNoGroups says why there are none, where one was asked for.
	whyNoGroups error
}

var _ runtime.Runtime = (*Runtime)(nil)

// New sets up a Runtime.
func New(c Config) (*Runtime, error) {
	if IsChild() {
		return nil, ErrNestedChild
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.CacheDir != "" {
		var err error
		if c.CacheDir, err = filepath.Abs(c.CacheDir); err != nil { // a child has another working folder
			return nil, fmt.Errorf("cache folder: %w", err)
		}
		if err := os.MkdirAll(c.CacheDir, 0o700); err != nil {
			return nil, fmt.Errorf("cache folder: %w", err)
		}
		removeLeftovers(c.CacheDir, time.Now())
	}
	rules, err := contract.FindRuntime(contract.RuntimeWasm)
	if err != nil {
		return nil, err
	}
	start, err := findOwnStarter(c.Logger)
	if err != nil {
		return nil, err
	}
	r := &Runtime{config: c, rules: rules, starter: start}
	if err := r.openGroups(); err != nil {
		return nil, err
	}
	return r, nil
}

// ModuleFolders returns the folders below a cache folder that keep compiled modules. Their files may be deleted at any time.
func ModuleFolders(cacheDir string) []string { return engine.Folders(cacheDir) }

// Rules implements runtime.Runtime.
func (r *Runtime) Rules() contract.Runtime { return r.rules }

// Check sets up the sandbox in a child without running anything in it. The error says which part of the sandbox this system lacks.
func (r *Runtime) Check(ctx context.Context) error {
	_, err := r.runChild(ctx, request{Op: opCheck, CPUMax: cpuSlack}, runtime.Spec{})
	return err
}

// Prepare validates, instruments and compiles a module into the cache. A module
// that is refused is no error here: Run answers it.
func (r *Runtime) Prepare(ctx context.Context, program runtime.Program) error {
	spec := runtime.Spec{Program: program}
	_, err := r.runChild(ctx, requestOf(opPrepare, spec), spec)
	return err
}

// Run runs one task.
func (r *Runtime) Run(ctx context.Context, spec runtime.Spec) (runtime.Outcome, error) {
	if err := engine.CheckSpec(spec); err != nil {
		return runtime.Outcome{}, err
	}
	req := requestOf(opRun, spec)
	if spec.WallLimit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, spec.WallLimit,
			fmt.Errorf("%w of %s", runtime.ErrWallLimit, spec.WallLimit))
		defer cancel()
		req.CPUMax = uint64(spec.WallLimit/time.Second)*uint64(goruntime.NumCPU()) + cpuSlack
	}
	return r.runChild(ctx, req, spec)
}

// requestOf makes a request about a task. runChild adds the fields that are the same for every request.
func requestOf(op string, spec runtime.Spec) request {
	return request{
		Op: op, ProgramSize: spec.Program.Size(), ProgramDigest: spec.Program.Digest, Inputs: wireEntries(spec.Inputs), Folders: folderEntries(spec.Folders), Args: asBytes(spec.Args), Env: asBytes(spec.Env),
		Execution: spec.Execution.Encode(),
		FuelLimit: spec.FuelLimit, MemoryLimit: spec.MemoryLimit, OutputLimit: spec.OutputLimit,
		OutputPath: []byte(spec.OutputPath), Clock: spec.Clock, Seed: spec.Seed,
	}
}

// runChild lets a child process serve a request.
func (r *Runtime) runChild(ctx context.Context, req request, spec runtime.Spec) (runtime.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return runtime.Outcome{}, context.Cause(ctx)
	}
	req.CacheDir, req.SandboxOptional = r.config.CacheDir, r.config.SandboxOptional
	req.AddressMax = addressMax(spec)
	return r.converseWithChild(ctx, req, spec)
}

// confineChildren takes files from the children of this thread. Tests replace it.
var confineChildren = confineThread

// startChild starts the child on a thread of its own. From this thread the child inherits which files it may open, and it dies with it.
// Call end once the child has ended. If the child can't be confined, it is not started, unless the operator allowed that.
func (r *Runtime) startChild(cmd *exec.Cmd) (end func(), err error) {
	var folders []string
	if r.config.CacheDir != "" {
		if folders, err = engine.MakeFolders(r.config.CacheDir); err != nil {
			return nil, err
		}
	}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// It is never unlocked: the thread ends with this goroutine, since it can do nothing else any more.
		goruntime.LockOSThread()
		missing := confineChildren(folders, r.starter.executable())
		if missing != nil && !r.config.SandboxOptional {
			started <- fmt.Errorf("the sandbox is not complete: %w", missing)
			return
		}
		if missing != nil {
			r.warnIncomplete(missing.Error())
		}
		err := cmd.Start()
		if err != nil {
			err = fmt.Errorf("the child does not start: %w", err)
		}
		if started <- err; err == nil {
			<-ended
		}
	}()
	return func() { close(ended) }, <-started
}

func (r *Runtime) warnIncomplete(missing string) {
	r.config.Logger.Warn("the app's sandbox is not complete", "missing", missing)
}

// addressMax returns the address space of a child in bytes.
func addressMax(spec runtime.Spec) uint64 { return reserved + memoryMax(spec) }

// memoryMax returns the memory that a child may take in bytes. It is more than any task needs, so that only a child that does what no app
// can make it do takes more. Outputs may be copied while they grow and while they are sent. Program and inputs are mapped, and compiling
// takes several times the program's size.
func memoryMax(spec runtime.Spec) uint64 {
	inputs := uint64(0)
	for _, f := range spec.Inputs {
		inputs += f.Size()
	}
	for _, f := range spec.Folders {
		inputs += f.Size()
	}
	memory := min(spec.MemoryLimit, fuel.MaxPages*fuel.PageSize)
	const most = 1 << 46
	return ownMemory + 2*memory + 4*min(spec.OutputLimit, most) + inputs + 8*spec.Program.Size()
}

// converseWithChild starts a child, sends the request, reads the response and reaps it.
func (r *Runtime) converseWithChild(ctx context.Context, req request, spec runtime.Spec) (runtime.Outcome, error) {
	task, err := r.newTaskFile(spec)
	if err != nil {
		return runtime.Outcome{}, err
	}
	defer task.Close()
	if err := writeTask(task, spec); err != nil {
		return runtime.Outcome{}, err
	}
	room, err := r.newRoomFile(spec)
	if err != nil {
		return runtime.Outcome{}, err
	}
	defer room.Close()
	var lastWords tail
	cmd := r.starter.command(ctx, task, room)
	// The child can't read how many processors its control group may use.
	cmd.Args, cmd.Env, cmd.Dir = []string{childName}, []string{fmt.Sprintf("GOMAXPROCS=%d", goruntime.GOMAXPROCS(0))}, "/"
	cmd.Stderr, cmd.WaitDelay = &lastWords, reapDelay
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	prepareProcess(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return runtime.Outcome{}, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return runtime.Outcome{}, err
	}
	end, err := r.startChild(cmd)
	if err != nil {
		return runtime.Outcome{}, err
	}
	defer end()
	group, err := r.enclose(cmd.Process.Pid, spec) // before the request is sent: until then the child has nothing that an app's author chose
	if err != nil {
		r.config.Logger.Warn("the app's sandbox has no control group of its own", "error", err)
	}
	defer r.removeGroup(group)
	go func() {
		// A child that ends early breaks the pipe; its response or end says why.
		_ = writeHeader(stdin, req)
		_ = stdin.Close()
	}()
	outcome, err := r.readResponse(bufio.NewReader(stdout), spec)
	if err != nil {
		_ = killGroup(cmd.Process.Pid) // it may be waiting for us to read on
	}
	waitErr := cmd.Wait()
	switch {
	case err == nil && waitErr == nil:
		return outcome, nil
	case ctx.Err() != nil:
		return runtime.Outcome{}, context.Cause(ctx)
	case errors.Is(err, errChild):
		return runtime.Outcome{}, err
	case group != nil && group.Killed():
		return runtime.Outcome{}, fmt.Errorf("%w of %d bytes, and was ended by it: %w", ErrGroupLimit, groupMemory(spec), errors.Join(err, waitErr))
	}
	return runtime.Outcome{}, fmt.Errorf("the child failed: %w; its last words: %q", errors.Join(err, waitErr), lastWords.String())
}

// newTaskFile makes the file in which a child finds its program and its inputs.
func (r *Runtime) newTaskFile(spec runtime.Spec) (*os.File, error) {
	return runtime.NewSpool(r.config.CacheDir, spec.PrivateInputs)
}

// newRoomFile makes the file in which a child keeps its app's large files. It has a hole of the size that all of them can need, which takes
// no disk. Where the disk takes no file of this size, it has less, and what does not fit stays in the child's memory.
func (r *Runtime) newRoomFile(spec runtime.Spec) (*os.File, error) {
	f, err := runtime.NewSpool(r.config.CacheDir, spec.Private || spec.PrivateInputs)
	if err != nil {
		return nil, err
	}
	for size := roomSize(spec.OutputLimit, spec.MemoryLimit); size > 0; size /= 2 {
		if f.Truncate(int64(size)) == nil {
			break
		}
	}
	return f, nil
}

// spoolFor returns a function that makes files for the outputs of a run.
func (r *Runtime) spoolFor(spec runtime.Spec) func() (*os.File, error) {
	return func() (*os.File, error) { return runtime.NewSpool(r.config.CacheDir, spec.Private) }
}

// errChild is wrapped by an error that the child itself reports.
var errChild = errors.New("the child reports")

func (r *Runtime) readResponse(in io.Reader, spec runtime.Spec) (runtime.Outcome, error) {
	var resp response
	if err := readHeader(in, &resp); err != nil {
		return runtime.Outcome{}, err
	}
	if resp.Notice != "" {
		r.warnIncomplete(resp.Notice)
	}
	if resp.Error != "" {
		return runtime.Outcome{}, fmt.Errorf("%w: %s", errChild, resp.Error)
	}
	if err := resp.checkResponse(spec); err != nil {
		return runtime.Outcome{}, err
	}
	o := runtime.Outcome{Kind: resp.Kind, Reason: resp.Reason, ExitCode: resp.Exit, Fuel: resp.Fuel, Memory: resp.Memory}
	var err error
	if resp.Kind == runtime.Result {
		if o.Files, err = readResult(in, resp.Manifest, spec.OutputLimit, r.spoolFor(spec)); err != nil {
			return runtime.Outcome{}, err
		}
	}
	if o.Stdout, err = readBlob(in, resp.Stdout); err != nil {
		return runtime.Outcome{}, err
	}
	if o.Stderr, err = readBlob(in, resp.Stderr); err != nil {
		return runtime.Outcome{}, err
	}
	o.StderrEnd, err = readBlob(in, resp.End)
	return o, err
}

// tail keeps the beginning and the end of what is written to it.
type tail struct {
	head, buf bytes.Buffer
	cut       bool
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	n := min(len(p), stderrHead-t.head.Len())
	t.head.Write(p[:n])
	t.buf.Write(p[n:])
	if extra := t.buf.Len() - stderrTail; extra > 0 {
		t.buf.Next(extra)
		t.cut = true
	}
	return len(p), nil
}

// String returns what was kept.
func (t *tail) String() string {
	if t.cut {
		return t.head.String() + " [...] " + t.buf.String()
	}
	return t.head.String() + t.buf.String()
}
