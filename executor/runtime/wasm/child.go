package wasm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/engine"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// childName is the name (argv[0]) under which this program runs as a child.
const childName = "credence-wasm-child"

// IsChild says whether this process was started to run an app.
func IsChild() bool { return len(os.Args) == 1 && os.Args[0] == childName }

// MaybeRunChild runs the child's part and does not return, if this process was
// started for that. Call it first thing in main and in TestMain.
func MaybeRunChild() {
	if !IsChild() {
		return
	}
	if err := answerRequest(os.Stdin, os.NewFile(spoolFD, "inputs"), os.NewFile(roomFD, "room"), os.Stdout, sandbox{confineProcess, setLimits, confineFiles}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// sandbox takes from this process everything that no app needs, in three steps: at once, when the request is known, and when the
// module is compiled. Each step returns an error that says what it could not take away.
type sandbox struct {
	confine      func() error
	limit        func(request) error
	confineFiles func() error
}

// answerRequest serves one request. task is the file with its program and inputs, room the one for what its app writes.
func answerRequest(in io.Reader, task, room *os.File, out io.Writer, box sandbox) error {
	start := time.Now()
	missing := box.confine()
	var req request
	in = bufio.NewReader(in)
	if err := readHeader(in, &req); err != nil {
		return err
	}
	missing = errors.Join(missing, box.limit(req))
	data, err := mapFile(task, req.taskSize())
	if err != nil {
		return fmt.Errorf("program and inputs: %w", err)
	}
	spec, err := readSpec(req, data)
	if err != nil {
		return err
	}
	var started time.Duration
	var outcome runtime.Outcome
	if err = req.requireSandbox(missing); err == nil { // before the module, which an app's author chose, is so much as looked at
		outcome, err = serveRequest(context.Background(), req, spec, newRoom(room, req.OutputLimit, req.MemoryLimit), func() error {
			missing = errors.Join(missing, box.confineFiles())
			started = time.Since(start)
			return req.requireSandbox(missing)
		})
	}
	resp := response{Started: started}
	if missing != nil {
		resp.Notice = strings.ReplaceAll(missing.Error(), "\n", "; ")
	}
	if err != nil {
		resp.Error = err.Error()
		return writeHeader(out, resp)
	}
	return writeOutcome(out, resp, outcome)
}

// requireSandbox refuses to run without a part of the sandbox, unless the operator allowed it.
func (r request) requireSandbox(missing error) error {
	if missing == nil || r.SandboxOptional {
		return nil
	}
	return fmt.Errorf("the sandbox is not complete: %s", strings.ReplaceAll(missing.Error(), "\n", "; "))
}

// readSpec makes the task from a request and from the bytes of its program and inputs.
func readSpec(req request, data []byte) (runtime.Spec, error) {
	program, inputs, folders, err := readTask(req, data)
	if err != nil {
		return runtime.Spec{}, err
	}
	execution, err := contract.DecodeExecution(req.Execution)
	if err != nil {
		return runtime.Spec{}, fmt.Errorf("execution: %w", err)
	}
	return runtime.Spec{
		Program: runtime.Program{Digest: req.ProgramDigest, Content: artifact.Bytes(program)},
		Args:    asStrings(req.Args), Env: asStrings(req.Env), Inputs: inputs, Folders: folders,
		Execution: execution,
		FuelLimit: req.FuelLimit, MemoryLimit: req.MemoryLimit, OutputLimit: req.OutputLimit, OutputPath: string(req.OutputPath),
		Clock: req.Clock, Seed: req.Seed,
	}, nil
}

func serveRequest(ctx context.Context, req request, spec runtime.Spec, room memfs.Room, ready func() error) (runtime.Outcome, error) {
	if req.Op == opCheck {
		return runtime.Outcome{Kind: runtime.Result}, ready()
	}
	e, err := engine.New(engine.Options{CacheDir: req.CacheDir, Room: room})
	if err != nil {
		return runtime.Outcome{}, err
	}
	defer e.Close(ctx)
	switch req.Op {
	case opPrepare:
		err := e.Prepare(ctx, spec.Program)
		if refused := (*engine.Refused)(nil); errors.As(err, &refused) {
			return runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.InvalidModule}, nil
		}
		return runtime.Outcome{Kind: runtime.Result}, err
	case opRun:
		return e.Run(ctx, spec, ready)
	}
	return runtime.Outcome{}, fmt.Errorf("unknown request %q", req.Op)
}

func writeOutcome(w io.Writer, resp response, o runtime.Outcome) error {
	resp.Kind, resp.Reason, resp.Exit, resp.Fuel, resp.Memory = o.Kind, o.Reason, o.ExitCode, o.Fuel, o.Memory
	var manifest []byte
	if o.Kind == runtime.Result {
		m, err := result.Build(result.KindResult, "", 0, o.Files)
		if err != nil {
			return err
		}
		manifest = m.Bytes()
	}
	resp.Manifest = uint64(len(manifest))
	resp.Stdout, resp.Stderr, resp.End = uint64(len(o.Stdout)), uint64(len(o.Stderr)), uint64(len(o.StderrEnd))
	if err := writeHeader(w, resp); err != nil {
		return err
	}
	if _, err := w.Write(manifest); err != nil {
		return err
	}
	for _, f := range o.Files {
		if err := artifact.CopyContent(w, f.Content); err != nil {
			return err
		}
	}
	_, err := w.Write(slices.Concat(o.Stdout, o.Stderr, o.StderrEnd))
	return err
}
