package wasm

import (
	"context"
	"strings"
	"testing"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/conformance"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/wasmtest/testapps"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
)

// TestExecution: the execution that a requester asks for decides what a program's end means and what its result is.
func TestExecution(t *testing.T) {
	type said = testapps.Said
	const path = 4 // the descriptor of the first file that an app opens
	for name, tc := range map[string]struct {
		module    []byte
		e         contract.Execution
		malleate  func(*runtime.Spec)
		expReason runtime.Reason
		expExit   uint32
		expFiles  map[string]string
		expEnd    string // the end of stderr
	}{
		"prints and writes nothing": {
			module:   testapps.Says(0, "", said{FD: 1, Text: "hi\n"}),
			expFiles: map[string]string{"stdout": "hi\n"},
		},
		"prints and writes a file": {
			module:   testapps.Says(0, "a", said{FD: 1, Text: "hi\n"}),
			expFiles: map[string]string{"a": ""},
		},
		"prints nothing and writes nothing": {module: testapps.Says(0, ""), expFiles: map[string]string{}},
		"prints more than a log keeps": {
			module:   testapps.Says(-1, "", said{FD: 1, Text: strings.Repeat("x", 1000), Times: 500}),
			expFiles: map[string]string{"stdout": strings.Repeat("x", 500_000)},
		},
		"prints just what the output may be": {
			module:   testapps.Says(0, "", said{FD: 1, Text: "1234567890", Times: 10}),
			malleate: func(s *runtime.Spec) { s.OutputLimit = 100 },
			expFiles: map[string]string{"stdout": strings.Repeat("1234567890", 10)},
		},
		"prints a byte more": {
			module:    testapps.Says(0, "", said{FD: 1, Text: "1234567890", Times: 10}),
			malleate:  func(s *runtime.Spec) { s.OutputLimit = 99 },
			expReason: runtime.OutputTooLarge,
		},
		"prints as much beside a file": {
			module:   testapps.Says(0, "a", said{FD: 1, Text: "1234567890", Times: 10}),
			malleate: func(s *runtime.Spec) { s.OutputLimit = 99 },
			expFiles: map[string]string{"a": ""},
		},
		"prints, and its version declares a folder": {
			module:    testapps.Says(0, "", said{FD: 1, Text: "hi\n"}),
			malleate:  func(s *runtime.Spec) { s.OutputPath = "data" },
			expReason: runtime.InvalidOutput,
		},
		"prints into a file": {
			module: testapps.Says(0, "a", said{FD: 1, Text: "hi\n"}), e: contract.Execution{Stdout: "deep/er/log.txt"},
			expFiles: map[string]string{"a": "", "deep/er/log.txt": "hi\n"},
		},
		"prints nothing into a file": {
			module: testapps.Says(0, ""), e: contract.Execution{Stdout: "log.txt"},
			expFiles: map[string]string{"log.txt": ""},
		},
		"prints too much into a file": {
			module: testapps.Says(0, "", said{FD: 1, Text: "1234567890", Times: 10}), e: contract.Execution{Stdout: "log.txt"},
			malleate:  func(s *runtime.Spec) { s.OutputLimit = 99 },
			expReason: runtime.OutputTooLarge,
		},
		"writes another file of that name": {
			module: testapps.Says(0, "log.txt", said{FD: 1, Text: "hi\n"}), e: contract.Execution{Stdout: "log.txt"},
			expFiles: map[string]string{"log.txt": ""}, // the app truncates the file, as it would under a shell
		},
		"reads nothing":      {module: testapps.Cat(), expFiles: map[string]string{}},
		"reads an input":     {module: testapps.Cat(), e: contract.Execution{Stdin: "x"}, expFiles: map[string]string{"stdout": "the input\n"}},
		"succeeds with 10":   {module: testapps.Says(10, ""), e: contract.Execution{OkExit: []uint32{10, 20}}, expExit: 10, expFiles: map[string]string{}},
		"fails with 0":       {module: testapps.Says(0, ""), e: contract.Execution{OkExit: []uint32{10, 20}}, expReason: runtime.Exit},
		"returns with 0":     {module: testapps.Says(-1, ""), e: contract.Execution{OkExit: []uint32{10, 20}}, expReason: runtime.Exit},
		"fails with another": {module: testapps.Says(11, ""), e: contract.Execution{OkExit: []uint32{10, 20}}, expReason: runtime.Exit, expExit: 11},
		"succeeds and left no result": {
			module: testapps.Says(10, "caf\xe9"), e: contract.Execution{OkExit: []uint32{10}}, expReason: runtime.InvalidOutput,
		},
		"says why": {
			module: testapps.Says(3, "", said{FD: 2, Text: "no \x1bfile\xff\n"}), expReason: runtime.Exit, expExit: 3, expEnd: "no \x1bfile\xff\n",
		},
		"says much": {
			module: testapps.Says(3, "", said{FD: 2, Text: strings.Repeat("0123456789", 10), Times: 1000}, said{FD: 2, Text: "the end"}), expReason: runtime.Exit, expExit: 3,
			expEnd: strings.Repeat("0123456789", 1000)[10_000-result.MaxStderrBytes+len("the end"):] + "the end",
		},
		"warns and succeeds": {
			module: testapps.Says(0, "a", said{FD: 2, Text: "warning\n"}), expFiles: map[string]string{"a": ""}, expEnd: "warning\n",
		},
		"crashes": {
			// Our own words about a trap may change with the engine, so they are no part of an answer.
			module: testapps.Says(0, "", said{FD: 2, Text: "oh\n"}, said{FD: path, Text: "x", Times: 1}), expReason: runtime.Trap, expEnd: "oh\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := newRuntime(t)
			spec := conformance.Spec(tc.module)
			spec.Execution = tc.e
			if tc.malleate != nil {
				tc.malleate(&spec)
			}
			o, err := r.Run(context.Background(), spec)
			if err != nil {
				t.Fatal(err)
			}
			o = conformance.LoadFiles(t, o)
			if o.Reason != tc.expReason || o.ExitCode != tc.expExit || (o.Kind == runtime.Result) != (tc.expReason == runtime.None) {
				t.Errorf("got %v %q, exit status %d, want %q, %d", o.Kind, o.Reason, o.ExitCode, tc.expReason, tc.expExit)
			}
			if string(o.StderrEnd) != tc.expEnd {
				t.Errorf("the end of stderr: got %q, want %q", o.StderrEnd, tc.expEnd)
			}
			files := map[string]string{}
			for _, f := range o.Files {
				files[f.Path] = string(f.Content.(artifact.Bytes))
			}
			if len(files) != len(tc.expFiles) {
				t.Errorf("got %d files, want %d", len(files), len(tc.expFiles))
			}
			for path, want := range tc.expFiles {
				if got, found := files[path]; !found || got != want {
					t.Errorf("%s: got %d bytes, %.40q, want %d", path, len(got), got, len(want))
				}
			}
			answer, err := runtime.AnswerOf(r.Rules(), o)
			if err != nil || answer.Manifest.Stderr != tc.expEnd || answer.Manifest.ExitCode != tc.expExit {
				t.Errorf("the answer has %q, %d, %v", answer.Manifest.Stderr, answer.Manifest.ExitCode, err)
			}
		})
	}
}

