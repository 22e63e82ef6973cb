package wasm

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

func TestResponseChecked(t *testing.T) {
	spec := runtime.Spec{FuelLimit: 100, OutputLimit: 10}
	good := func() response {
		return response{Kind: runtime.Result, Fuel: 100, Manifest: 100}
	}
	failed := func(r *response) { r.Kind, r.Manifest = runtime.AppFailed, 0 }
	for name, tc := range map[string]struct {
		malleate func(*response)
		expErr   bool
	}{
		"good":                    {func(*response) {}, false},
		"a failure":               {func(r *response) { failed(r); r.Reason = runtime.Trap }, false},
		"an exit status":          {func(r *response) { failed(r); r.Reason, r.Exit = runtime.Exit, 3 }, false},
		"no kind":                 {func(r *response) { r.Kind = 0 }, true},
		"abstains":                {func(r *response) { r.Kind = runtime.Abstain }, true},
		"a result with a reason":  {func(r *response) { r.Reason = runtime.Trap }, true},
		"a failure without one":   {failed, true},
		"an unknown reason":       {func(r *response) { failed(r); r.Reason = "tired" }, true},
		"exit with status 0":      {func(r *response) { failed(r); r.Reason = runtime.Exit }, true},
		"a result with status 3":  {func(r *response) { r.Exit = 3 }, true},
		"an end that is too long": {func(r *response) { r.End = result.MaxStderrBytes + 1 }, true},
		"trap with a status":      {func(r *response) { failed(r); r.Reason, r.Exit = runtime.Trap, 1 }, true},
		"a failure with files":    {func(r *response) { r.Kind, r.Reason = runtime.AppFailed, runtime.Trap }, true},
		"a result without files":  {func(r *response) { r.Manifest = 0 }, true},
		"a manifest too large":    {func(r *response) { r.Manifest = result.MaxManifestBytes + 1 }, true},
		"too much fuel":           {func(r *response) { r.Fuel++ }, true},
		"a log that is too large": {func(r *response) { r.Stderr = maxLog + 1 }, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := good()
			tc.malleate(&r)
			if err := r.checkResponse(spec); (err != nil) != tc.expErr || err != nil && !errors.Is(err, errResponse) {
				t.Errorf("got %v, want an error: %v", err, tc.expErr)
			}
		})
	}
}

func TestOutcomeOverTheWire(t *testing.T) {
	r, _ := newRuntime(t)
	want := runtime.Outcome{
		Kind: runtime.Result, Fuel: 7, Stdout: []byte("out"), Stderr: []byte("err"), StderrEnd: []byte("r\xff"),
		Files: []result.File{{Path: "\x1b\n", Content: artifact.Bytes("!")}, {Path: "d", Dir: true}, {Path: "e/f", Content: artifact.Bytes("dat"), Executable: true}},
	}
	spec := runtime.Spec{FuelLimit: 10, OutputLimit: 4}
	var wire bytes.Buffer
	if err := writeOutcome(&wire, response{}, want); err != nil {
		t.Fatal(err)
	}
	got, err := r.readResponse(bufio.NewReader(bytes.NewReader(wire.Bytes())), spec)
	if got = conformance.LoadFiles(t, got); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v, want %+v", got, err, want)
	}
	for n := range wire.Len() {
		if _, err := r.readResponse(bufio.NewReader(bytes.NewReader(wire.Bytes()[:n])), spec); err == nil {
			t.Fatalf("a response cut off after %d bytes is accepted", n)
		}
	}
	spec.OutputLimit--
	if _, err := r.readResponse(bufio.NewReader(bytes.NewReader(wire.Bytes())), spec); !errors.Is(err, errResponse) {
		t.Errorf("files larger than the limit: got %v", err)
	}
	huge := binary.LittleEndian.AppendUint32(nil, maxHeader+1)
	if _, err := r.readResponse(bytes.NewReader(huge), spec); err == nil || !strings.Contains(err.Error(), "limit") {
		t.Errorf("a header that is too large: %v", err)
	}
}

