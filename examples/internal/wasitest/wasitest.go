// Package wasitest builds an example for WASI with the local toolchain and runs it with
// wazero's standard WASI, the way any WASI engine would.
package wasitest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"github.com/tetratelabs/wazero/sys"
)

// App is a compiled example.
type App struct {
	t       testing.TB
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

// Run says what to run: the arguments after the program's name, "KEY=value" pairs and the
// files of /in.
type Run struct {
	Args, Env []string
	In        map[string]string
}

// Outcome is how a run ended, and the folder that was /out.
type Outcome struct {
	Exit           uint32
	Stdout, Stderr string
	Out            string
}

// Build compiles the package in dir.
func Build(t testing.TB, dir string) *App {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w -buildid=", "-o", path, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", dir, err, out)
	}
	code, err := os.ReadFile(path)
	require.NoError(t, err)

	ctx := context.Background()
	runtime := wazero.NewRuntime(ctx)
	t.Cleanup(func() { runtime.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, runtime)
	module, err := runtime.CompileModule(ctx, code)
	require.NoError(t, err)
	return &App{t, runtime, module}
}

// Run runs the example in a fresh instance.
func (a *App) Run(run Run) Outcome {
	a.t.Helper()
	in, out := a.t.TempDir(), a.t.TempDir()
	for name, content := range run.In {
		require.NoError(a.t, os.WriteFile(filepath.Join(in, name), []byte(content), 0o644))
	}
	var stdout, stderr bytes.Buffer
	config := wazero.NewModuleConfig().WithName("").
		WithArgs(append([]string{"app"}, run.Args...)...).
		WithStdout(&stdout).WithStderr(&stderr).
		WithFSConfig(wazero.NewFSConfig().WithReadOnlyDirMount(in, "/in").WithDirMount(out, "/out"))
	for _, pair := range run.Env {
		key, value, _ := bytes.Cut([]byte(pair), []byte("="))
		config = config.WithEnv(string(key), string(value))
	}
	result := Outcome{Out: out}
	instance, err := a.runtime.InstantiateModule(context.Background(), a.module, config)
	if instance != nil {
		instance.Close(context.Background())
	}
	if exit, ok := err.(*sys.ExitError); ok {
		result.Exit = exit.ExitCode()
	} else {
		require.NoError(a.t, err)
	}
	result.Stdout, result.Stderr = stdout.String(), stderr.String()
	return result
}
