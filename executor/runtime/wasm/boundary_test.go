package wasm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// TestAwkwardOutput: the child judges the files that an app leaves, and the judgement is an answer.
func TestAwkwardOutput(t *testing.T) {
	create := func(paths ...string) (ops []testapps.FileOp) {
		for _, p := range paths {
			ops = append(ops, testapps.FileOp{Do: "create", Path: p})
		}
		return ops
	}
	mkdir := func(path string) testapps.FileOp { return testapps.FileOp{Do: "mkdir", Path: path} }
	computed := []testapps.FileOp{{Do: "create", Path: "out/computed.json"}, {Do: "write", FD: 4, Size: 1}}
	for name, tc := range map[string]struct {
		module    []byte
		declared  string
		expReason runtime.Reason
	}{
		"awkward names":                               {testapps.Files(create("out/new\nline", "out/\x1b[31mred", "out/\u202ertl", "out/<&>", "out/a\\b", "out/tab\t")), "", runtime.None},
		"a name in Latin-1":                           {testapps.Files(create("out/caf\xe9.txt")), "", runtime.InvalidOutput},
		"two of them":                                 {testapps.Files(create("out/caf\xe9.txt", "out/caf\xe8.txt")), "", runtime.InvalidOutput},
		"a folder so named":                           {testapps.Files([]testapps.FileOp{mkdir("out/\xff")}), "", runtime.InvalidOutput},
		"beside what counts":                          {testapps.Files(append(create("out/caf\xe9.txt", "out/r/x"), mkdir("out/r"), testapps.FileOp{Do: "create", Path: "out/r/x"})), "r", runtime.None},
		"nothing in what was declared":                {testapps.Files(create("out/x")), "r", runtime.InvalidOutput},
		"a computed.json that is none":                {testapps.Files(computed), "", runtime.InvalidComputed},
		"many files below long names":                 {testapps.ManyLong(100, 250, 9000), "", runtime.OutputTooLarge},
		"the most that a path can be":                 {testapps.ManyLong(4, 250, 10), "", runtime.None},
		"a listing too large":                         {testapps.ManyLong(4, 250, 9000), "", runtime.OutputTooLarge},
		"many files":                                  {testapps.ManyLong(1, 1, 10_000), "", runtime.None},
		"too many files":                              {testapps.ManyLong(1, 1, 10_001), "", runtime.OutputTooLarge},
		"a module that names at length what it wants": {testapps.LongImport(1 << 20), "", runtime.InvalidModule},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := newRuntime(t)
			spec := conformance.Spec(tc.module)
			spec.FuelLimit, spec.OutputPath = 1e9, tc.declared
			o, err := r.Run(context.Background(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if o.Reason != tc.expReason || (o.Kind == runtime.Result) != (tc.expReason == runtime.None) {
				t.Errorf("got %v %q, stderr %.300q, want %q", o.Kind, o.Reason, o.Stderr, tc.expReason)
			}
		})
	}
}

