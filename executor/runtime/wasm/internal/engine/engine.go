// Package engine runs a task inside this process. It validates and instruments the module, compiles it with wazero, and runs it on
// the WASI host of package wasi. It cannot be interrupted, so package wasm runs it in a child process that can be killed.
package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/admit"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/instrument"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
)

// Options are how an engine is set up.
type Options struct {
	// CacheDir keeps instrumented and compiled modules. Empty: nothing is kept.
	CacheDir string
	// Interpreter uses wazero's interpreter instead of its compiler. It gives the same answers about a hundred times slower, and
	// stops at 2,000 frames. Tests compare the two.
	Interpreter bool
	// Room is where the bytes of an app's files lie; nil for this process's memory. It serves one run.
	Room memfs.Room
}

// Engine runs tasks. Close it.
type Engine struct {
	options Options
	cache   wazero.CompilationCache
}

// New sets up an engine.
func New(o Options) (*Engine, error) {
	e := &Engine{options: o}
	if o.CacheDir == "" {
		e.cache = wazero.NewCompilationCache()
		return e, nil
	}
	folders, err := MakeFolders(o.CacheDir)
	if err != nil {
		return nil, err
	}
	if e.cache, err = wazero.NewCompilationCacheWithDir(folders[0]); err != nil {
		return nil, fmt.Errorf("cache of compiled modules: %w", err)
	}
	return e, nil
}

// Folders in the cache of compiled and of instrumented modules.
const compiledFolder, instrumentedFolder = "compiled", "instrumented"

// Folders returns the folders below cacheDir that an engine reads and writes.
func Folders(cacheDir string) []string {
	return []string{filepath.Join(cacheDir, compiledFolder), filepath.Join(cacheDir, instrumentedFolder)}
}

// MakeFolders makes the folders below cacheDir that an engine reads and writes, and returns them.
func MakeFolders(cacheDir string) ([]string, error) {
	folders := Folders(cacheDir)
	for _, folder := range folders {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, fmt.Errorf("cache folder: %w", err)
		}
	}
	return folders, nil
}

// Close releases what the engine holds.
func (e *Engine) Close(ctx context.Context) error { return e.cache.Close(ctx) }

// Refused is the error for a module that no machine will run.
type Refused struct{ Err error }

// Error says why.
func (r *Refused) Error() string { return "the module is refused: " + r.Err.Error() }

// Unwrap gives the reason.
func (r *Refused) Unwrap() error { return r.Err }

// ErrDigest is returned for a module that is not the one named.
var ErrDigest = errors.New("the module's digest is not the one asked for")

// Prepare validates, instruments and compiles a module. It returns a *Refused for a module that is not acceptable. Any other error
// is a failure of this machine.
func (e *Engine) Prepare(ctx context.Context, program runtime.Program) error {
	m, err := e.instrumentedModule(ctx, program)
	if err != nil {
		return err
	}
	r := e.newRuntime(ctx, m.MinPages)
	defer r.Close(ctx)
	_, err = compileModule(ctx, r, m)
	return err
}

// instrumentedModule returns the instrumented module, from the cache if it is there.
func (e *Engine) instrumentedModule(ctx context.Context, program runtime.Program) (instrument.Module, error) {
	code, err := artifact.ReadContent(program.Content)
	if err != nil {
		return instrument.Module{}, err
	}
	if got := artifact.Sum(code); got != program.Digest {
		return instrument.Module{}, fmt.Errorf("%w: got %s, want %s", ErrDigest, got, program.Digest)
	}
	if m, ok := e.loadModule(program.Digest); ok {
		return m, nil
	}
	m, err := admit.AdmitModule(ctx, code)
	if err != nil {
		return m, &Refused{err}
	}
	return m, e.saveModule(program.Digest, m)
}

// compileModule compiles an instrumented module. The pass must not break a valid module, so an error here is a failure of this
// machine.
func compileModule(ctx context.Context, r wazero.Runtime, m instrument.Module) (wazero.CompiledModule, error) {
	compiled, err := r.CompileModule(ctx, m.Code)
	if err != nil {
		return nil, fmt.Errorf("the instrumented module does not compile: %w", err)
	}
	return compiled, nil
}

func (e *Engine) newRuntime(ctx context.Context, pages uint32) wazero.Runtime {
	config := wazero.NewRuntimeConfigCompiler()
	if e.options.Interpreter {
		config = wazero.NewRuntimeConfigInterpreter()
	}
	return wazero.NewRuntimeWithConfig(ctx, config.
		WithCompilationCache(e.cache).
		WithCoreFeatures(admit.Features).
		WithDebugInfoEnabled(false).
		WithMemoryLimitPages(pages).
		// The address space is reserved at once, but its pages are used only as needed: so growing never copies the memory.
		WithMemoryCapacityFromMax(true))
}
