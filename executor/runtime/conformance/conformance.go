// Package conformance is what every runtime has to pass: Run is called from the
// runtime's own tests with small apps made for it.
package conformance

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/result"
)

// App is a program in the form in which the runtime takes it, and the arguments with which it does what is said of it.
type App struct {
	Program runtime.Program
	Args    []string
}

// Of is an app that needs no arguments.
func Of(module []byte) App { return App{Program: runtime.ProgramOf(module)} }

// Apps are the apps of a suite.
type Apps struct {
	// Copy writes the content of /in/x into /out/copy and exits with 0.
	Copy App
	// CopyDataset writes the content of /in/datasets/acme/cities into /out/copy.
	CopyDataset App
	// Exit3 exits with status 3.
	Exit3 App
	// Flood writes into /out/big without end.
	Flood App
	// Spin computes without end.
	Spin App
}

// stopWithin is how soon a run has to end when it is told to, at most. Machines
// that run tests are slow, hence the length.
const stopWithin = 20 * time.Second

// Spec is the task in which a suite runs a module, with ample limits.
func Spec(module []byte) runtime.Spec { return Of(module).Spec() }

// Spec is the task in which a suite runs the app, with ample limits.
func (a App) Spec() runtime.Spec {
	return runtime.Spec{
		Program:   a.Program,
		Args:      append([]string{"app"}, a.Args...),
		Inputs:    []result.File{{Path: "x", Content: artifact.Bytes("the input\n")}},
		FuelLimit: 10_000_000, MemoryLimit: 16 << 20, OutputLimit: 1 << 20,
		WallLimit: time.Minute, Clock: 1_800_000_000,
	}
}

// Run runs the suite.
func Run(t *testing.T, r runtime.Runtime, apps Apps) {
	t.Run("a result, the same every time", func(t *testing.T) { testResult(t, r, apps.Copy) })
	t.Run("what it reads may lie on disk", func(t *testing.T) { testDisk(t, r, apps.Copy) })
	t.Run("a dataset lies in folders of its own", func(t *testing.T) { testDataset(t, r, apps.CopyDataset) })
	t.Run("the memory and the output are what the task says", func(t *testing.T) { testLimits(t, r, apps.Copy) })
	t.Run("the app's failures are answers", func(t *testing.T) { testFailures(t, r, apps) })
	t.Run("a module that is none", func(t *testing.T) {
		expectFailure(t, r, Spec([]byte("MZ")), runtime.InvalidModule, 0)
	})
	t.Run("our failures are errors", func(t *testing.T) { testErrors(t, r, apps) })
	t.Run("stops at the wall limit", func(t *testing.T) { testWallLimit(t, r, apps.Spin) })
	t.Run("stops when told to", func(t *testing.T) { testCancel(t, r, apps.Spin) })
}

func testResult(t *testing.T, r runtime.Runtime, app App) {
	spec := app.Spec()
	if err := r.Prepare(context.Background(), spec.Program); err != nil {
		t.Fatal(err)
	}
	first := runSpec(t, r, spec)
	want := []result.File{{Path: "copy", Content: spec.Inputs[0].Content}}
	if first.Kind != runtime.Result || !reflect.DeepEqual(first.Files, want) {
		t.Fatalf("got %+v, want the file %+v", first, want)
	}
	again := runSpec(t, r, spec)
	if !answerOf(t, r, first).Equal(answerOf(t, r, again)) {
		t.Fatalf("the second run gave %+v, the first %+v", again, first)
	}
	if r.Rules().Deterministic && !reflect.DeepEqual(first, again) {
		t.Fatalf("the second run gave %+v, the first %+v; a deterministic runtime prints the same, too", again, first)
	}
	if r.Rules().FuelSchedule != "" && first.Fuel == 0 {
		t.Error("a runtime that counts fuel used none")
	}
}