// TestAnyFilesEndInAnAnswer: an app may do anything to its files. The worker gets a result with a manifest, or a failure with a reason.
// It never gets an error, which would be the worker's own fault.
func TestAnyFilesEndInAnAnswer(t *testing.T) {
	r, _ := newRuntime(t)
	part := rapid.OneOf(
		rapid.SampledFrom([]string{"a", "b", "computed.json", "caf\xe9", "\xff", "\x1b[2J", "new\nline", "\u202e", ".", "..", "a\\b", "\x00", strings.Repeat("x", 255), strings.Repeat("\n", 250)}),
		rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(t, "bytes")) }))
	path := rapid.Custom(func(t *rapid.T) string {
		top := rapid.SampledFrom([]string{"out/", "out/", "out/a/", "out/a/b/", "tmp/", "in/", ""}).Draw(t, "folder")
		return top + strings.Join(rapid.SliceOfN(part, 1, 5).Draw(t, "names"), "/")
	})
	rapid.Check(t, func(t *rapid.T) {
		ops := []testapps.FileOp{{Do: "mkdir", Path: "out/a"}, {Do: "mkdir", Path: "out/a/b"}}
		for range rapid.IntRange(0, 20).Draw(t, "operations") {
			op := testapps.FileOp{
				Do:   rapid.SampledFrom([]string{"create", "create", "mkdir", "mkdir", "rmdir", "unlink", "rename", "write", "resize", "close"}).Draw(t, "do"),
				Path: path.Draw(t, "path"),
				FD:   rapid.Uint32Range(0, 12).Draw(t, "fd"),
				Size: rapid.SampledFrom([]uint32{0, 1, 100, 5000, 1 << 20}).Draw(t, "size"),
			}
			if op.Do == "rename" {
				op.To = path.Draw(t, "to")
			}
			ops = append(ops, op)
		}
		spec := conformance.Spec(testapps.Files(ops))
		spec.OutputPath = rapid.SampledFrom([]string{"", "", "a", "a/b"}).Draw(t, "declared")
		spec.OutputLimit = 100_000
		o := overThePipe(t, r, spec)
		kind := result.KindResult
		if o.Kind == runtime.AppFailed {
			kind = result.KindAppFailed
		}
		if _, err := result.Build(kind, string(o.Reason), o.ExitCode, o.Files); err != nil {
			t.Fatalf("the answer has no manifest: %v", err)
		}
	})
}

// overThePipe runs a task as a child does, and reads the answer as the parent does. It stays in this process to save time.
func overThePipe(t *rapid.T, r *Runtime, spec runtime.Spec) runtime.Outcome {
	o, err := serveRequest(context.Background(), requestOf(opRun, spec), spec, nil, nil)
	if err != nil {
		t.Fatalf("the child fails: %v", err)
	}
	var wire bytes.Buffer
	if err := writeOutcome(&wire, response{}, o); err != nil {
		t.Fatalf("the child can not send its answer: %v", err)
	}
	got, err := r.readResponse(bufio.NewReader(&wire), spec)
	if err != nil {
		t.Fatalf("the worker refuses the answer: %v", err)
	}
	return got
}

// TestLongestLogs: the app's output, with the text that we add to it, is never longer than the worker reads.
func TestLongestLogs(t *testing.T) {
	r, _ := newRuntime(t)
	for _, module := range [][]byte{testapps.LongImport(8 << 20), testapps.LongExportTwice(8 << 20), testapps.FullLogAndTrap()} {
		o, err := r.Run(context.Background(), conformance.Spec(module))
		if err != nil || o.Kind != runtime.AppFailed {
			t.Errorf("got %v, %v, want a failure of the app", o.Kind, err)
		}
	}
}

// TestMostInputs: an app gets as many inputs as the chain can ever take, with the longest names.
func TestMostInputs(t *testing.T) {
	r, _ := newRuntime(t)
	spec := conformance.Spec(testapps.Copy())
	spec.FuelLimit = 1e9
	for i := range 9_999 {
		name := fmt.Sprintf("%05d%s", i, strings.Repeat("n", contract.MaxInputNameBytes-5))
		spec.Inputs = append(spec.Inputs, result.File{Path: name})
		spec.Env = append(spec.Env, fmt.Sprintf("IEXEC_INPUT_FILE_NAME_%d=%s", i+2, name))
	}
	spec.Args = append(spec.Args, strings.Repeat("a", 1<<20))
	if o, err := r.Run(context.Background(), spec); err != nil || o.Kind != runtime.Result {
		t.Errorf("got %v %q, %v, want a result", o.Kind, o.Reason, err)
	}
}

// TestInputsRefused: inputs that the contract refuses are refused before a child starts.
func TestInputsRefused(t *testing.T) {
	r, _ := newRuntime(t)
	for _, name := range []string{"caf\xe9", "a\nb", `a\b`, strings.Repeat("a/", contract.MaxInputDepth) + "a"} {
		spec := conformance.Spec(testapps.Copy())
		spec.Inputs = append(spec.Inputs, result.File{Path: name})
		if _, err := r.Run(context.Background(), spec); err == nil || errors.Is(err, errChild) {
			t.Errorf("%q: got %v, want a refusal before the child starts", name, err)
		}
	}
}