// TestManifestOverTheWire: a listing from the child that is no canonical manifest of a result is our own failure.
func TestManifestOverTheWire(t *testing.T) {
	sound, err := result.Build(result.KindResult, "", 0, []result.File{{Path: "a", Content: artifact.Bytes("x")}})
	if err != nil {
		t.Fatal(err)
	}
	failure, err := result.Build(result.KindAppFailed, "exit", 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := string(sound.Bytes())
	for name, tc := range map[string]struct {
		manifest string
		expErr   bool
	}{
		"sound":             {text, false},
		"a failure's":       {string(failure.Bytes()), true},
		"upwards":           {strings.Replace(text, " a\n", " ../a\n", 1), true},
		"absolute":          {strings.Replace(text, " a\n", " /a\n", 1), true},
		"not UTF-8":         {strings.Replace(text, " a\n", " \xff\n", 1), true},
		"larger than there": {strings.Replace(text, "f 1 ", "f 2 ", 1), true},
		"nothing":           {"", true},
	} {
		t.Run(name, func(t *testing.T) {
			in := strings.NewReader(tc.manifest + "x")
			if _, err := readResult(in, uint64(len(tc.manifest)), 10, func() (*os.File, error) { return runtime.NewSpool(t.TempDir(), false) }); (err != nil) != tc.expErr {
				t.Errorf("got %v, want an error: %v", err, tc.expErr)
			}
		})
	}
}

// TestRequestOverTheWire: a requester's texts arrive unchanged, UTF-8 or not. The texts of an execution are UTF-8 by its rules.
func TestRequestOverTheWire(t *testing.T) {
	want := runtime.Spec{
		Program: runtime.ProgramOf([]byte("module")), Args: []string{"a\xff", ""}, Env: []string{"B=\x1b\u202e"}, OutputPath: "d\xe9",
		Execution: contract.Execution{OkExit: []uint32{0, 10}, Stdin: "café", Stdout: "\u202e", Env: []string{"A=\u2028"}, Writable: true, Workdir: "in", OutputPath: "o", Clock: 7},
		Inputs:    []result.File{{Path: "caf\xe9", Content: artifact.Bytes("x")}, {Path: "d", Dir: true}},
	}
	var wire, task bytes.Buffer
	if err := errors.Join(writeHeader(&wire, requestOf(opRun, want)), writeTask(&task, want)); err != nil {
		t.Fatal(err)
	}
	var got request
	if err := readHeader(&wire, &got); err != nil {
		t.Fatal(err)
	}
	if _, err := readSpec(got, task.Bytes()[1:]); err == nil {
		t.Error("a file that is shorter than announced is accepted")
	}
	if spec, err := readSpec(got, task.Bytes()); err != nil || !reflect.DeepEqual(spec, want) {
		t.Errorf("got %+v, %v, want %+v", spec, err, want)
	}
}

// TestCrash: a child that dies is our failure. The error repeats its last words.
func TestCrash(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector does without the limit")
	}
	r, _ := newRuntime(t)
	spec := conformance.Spec(testapps.Copy())
	spec.MemoryLimit = 1 << 30
	req := requestOf(opRun, spec)
	req.AddressMax = 1 << 20
	o, err := r.converseWithChild(context.Background(), req, spec)
	if err == nil {
		t.Fatalf("got %+v, want an error", o)
	}
	if !strings.Contains(err.Error(), "last words") || !strings.Contains(err.Error(), "memory") {
		t.Errorf("the error does not say why: %v", err)
	}
}

// TestTail: of a child's long last words, the beginning and the end are kept.
func TestTail(t *testing.T) {
	var words tail
	for _, part := range []string{"fatal: why", strings.Repeat("x", 3*stderrTail), "the end"} {
		if n, err := words.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("got %d, %v", n, err)
		}
	}
	got := words.String()
	if !strings.HasPrefix(got, "fatal: why") || !strings.HasSuffix(got, "the end") || len(got) > stderrHead+stderrTail+10 {
		t.Errorf("kept %d bytes: %.20q ... %q", len(got), got, got[len(got)-20:])
	}
	var short tail
	_, _ = short.Write([]byte(strings.Repeat("y", stderrHead)))
	_, _ = short.Write([]byte("z"))
	if got := short.String(); got != strings.Repeat("y", stderrHead)+"z" {
		t.Errorf("short words were changed: %q", got[stderrHead-5:])
	}
}
