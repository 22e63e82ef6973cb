package wasm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
)

// buildSandbox builds the sandbox program of a build into a folder.
func buildSandbox(t testing.TB, folder, build string) {
	t.Helper()
	const name = "github.com/credence-chain/credence/executor/runtime/wasm.build"
	out, err := exec.Command("go", "build", "-ldflags", "-s -w -X "+name+"="+build, "-o", filepath.Join(folder, SandboxProgram),
		"github.com/credence-chain/credence/cmd/credence-sandbox").CombinedOutput()
	require.NoError(t, err, string(out))
}

// A program of the same build is the child, of which the conformance suite asks the same as of a program that starts itself. It stays
// the same file when another takes its place, as an upgrade does while a worker runs.
func TestSandboxProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	folder := t.TempDir()
	buildSandbox(t, folder, "one")
	var log bytes.Buffer
	start, err := findStarter(folder, "one", slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	require.NotNil(t, start.file)
	require.Empty(t, log.String())
	path := filepath.Join(folder, SandboxProgram)
	require.NoError(t, os.Rename(path, path+".old"))
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/false\n"), 0o755))

	r, _ := newRuntime(t)
	r.starter = start
	require.NoError(t, r.Check(t.Context()))
	conformance.Run(t, r, conformance.Apps{
		Copy: conformance.NewApp(testapps.Copy()), CopyDataset: conformance.NewApp(testapps.CopyDataset()), Exit3: conformance.NewApp(testapps.Exit(3)),
		Flood: conformance.NewApp(testapps.OutputTooLarge()), Spin: conformance.NewApp(testapps.InfiniteLoop()),
	})
	file, name := programOfChild(t, r)
	require.Equal(t, SandboxProgram[:15], name, "ps shows the program's name")
	if os.Geteuid() == 0 {
		require.Equal(t, path+".old", file, "the child is the program that was asked for its build")
	}
}

// programOfChild returns the file that a child runs and the name that the kernel shows of it, read while an app spins. The child is in a
// namespace of its own, into which only root sees: for others there is no file, but the name.
func programOfChild(t *testing.T, r *Runtime) (file, name string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	spin := conformance.Spec(testapps.InfiniteLoop())
	spin.FuelLimit = 1 << 40 // outlasts the look
	go func() { _, _ = r.Run(ctx, spin) }()
	require.Eventually(t, func() bool {
		children, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", os.Getpid()))
		require.NoError(t, err)
		for _, list := range children {
			pids, _ := os.ReadFile(list)
			for _, pid := range bytes.Fields(pids) {
				if line, _ := os.ReadFile(fmt.Sprintf("/proc/%s/cmdline", pid)); string(line) == childName+"\x00" {
					file, err = os.Readlink(fmt.Sprintf("/proc/%s/exe", pid))
					comm, _ := os.ReadFile(fmt.Sprintf("/proc/%s/comm", pid))
					name = string(bytes.TrimSpace(comm))
					return (err == nil || errors.Is(err, os.ErrPermission)) && name == SandboxProgram[:15]
				}
			}
		}
		return false
	}, 10*time.Second, 5*time.Millisecond)
	return file, name
}

// A program of another build, or what is no program, is not started for an app, and the log says so.
func TestSandboxProgramOfAnotherBuild(t *testing.T) {
	own, err := ownStarter()
	require.NoError(t, err)
	folder := t.TempDir()
	find := func(build, expLog string) {
		t.Helper()
		var log bytes.Buffer
		start, err := findStarter(folder, build, slog.New(slog.NewTextHandler(&log, nil)))
		require.NoError(t, err)
		require.Equal(t, own, start)
		if expLog == "" {
			require.Empty(t, log.String())
		}
		require.Contains(t, log.String(), expLog)
	}
	find("two", "")
	require.NoError(t, os.WriteFile(filepath.Join(folder, SandboxProgram), []byte("no program"), 0o755))
	find("two", "exec format error")
	if testing.Short() {
		t.Skip("builds a program")
	}
	require.NoError(t, os.Remove(filepath.Join(folder, SandboxProgram)))
	buildSandbox(t, folder, "one")
	find("", "")
	find("unknown", "")
	find("two", `it is of build \"one\", expected \"two\"`)
	buildSandbox(t, folder, "")
	find("two", `it is of build \"\", expected \"two\"`)
}