// TestEnvironment: the requester's variables stand behind those of the contract.
func TestEnvironment(t *testing.T) {
	r, _ := newRuntime(t)
	spec := conformance.Spec(testapps.Environment())
	spec.Env, spec.Execution.Env = []string{"CREDENCE_IN=/in"}, []string{"A=é = x", "B="}
	o, err := r.Run(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	o = conformance.LoadFiles(t, o)
	if want := "CREDENCE_IN=/in\x00A=é = x\x00B=\x00"; len(o.Files) != 1 || string(o.Files[0].Content.(artifact.Bytes)) != want {
		t.Errorf("got %+v, want %q", o.Files, want)
	}
}

// TestUnusedExecution: a run that asks for no execution gives the same bytes as before there were executions.
func TestUnusedExecution(t *testing.T) {
	r, _ := newRuntime(t)
	o, err := r.Run(context.Background(), conformance.Spec(testapps.Exit(3)))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := runtime.AnswerOf(r.Rules(), o)
	if want := "credence/result/v1\noutcome APP_FAILED\nreason exit\nexit 3\nentries 0\n"; err != nil || string(answer.Manifest.Bytes()) != want {
		t.Errorf("got %q, %v, want %q", answer.Manifest.Bytes(), err, want)
	}
}

// TestAnswerOfOtherRules: under a runtime that is not deterministic, neither fuel nor stderr is part of an answer.
func TestAnswerOfOtherRules(t *testing.T) {
	a := runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.Trap, Fuel: 5, StderrEnd: []byte("at 0x7f1")}
	b := runtime.Outcome{Kind: runtime.AppFailed, Reason: runtime.Trap, Fuel: 6, StderrEnd: []byte("at 0x7f2")}
	for rules, equal := range map[contract.Runtime]bool{
		{Name: "container"}:                      true,
		{Name: "container", Deterministic: true}: false,
		{Name: "container", FuelSchedule: "f"}:   false,
	} {
		x, err := runtime.AnswerOf(rules, a)
		if err != nil {
			t.Fatal(err)
		}
		y, err := runtime.AnswerOf(rules, b)
		if err != nil {
			t.Fatal(err)
		}
		if x.Equal(y) != equal {
			t.Errorf("%+v: equal is %v, want %v", rules, x.Equal(y), equal)
		}
	}
}
