package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
	"github.com/credence-chain/credence/result"
)

var update = flag.Bool("update", false, "write the goldens anew")

// golden is an expected answer as the file holds it. Files is the SHA-256 of the output tree. It covers the path, the kind and the
// content of each entry in order, each with its length first.
type golden struct {
	Name     string         `json:"name"`
	Module   string         `json:"module_sha256"`
	Kind     string         `json:"kind"`
	Reason   runtime.Reason `json:"reason"`
	ExitCode uint32         `json:"exit_code"`
	Fuel     uint64         `json:"fuel"`
	Files    string         `json:"files_sha256"`
}

const goldenFile = "testdata/fuel-v1.json"

// goldenSpec is the task in which each app runs.
func goldenSpec(app testapps.App) runtime.Spec {
	return runtime.Spec{
		Program: runtime.ProgramOf(app.Module),
		Args:    []string{"app", "one", ""}, Env: []string{"TZ=UTC", "NAME=value"},
		Inputs:    app.Inputs,
		FuelLimit: 20_000_000, MemoryLimit: 4<<20 + 5, OutputLimit: 1 << 20,
		Clock: 1_800_000_000, Seed: [32]byte{1, 2, 3},
	}
}

func goldenOf(app testapps.App, o runtime.Outcome) golden {
	module := sha256.Sum256(app.Module)
	return golden{app.Name, hex.EncodeToString(module[:]), o.Kind.String(), o.Reason, o.ExitCode, o.Fuel, filesDigest(o.Files)}
}

func filesDigest(files []result.File) string {
	h := sha256.New()
	for _, f := range files {
		kind := byte(0)
		if f.Dir {
			kind = 1
		}
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(f.Path))))
		h.Write(append([]byte(f.Path), kind))
		h.Write(binary.LittleEndian.AppendUint64(nil, f.Size()))
		_ = artifact.CopyContent(h, f.Content) // it is in memory
	}
	return hex.EncodeToString(h.Sum(nil))
}

func newEngine(t testing.TB, o Options) *Engine {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close(context.Background()) })
	return e
}

// apps returns the assembled apps and the compiled ones.
func apps(t testing.TB) []testapps.App {
	t.Helper()
	all := testapps.All()
	for _, compiled := range []struct{ name, file string }{
		{"c-kernel", "kernel"},
		{"c++-exceptions-of-the-first-form", "throw-1"}, {"c++-exceptions-of-the-second-form", "throw-2"},
	} {
		module, err := os.ReadFile("testdata/" + compiled.file + ".wasm")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, testapps.App{Name: compiled.name, Module: module, Inputs: testapps.Inputs})
	}
	return all
}

// TestGoldens compares every app's answer with the expected one, on both of wazero's engines. The file of expected answers is part of the
// published schedule.
func TestGoldens(t *testing.T) {
	if *update {
		writeGoldens(t)
	}
	encoded, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var want []golden
	if err := json.Unmarshal(encoded, &want); err != nil {
		t.Fatal(err)
	}
	list := apps(t)
	if len(list) != len(want) {
		t.Fatalf("%d apps, %d goldens", len(list), len(want))
	}
	compiler, interpreter := newEngine(t, Options{}), newEngine(t, Options{Interpreter: true})
	for i, app := range list {
		t.Run(app.Name, func(t *testing.T) {
			first := check(t, compiler, app, want[i])
			if app.Deep {
				return // the interpreter's stack is too small
			}
			second := check(t, interpreter, app, want[i])
			if !reflect.DeepEqual(first.Files, second.Files) || !bytes.Equal(first.Stdout, second.Stdout) {
				t.Error("compiler and interpreter differ")
			}
		})
	}
}

func check(t *testing.T, e *Engine, app testapps.App, want golden) runtime.Outcome {
	t.Helper()
	o, err := e.Run(context.Background(), goldenSpec(app), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := goldenOf(app, o); got != want {
		t.Errorf("got  %+v\nwant %+v\nstderr %q", got, want, o.Stderr)
	}
	return o
}

func writeGoldens(t *testing.T) {
	e := newEngine(t, Options{})
	var list []golden
	for _, app := range apps(t) {
		o, err := e.Run(context.Background(), goldenSpec(app), nil)
		if err != nil {
			t.Fatalf("%s: %v", app.Name, err)
		}
		list = append(list, goldenOf(app, o))
	}
	encoded, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(goldenFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(goldenFile, append(encoded, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestGoldensNameTheSchedule(t *testing.T) {
	if fuel.Version != "fuel/v1" {
		t.Fatalf("the schedule is %s: its goldens need a file of their own", fuel.Version)
	}
}
