package wasm

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	goruntime "runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/tree"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

func TestMain(m *testing.M) {
	MaybeRunChild()
	os.Exit(m.Run())
}

func newRuntime(t testing.TB) (*Runtime, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	r, err := New(Config{CacheDir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return r, &log
}

func TestConformance(t *testing.T) {
	r, log := newRuntime(t)
	conformance.Run(t, r, conformance.Apps{
		Copy: conformance.NewApp(testapps.Copy()), CopyDataset: conformance.NewApp(testapps.CopyDataset()), Exit3: conformance.NewApp(testapps.Exit(3)),
		Flood: conformance.NewApp(testapps.OutputTooLarge()), Spin: conformance.NewApp(testapps.InfiniteLoop()),
	})
	if log.Len() > 0 {
		t.Logf("the sandbox says: %s", log)
	}
}

func TestAnswersOfTheChild(t *testing.T) {
	for name, tc := range map[string]struct {
		app       string
		malleate  func(*runtime.Spec)
		expReason runtime.Reason
	}{
		"out of fuel":                {"infinite-loop", nil, runtime.OutOfFuel},
		"no fuel to start":           {"nothing", func(s *runtime.Spec) { s.FuelLimit = 10 }, runtime.OutOfFuel},
		"no fuel for a host call":    {"exit-3", func(s *runtime.Spec) { s.FuelLimit = 14_150 }, runtime.OutOfFuel},
		"just enough fuel":           {"exit-3", func(s *runtime.Spec) { s.FuelLimit = 14_165 }, runtime.Exit},
		"one fuel short":             {"exit-3", func(s *runtime.Spec) { s.FuelLimit = 14_164 }, runtime.OutOfFuel},
		"trap":                       {"unreachable", nil, runtime.Trap},
		"call depth":                 {"recursion", nil, runtime.CallDepth},
		"memory":                     {"nothing", func(s *runtime.Spec) { s.MemoryLimit = 65_535 }, runtime.OutOfMemory},
		"one page":                   {"nothing", func(s *runtime.Spec) { s.MemoryLimit = 65_536 }, runtime.None},
		"more memory than there is":  {"nothing", func(s *runtime.Spec) { s.MemoryLimit = 1 << 62 }, runtime.None},
		"output of exactly the size": {"bulk-memory", func(s *runtime.Spec) { s.OutputLimit = 1000 }, runtime.None},
		"output a byte too large":    {"bulk-memory", func(s *runtime.Spec) { s.OutputLimit = 999 }, runtime.OutputTooLarge},
		"the largest output":         {"bulk-memory", func(s *runtime.Spec) { s.OutputLimit = contract.MaxOutputBytes }, runtime.None},
		"unknown import":             {"unknown-import", nil, runtime.InvalidModule},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := newRuntime(t)
			spec := conformance.Spec(testapps.Find(tc.app).Module)
			if tc.malleate != nil {
				tc.malleate(&spec)
			}
			o, err := r.Run(context.Background(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if o.Reason != tc.expReason || (o.Kind == runtime.Result) != (tc.expReason == runtime.None) {
				t.Errorf("got %v %q, want %q", o.Kind, o.Reason, tc.expReason)
			}
			if o.Reason == runtime.OutOfFuel && o.Fuel != spec.FuelLimit {
				t.Errorf("out of fuel at %d, want the limit %d", o.Fuel, spec.FuelLimit)
			}
		})
	}
}

// TestMostMemory: an app can use the documented limit to the last byte. It is refused one page more, and a module that starts with one
// page more is invalid.
func TestMostMemory(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector needs the address space")
	}
	r, _ := newRuntime(t)
	for name, tc := range map[string]struct {
		module    []byte
		expReason runtime.Reason
	}{
		"grown to it":          {testapps.AllMemory(1), runtime.None},
		"there from the start": {testapps.AllMemory(contract.MaxMemoryPages), runtime.None},
		"a page more":          {testapps.AllMemory(contract.MaxMemoryPages + 1), runtime.InvalidModule},
	} {
		t.Run(name, func(t *testing.T) {
			spec := conformance.Spec(tc.module)
			spec.MemoryLimit, spec.FuelLimit = r.Rules().MemoryBytes(4<<30), 1e9
			o, err := r.Run(context.Background(), spec)
			if err != nil || o.Reason != tc.expReason {
				t.Errorf("got %v %q, %v, want %q", o.Kind, o.Reason, err, tc.expReason)
			}
		})
	}
}

func TestSpecRefused(t *testing.T) {
	r, _ := newRuntime(t)
	for name, malleate := range map[string]func(*runtime.Spec){
		"zero byte in an argument": func(s *runtime.Spec) { s.Args = []string{"a\x00b"} },
		"long environment":         func(s *runtime.Spec) { s.Env = []string{strings.Repeat("x", 9<<20)} },
		"fuel out of range":        func(s *runtime.Spec) { s.FuelLimit = 1 << 63 },
		"clock before 1970":        func(s *runtime.Spec) { s.Clock = -1 },
		"input outside of /in":     func(s *runtime.Spec) { s.Inputs[0].Path = "../x" },
		"two inputs of one name":   func(s *runtime.Spec) { s.Inputs = append(s.Inputs, s.Inputs[0]) },
	} {
		t.Run(name, func(t *testing.T) {
			spec := conformance.Spec(testapps.Nothing())
			malleate(&spec)
			if o, err := r.Run(context.Background(), spec); err == nil {
				t.Fatalf("got %+v, want an error", o)
			}
		})
	}
}

func TestWallLimitIsNamed(t *testing.T) {
	r, _ := newRuntime(t)
	spec := conformance.Spec(testapps.InfiniteLoop())
	spec.FuelLimit, spec.WallLimit = 1<<62, 200*time.Millisecond
	if _, err := r.Run(context.Background(), spec); !errors.Is(err, runtime.ErrWallLimit) {
		t.Fatalf("got %v, want %v", err, runtime.ErrWallLimit)
	}
}

// TestCache damages the cached files. The answer must not change.
func TestCache(t *testing.T) {
	r, _ := newRuntime(t)
	spec := conformance.Spec(testapps.Copy())
	want, err := r.Run(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	damaged := 0
	err = filepath.Walk(filepath.Join(r.config.CacheDir, "instrumented"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		data[len(data)-20] ^= 1
		damaged++
		return os.WriteFile(path, data, 0o600)
	})
	if err != nil || damaged != 1 {
		t.Fatalf("%d files in the cache, want 1: %v", damaged, err)
	}
	got, err := r.Run(context.Background(), spec)
	if got, want = conformance.LoadFiles(t, got), conformance.LoadFiles(t, want); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v, want %+v", got, err, want)
	}
}

// TestGoProgram runs a program that the Go toolchain compiles here.
func TestGoProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a Go program")
	}
	dir := t.TempDir()
	module := filepath.Join(dir, "app.wasm")
	build := exec.Command("go", "build", "-o", module, "./testdata/goapp")
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Skipf("no Go toolchain for wasip1: %v\n%s", err, out)
	}
	code, err := os.ReadFile(module)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := newRuntime(t)
	program := runtime.ProgramOf(code)
	if err := r.Prepare(context.Background(), program); err != nil {
		t.Fatal(err)
	}
	spec := runtime.Spec{
		Program: program, Args: []string{"app", "world"}, Env: []string{"TZ=UTC"},
		Inputs:    []result.File{{Path: "x", Content: artifact.Bytes("hello")}},
		FuelLimit: 1e10, MemoryLimit: 256 << 20, OutputLimit: 1 << 20,
		WallLimit: time.Minute, Clock: 1_800_000_000, Seed: [32]byte{7},
	}
	run := func() (runtime.Outcome, []byte) {
		o, err := r.Run(context.Background(), spec)
		if err != nil {
			t.Fatal(err)
		}
		o = conformance.LoadFiles(t, o)
		if len(o.Files) != 1 {
			t.Fatalf("got %+v, stderr %s", o, o.Stderr)
		}
		return o, o.Files[0].Content.(artifact.Bytes)
	}
	first, text := run()
	if first.Kind != runtime.Result || first.Files[0].Path != "y" {
		t.Fatalf("got %+v, stderr %s", first, first.Stderr)
	}
	if got, want := string(text), "hello, world, it is 2027-01-15T08:00:01Z\n"; !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want an end of %q", got, want)
	}
	if second, _ := run(); !reflect.DeepEqual(first, second) {
		t.Errorf("the second run gave %+v, the first %+v", second, first)
	}
	spec.Seed[0]++
	if _, other := run(); bytes.Equal(text, other) {
		t.Errorf("another seed gave the same random output %q", other)
	}
}