// answerOf is what workers agree upon.
func answerOf(t *testing.T, r runtime.Runtime, o runtime.Outcome) runtime.Answer {
	t.Helper()
	a, err := runtime.AnswerOf(r.Rules(), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// testDisk: a program and inputs that lie on disk are run as those in memory are, and bytes that are others than they
// should be are no answer.
func testDisk(t *testing.T, r runtime.Runtime, app App) {
	spec := app.Spec()
	want := answerOf(t, r, runSpec(t, r, spec))
	file := func(c artifact.Content) artifact.File {
		path := filepath.Join(t.TempDir(), "file")
		data, err := artifact.ReadContent(c)
		if err == nil {
			err = os.WriteFile(path, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return artifact.File{Path: path, Long: c.Size()}
	}
	program, input := file(spec.Program.Content), file(spec.Inputs[0].Content)
	spec.Program.Content = program
	spec.Inputs = []result.File{{Path: "x", Content: input}}
	if got := answerOf(t, r, runSpec(t, r, spec)); !got.Equal(want) {
		t.Errorf("from disk: got %+v, from memory %+v", got, want)
	}
	for name, broken := range map[string]artifact.File{"input": input, "program": program} {
		if err := os.Truncate(broken.Path, broken.Long-1); err != nil {
			t.Fatal(err)
		}
		if o, err := r.Run(context.Background(), spec); err == nil {
			t.Errorf("a %s that is cut short: got %+v, want an error", name, o)
		}
	}
}

// testDataset: an input may lie as deep as datasets do, beside others of its folder, in any order.
func testDataset(t *testing.T, r runtime.Runtime, app App) {
	spec := app.Spec()
	cities := result.File{Path: "datasets/acme/cities", Content: artifact.Bytes("a dataset\n")}
	roads := result.File{Path: "datasets/acme/roads", Content: artifact.Bytes("another\n")}
	want := []result.File{{Path: "copy", Content: cities.Content}}
	for _, inputs := range [][]result.File{{spec.Inputs[0], cities, roads}, {roads, cities, spec.Inputs[0]}, {cities}} {
		spec.Inputs = inputs
		if o := runSpec(t, r, spec); o.Kind != runtime.Result || !reflect.DeepEqual(o.Files, want) {
			t.Errorf("inputs %v: got %+v, want the file %+v", inputs, o, want)
		}
	}
}

// testLimits: what bounds an app is the task's, to the byte, and the same everywhere.
func testLimits(t *testing.T, r runtime.Runtime, app App) {
	spec := app.Spec()
	spec.MemoryLimit = 0
	expectFailure(t, r, spec, runtime.OutOfMemory, 0)
	spec = app.Spec()
	spec.OutputLimit = spec.Inputs[0].Size() - 1
	expectFailure(t, r, spec, runtime.OutputTooLarge, 0)
	spec.OutputLimit++
	if o := runSpec(t, r, spec); o.Kind != runtime.Result {
		t.Errorf("an output of exactly the limit: got %+v, want a result", o)
	}
}

func testFailures(t *testing.T, r runtime.Runtime, apps Apps) {
	expectFailure(t, r, apps.Exit3.Spec(), runtime.Exit, 3)
	expectFailure(t, r, apps.Flood.Spec(), runtime.OutputTooLarge, 0)
}

func expectFailure(t *testing.T, r runtime.Runtime, spec runtime.Spec, reason runtime.Reason, exit uint32) {
	t.Helper()
	o := runSpec(t, r, spec)
	if o.Kind != runtime.AppFailed || o.Reason != reason || o.ExitCode != exit || len(o.Files) > 0 {
		t.Errorf("got %v, %q, exit status %d, %d files; want %v, %q, %d, none",
			o.Kind, o.Reason, o.ExitCode, len(o.Files), runtime.AppFailed, reason, exit)
	}
}

func testErrors(t *testing.T, r runtime.Runtime, apps Apps) {
	spec := apps.Copy.Spec()
	spec.Program.Digest[0] ^= 1
	if o, err := r.Run(context.Background(), spec); err == nil {
		t.Errorf("a module with another digest: got %+v, want an error", o)
	}
	if err := r.Prepare(context.Background(), spec.Program); err == nil {
		t.Error("a module with another digest was prepared")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if o, err := r.Run(ctx, apps.Copy.Spec()); err == nil {
		t.Errorf("a context that has ended: got %+v, want an error", o)
	}
}

// endlessSpec is a task that ends only when it is stopped.
func endlessSpec(app App) runtime.Spec {
	spec := app.Spec()
	spec.FuelLimit = 1 << 62
	return spec
}

func testWallLimit(t *testing.T, r runtime.Runtime, app App) {
	spec := endlessSpec(app)
	spec.WallLimit = 300 * time.Millisecond
	start := time.Now()
	if o, err := r.Run(context.Background(), spec); err == nil {
		t.Errorf("got %+v, want an error", o)
	}
	if took := time.Since(start); took > stopWithin {
		t.Errorf("took %s, want less than %s", took, stopWithin)
	}
}

func testCancel(t *testing.T, r runtime.Runtime, app App) {
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, cancel)
	start := time.Now()
	if o, err := r.Run(ctx, endlessSpec(app)); err == nil {
		t.Errorf("got %+v, want an error", o)
	}
	if took := time.Since(start); took > stopWithin {
		t.Errorf("took %s, want less than %s", took, stopWithin)
	}
}

func runSpec(t *testing.T, r runtime.Runtime, spec runtime.Spec) runtime.Outcome {
	t.Helper()
	o, err := r.Run(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return LoadFiles(t, o)
}

// LoadFiles brings the files of an outcome into memory, so that two can be compared.
func LoadFiles(t testing.TB, o runtime.Outcome) runtime.Outcome {
	t.Helper()
	files := append([]result.File(nil), o.Files...)
	for i, f := range files {
		if f.Dir {
			continue
		}
		data, err := artifact.ReadContent(f.Content)
		if err != nil {
			t.Fatal(err)
		}
		files[i].Content = artifact.Bytes(data)
	}
	o.Files = files
	return o
}
