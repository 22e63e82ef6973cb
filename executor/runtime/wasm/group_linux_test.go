package wasm

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/internal/cgroup/cgrouptest"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
)

// greedyName is the name of a program that plays a child which got rid of its own limits, and takes greedyTakes bytes of memory.
const (
	greedyName  = "greedy"
	greedyTakes = 512 << 20
)

func init() {
	if path, err := os.Executable(); err != nil || filepath.Base(path) != greedyName || !IsChild() {
		return
	}
	fmt.Fprintln(os.Stderr, "confine", confineProcess())
	var req request
	if err := readHeader(bufio.NewReader(os.Stdin), &req); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var taken [][]byte
	for range greedyTakes >> 20 {
		piece := make([]byte, 1<<20)
		for i := 0; i < len(piece); i += 4096 {
			piece[i] = 1
		}
		taken = append(taken, piece)
	}
	fmt.Fprintln(os.Stderr, "taken", len(taken))
	os.Exit(1)
}

// openEnclosed returns a runtime whose children have control groups with a limit of 200 MiB, and its log.
func openEnclosed(t *testing.T) (r *Runtime, folder string, log *strings.Builder) {
	t.Helper()
	groupMemory = func(runtime.Spec) uint64 { return 200 << 20 }
	t.Cleanup(func() { groupMemory = memoryMax })
	folder, log = cgrouptest.Folder(t), &strings.Builder{}
	r, err := New(Config{CacheDir: t.TempDir(), ControlGroup: folder, Logger: slog.New(slog.NewTextHandler(log, nil))})
	require.NoError(t, err)
	below, err := r.ControlGroups()
	require.NoError(t, err)
	require.Equal(t, folder, below)
	return r, folder, log
}

// playGreedy runs a child that takes too much in the place of one that runs an app.
func playGreedy(t *testing.T, r *Runtime) (runtime.Outcome, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), greedyName)
	own, err := os.Executable()
	require.NoError(t, err)
	data, err := os.ReadFile(own)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, data, 0o700))
	greedy := &Runtime{config: r.config, rules: r.rules, starter: starter{path: path}, groups: r.groups}
	return greedy.Run(t.Context(), conformance.Spec(testapps.Copy()))
}

// TestGroupEndsTheChildAlone: a child that takes more memory than its group has is killed, and the run is an error, which is a failure of the
// machine and no answer. A run beside it and one after it give their answers. No group is left.
func TestGroupEndsTheChildAlone(t *testing.T) {
	r, folder, _ := openEnclosed(t)
	spec := conformance.Spec(testapps.Copy())
	var beside sync.WaitGroup
	beside.Go(func() {
		for range 5 {
			if o, err := r.Run(t.Context(), spec); err != nil || o.Kind != runtime.Result {
				t.Errorf("beside it: got %v, %v", o.Kind, err)
			}
		}
	})
	o, err := playGreedy(t, r)
	beside.Wait()
	require.ErrorIs(t, err, ErrGroupLimit)
	require.ErrorContains(t, err, "of 209715200 bytes")
	require.Equal(t, runtime.Outcome{}, o)
	o, err = r.Run(t.Context(), spec)
	require.NoError(t, err)
	require.Equal(t, runtime.Result, o.Kind)
	left, err := filepath.Glob(filepath.Join(folder, "credence-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestGreedyTakesIt: without a group nothing stops the same child. TestGroupEndsTheChildAlone sees it killed.
func TestGreedyTakesIt(t *testing.T) {
	r, _ := newRuntime(t)
	_, err := playGreedy(t, r)
	require.ErrorContains(t, err, fmt.Sprintf("taken %d", greedyTakes>>20))
	require.False(t, errors.Is(err, ErrGroupLimit))
}

// TestNoGroup: where no group can be had, a runtime that finds its own says why and goes on; one for which a folder was named does not.
func TestNoGroup(t *testing.T) {
	_, err := New(Config{ControlGroup: t.TempDir()})
	require.ErrorContains(t, err, "control group /")
	r, log := newRuntime(t)
	_, err = r.ControlGroups()
	require.ErrorContains(t, err, "none was asked for")

	r, folder, said := openEnclosed(t)
	require.NoError(t, os.Remove(folder)) // somebody removes it while the worker runs
	o, err := r.Run(t.Context(), conformance.Spec(testapps.Copy()))
	require.NoError(t, os.Mkdir(folder, 0o755))
	require.NoError(t, err)
	require.Equal(t, runtime.Result, o.Kind)
	require.Contains(t, said.String(), "no control group of its own")
	require.Empty(t, log.String())
}