// TestLargeInputStaysOnDisk: a large input is not read into the worker's memory, be it a file or in a folder.
func TestLargeInputStaysOnDisk(t *testing.T) {
	const size = 96 << 20
	r, _ := newRuntime(t)
	path := filepath.Join(t.TempDir(), "large")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Truncate(path, size))
	file := artifact.File{Path: path, Long: size}
	packed, err := tree.NewArchive([]tree.Source{{Name: "large", Content: file}})
	require.NoError(t, err)
	for name, add := range map[string]func(*runtime.Spec){
		"file":   func(s *runtime.Spec) { s.Inputs = append(s.Inputs, result.File{Path: "large", Content: file}) },
		"folder": func(s *runtime.Spec) { s.Folders = append(s.Folders, runtime.Folder{Name: "data", Content: packed}) },
	} {
		spec := conformance.Spec(testapps.Copy())
		add(&spec)
		var before, after goruntime.MemStats
		goruntime.ReadMemStats(&before)
		o, err := r.Run(context.Background(), spec)
		goruntime.ReadMemStats(&after)
		require.NoError(t, err, name)
		require.Equal(t, runtime.Result, o.Kind, "%s: %s", name, o.Reason)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(size/4), "bytes of memory for a %s of %d", name, size)
	}
}

// TestLargeOutputStaysOnDisk: an output of the default size passes from the child through the worker's store and its server to the
// requester's folder, without being in memory at any place but the child.
func TestLargeOutputStaysOnDisk(t *testing.T) {
	const size = contract.DefaultOutputBytes
	r, _ := newRuntime(t)
	spec := conformance.Spec(testapps.Large(size))
	spec.FuelLimit, spec.MemoryLimit, spec.OutputLimit = 10_000_000_000, 1<<30, size
	store, err := artifact.OpenDir(t.TempDir(), 0)
	require.NoError(t, err)
	server := httptest.NewServer(artifact.Handler(store))
	defer server.Close()
	require.NoError(t, r.Prepare(t.Context(), spec.Program))
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)

	o, err := r.Run(t.Context(), spec)
	require.NoError(t, err)
	require.Equal(t, runtime.Result, o.Kind, "%s", o.Reason)
	m, err := result.Build(result.KindResult, "", 0, o.Files)
	require.NoError(t, err)
	require.EqualValues(t, size, m.TotalBytes())
	require.NoError(t, result.Store(t.Context(), m, o.Files, store))
	dir := filepath.Join(t.TempDir(), "out")
	_, err = result.Fetch(t.Context(), m.Digest(), &artifact.Client{BaseURLs: []string{server.URL}}, dir)
	require.NoError(t, err)

	goruntime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(size/4), "bytes of memory for a result of %d", size)
	info, err := os.Stat(filepath.Join(dir, "result"))
	require.NoError(t, err)
	require.EqualValues(t, size, info.Size())
	spec.OutputLimit--
	o, err = r.Run(t.Context(), spec)
	require.NoError(t, err)
	require.Equal(t, runtime.OutputTooLarge, o.Reason, "a byte less is too little")
}

// A cache folder may be given relative to the working folder: the child works in another folder, and may open nothing but the cache.
func TestRelativeCacheFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	r, err := New(Config{CacheDir: filepath.Join("worker", "cache")})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Prepare(t.Context(), runtime.ProgramOf([]byte("\x00asm\x01\x00\x00\x00"))); err != nil {
		t.Fatal(err)
	}
}
