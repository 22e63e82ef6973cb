// Package conformance is the test suite that every runtime has to pass. A runtime's own tests call Run with small apps made for it.
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

// App is a program in the form of the runtime, and the arguments with which it does what its field in Apps says.
type App struct {
	Program runtime.Program
	Args    []string
}

// NewApp returns an app that needs no arguments.
func NewApp(module []byte) App { return App{Program: runtime.ProgramOf(module)} }

// Apps are the apps of a suite. A runtime whose programs cannot do what a field says leaves it out. The tests that need the app are
// skipped, and the runtime's own tests say what holds instead.
type Apps struct {
	// Answer ends with a result. If it is empty, Copy is used.
	Answer App
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

func (a App) given() bool { return a.Program.Content != nil }

// stopWithin is the longest time in which a stopped run has to end. It is long because machines that run tests are slow.
const stopWithin = 20 * time.Second

// Spec returns the task in which a suite runs a module, with ample limits.
func Spec(module []byte) runtime.Spec { return NewApp(module).Spec() }

// Spec returns the task in which a suite runs the app, with ample limits.
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
	if !apps.Answer.given() {
		apps.Answer = apps.Copy
	}
	for _, part := range []struct {
		law   string
		needs []App
		test  func(*testing.T)
	}{
		{"an answer, the same every time", []App{apps.Answer}, func(t *testing.T) { testAnswer(t, r, apps.Answer) }},
		{"a program that lies on disk", []App{apps.Answer}, func(t *testing.T) { testProgramOnDisk(t, r, apps.Answer) }},
		{"a module that is none", nil, func(t *testing.T) { expectFailure(t, r, Spec([]byte("MZ")), runtime.InvalidModule, 0) }},
		{"our failures are errors", []App{apps.Answer}, func(t *testing.T) { testErrors(t, r, apps.Answer) }},
		{"a result", []App{apps.Copy}, func(t *testing.T) { testResult(t, r, apps.Copy) }},
		{"inputs that lie on disk", []App{apps.Copy}, func(t *testing.T) { testInputOnDisk(t, r, apps.Copy) }},
		{"a dataset lies in folders of its own", []App{apps.CopyDataset}, func(t *testing.T) { testDataset(t, r, apps.CopyDataset) }},
		{"the memory and the output are what the task says", []App{apps.Copy}, func(t *testing.T) { testLimits(t, r, apps.Copy) }},
		{"the app's failures are answers", []App{apps.Exit3, apps.Flood}, func(t *testing.T) { testFailures(t, r, apps) }},
		{"stops at the wall limit", []App{apps.Spin}, func(t *testing.T) { testWallLimit(t, r, apps.Spin) }},
		{"stops when told to", []App{apps.Spin}, func(t *testing.T) { testCancel(t, r, apps.Spin) }},
	} {
		t.Run(part.law, func(t *testing.T) {
			for _, app := range part.needs {
				if !app.given() {
					t.Skip("the runtime has no app that does this")
				}
			}
			part.test(t)
		})
	}
}

// testAnswer: two runs of a task end alike.
func testAnswer(t *testing.T, r runtime.Runtime, app App) {
	spec := app.Spec()
	if err := r.Prepare(context.Background(), spec.Program); err != nil {
		t.Fatal(err)
	}
	first := runSpec(t, r, spec)
	if first.Kind != runtime.Result || len(first.Files) == 0 {
		t.Fatalf("got %+v, want a result", first)
	}
	again := runSpec(t, r, spec)
	if !answerOf(t, r, first).Equal(answerOf(t, r, again)) {
		t.Fatalf("the second run gave %+v, the first %+v", again, first)
	}
	if r.Rules().Deterministic && !reflect.DeepEqual(first, again) {
		t.Fatalf("the second run gave %+v, the first %+v; a deterministic runtime prints the same, too", again, first)
	}
	if (r.Rules().FuelSchedule != "") != (first.Fuel > 0) {
		t.Errorf("got fuel %d by the schedule %q", first.Fuel, r.Rules().FuelSchedule)
	}
}

func testResult(t *testing.T, r runtime.Runtime, app App) {
	spec := app.Spec()
	want := []result.File{{Path: "copy", Content: spec.Inputs[0].Content}}
	if o := runSpec(t, r, spec); o.Kind != runtime.Result || !reflect.DeepEqual(o.Files, want) {
		t.Fatalf("got %+v, want the file %+v", o, want)
	}
}

// answerOf returns the part of an outcome on which workers agree.
func answerOf(t *testing.T, r runtime.Runtime, o runtime.Outcome) runtime.Answer {
	t.Helper()
	a, err := runtime.AnswerOf(r.Rules(), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// testProgramOnDisk: a program on disk runs as one in memory does. Wrong bytes are not an answer.
func testProgramOnDisk(t *testing.T, r runtime.Runtime, app App) {
	spec := app.Spec()
	program := putOnDisk(t, spec.Program.Content)
	spec.Program.Content = program
	testOnDisk(t, r, app, spec, program)
}

// testInputOnDisk tests the same rule for an input.
func testInputOnDisk(t *testing.T, r runtime.Runtime, app App) {
	spec := app.Spec()
	input := putOnDisk(t, spec.Inputs[0].Content)
	spec.Inputs = []result.File{{Path: "x", Content: input}}
	testOnDisk(t, r, app, spec, input)
}

func testOnDisk(t *testing.T, r runtime.Runtime, app App, spec runtime.Spec, file artifact.File) {
	want := answerOf(t, r, runSpec(t, r, app.Spec()))
	if got := answerOf(t, r, runSpec(t, r, spec)); !got.Equal(want) {
		t.Errorf("from disk: got %+v, from memory %+v", got, want)
	}
	if err := os.Truncate(file.Path, file.Long-1); err != nil {
		t.Fatal(err)
	}
	if o, err := r.Run(context.Background(), spec); err == nil {
		t.Errorf("cut short: got %+v, want an error", o)
	}
}

func putOnDisk(t *testing.T, c artifact.Content) artifact.File {
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

// testDataset: a dataset may lie in nested folders, beside other inputs of its folder, in any order.
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

// testLimits: the task's limits hold to the byte, and on every machine alike.
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

func testErrors(t *testing.T, r runtime.Runtime, app App) {
	spec := app.Spec()
	spec.Program.Digest[0] ^= 1
	if o, err := r.Run(context.Background(), spec); err == nil {
		t.Errorf("a module with another digest: got %+v, want an error", o)
	}
	if err := r.Prepare(context.Background(), spec.Program); err == nil {
		t.Error("a module with another digest was prepared")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if o, err := r.Run(ctx, app.Spec()); err == nil {
		t.Errorf("a context that has ended: got %+v, want an error", o)
	}
}

// endlessSpec returns a task that ends only when it is stopped.
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

// LoadFiles loads the files of an outcome into memory, so that two outcomes can be compared.
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
