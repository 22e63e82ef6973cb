package contract

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Execution says how a program is run, besides its arguments and inputs: what a shell would set up for it. In the zero Execution
// only exit status 0 means success, stdin is empty, and the environment is the one of docs/apps.md.
//
// Execution has the fields of credence.deals.v1.Execution in the same order, so that Go converts one into the other: if only one of
// them had a field, the conversion would not compile. The table below says everything else about each field: how it is encoded, how
// it is shown, and how evidence covers it.
type Execution struct {
	// OkExit lists all exit statuses that mean success. 0 is among them only if it is listed. An empty list means 0 alone.
	OkExit []uint32 `json:"ok_exit,omitempty"`
	// Stdout names the file below /out that receives what the program prints. If it is empty and the program leaves nothing below
	// /out, the printed text becomes the file DefaultStdout; otherwise it is no part of the result.
	Stdout string `json:"stdout,omitempty"`
	// Stdin is the name of the input that the program reads as its standard input; empty for none.
	Stdin string `json:"stdin,omitempty"`
	// Env are variables, NAME=value. They are placed after those of docs/apps.md.
	Env []string `json:"env,omitempty"`
	// Seconds is the real time that one execution may need, for programs that take longer than their fuel limit suggests: a program
	// that waits for memory burns a thousandth of the fuel of a program that computes. The windows of a deal leave room for these
	// seconds. They do not limit a run, because an answer never depends on a clock. 0: the fuel limit alone decides the windows.
	Seconds uint32 `json:"seconds,omitempty"`
	// Clock is what the program's clock shows when it starts, in Unix seconds. 0: the time of the deal.
	Clock int64 `json:"clock,omitempty"`
	// Seed is a text. The program's random numbers are made from it and from the task's index in its bag. If it is empty, they are
	// made from the task's id, which differs in each run.
	Seed string `json:"seed,omitempty"`
	// Writable lets the program change what lies below /in. Its changes are dropped when it ends.
	Writable bool `json:"writable,omitempty"`
	// Workdir is the folder in which relative paths begin: one of Workdirs, or a folder below one; empty for the root.
	Workdir string `json:"workdir,omitempty"`
	// OutputPath is the folder below /out whose files are the result, in place of the one that the app's version declares.
	OutputPath string `json:"output_path,omitempty"`
	// Rows is the name of the input, a packed folder, that gives each task of the bag its own part (package artifact/rows). The
	// program does not find this input below /in. If it is empty, all tasks get the same.
	Rows string `json:"rows,omitempty"`
	// Recipient is a public key of age for which the answer is sealed (ParseRecipient). Empty leaves it readable.
	Recipient string `json:"recipient,omitempty"`
}

// fields is the one place that says how each field is encoded, shown and covered.
func (e *Execution) fields() []field {
	return []field{
		{number: 1, value: (*statuses)(&e.OkExit), covered: coveredInPlace, label: "success", text: func() string { return "exit status " + (*statuses)(&e.OkExit).show() }},
		{number: 2, value: (*text)(&e.Stdout), covered: coveredInPlace, label: "stdout"},
		{number: 3, value: (*text)(&e.Stdin), covered: coveredInPlace, label: "stdin"},
		{number: 4, value: (*texts)(&e.Env), covered: coveredInPlace, label: "environment"},
		{number: 5, value: (*seconds)(&e.Seconds), covered: neverCovered, label: "time", text: func() string { return (*seconds)(&e.Seconds).show() + " for one execution" }},
		{number: 6, value: (*moment)(&e.Clock), covered: coveredInPlace, label: "clock"},
		{number: 7, value: (*text)(&e.Seed), covered: coveredInPlace, label: "seed"},
		{number: 8, value: (*truth)(&e.Writable), covered: coveredInPlace, label: "writable", text: func() string { return "below /in, and dropped at the end" }},
		{number: 9, value: (*text)(&e.Workdir), covered: coveredInPlace, label: "workdir", text: func() string { return "/" + e.Workdir }},
		{number: 10, value: (*text)(&e.OutputPath), covered: coveredInPlace, label: "result", text: func() string { return "what lies in /out/" + e.OutputPath }},
		{number: 11, value: (*text)(&e.Rows), covered: coveredInPlace}, // shown with the inputs, of which it is one
		{number: 12, value: (*text)(&e.Recipient), label: "sealed for"},
	}
}

// Workdirs are the folders at or below which a program can be started.
var Workdirs = []string{"in", "out", "tmp"}

// DefaultStdout is the name of the result's file with what was printed, where the program left no file.
const DefaultStdout = "stdout"

// Limits of an Execution.
const (
	// MaxOkExit bounds how many exit statuses mean success.
	MaxOkExit = 64
	// MaxEnv bounds the number of variables. MaxEnvBytes bounds their bytes together, with a zero byte after each.
	MaxEnv      = 128
	MaxEnvBytes = 16 << 10
	// MaxEnvNameBytes bounds the name of one variable.
	MaxEnvNameBytes = 128
	// MaxSeconds bounds the time that a job can ask for: a day.
	MaxSeconds = 86_400
	// MaxClock is the latest time that a clock can begin at, in Unix seconds: in 2106.
	MaxClock = 1<<32 - 1
	// MaxSeedBytes bounds a seed.
	MaxSeedBytes = 128
)

// reservedEnv are the beginnings of variable names that docs/apps.md reserves.
var reservedEnv = []string{"CREDENCE_", "IEXEC_"}

// Normal returns the execution in its canonical form: statuses and variables are sorted. A list of 0 alone is kept: it says that 0
// means success whatever the app's version says.
func (e Execution) Normal() Execution {
	e.OkExit = slices.Sorted(slices.Values(e.OkExit))
	e.Env = slices.SortedFunc(slices.Values(e.Env), func(a, b string) int { return strings.Compare(envName(a), envName(b)) })
	return e
}

// Succeeded says whether an exit status means success.
func (e Execution) Succeeded(status uint32) bool {
	if len(e.OkExit) == 0 {
		return status == 0
	}
	return slices.Contains(e.OkExit, status)
}

// Check checks an execution in its canonical form; inputs are the files and folders that the program finds below /in. The error
// names the field, the value and what was expected.
func (e Execution) Check(inputs []Input) error {
	if err := CheckOkExit(e.OkExit); err != nil {
		return err
	}
	if e.Stdout != "" {
		if err := CheckInputName(e.Stdout); err != nil {
			return fmt.Errorf("stdout: %w", err)
		}
	}
	if err := e.checkRepeatable(); err != nil {
		return err
	}
	if e.Stdin != "" && !holdsFile(inputs, e.Stdin) {
		return fmt.Errorf("stdin: got %.80q, expected the name of an input, or of a file in an input that is a folder", e.Stdin)
	}
	if e.Rows != "" && !slices.Contains(inputs, Input{Name: e.Rows, Tree: true}) {
		return fmt.Errorf("rows: got %.80q, expected the name of an input that is a folder", e.Rows)
	}
	if err := checkWorkdir(e.Workdir); err != nil {
		return err
	}
	if err := CheckOutputPath(e.OutputPath); err != nil {
		return err
	}
	if e.Recipient != "" {
		if _, err := ParseRecipient(e.Recipient); err != nil {
			return err
		}
	}
	return checkEnv(e.Env)
}

// OfRow returns the execution of a task to which a row gives variables and a stdin of its own, in canonical form. It names no rows.
func (e Execution) OfRow(env []string, stdin string) Execution {
	e.Rows = ""
	e.Env = slices.Concat(e.Env, env)
	if stdin != "" {
		e.Stdin = stdin
	}
	return e.Normal()
}

// checkRepeatable checks the time and the seed: what a run depends on besides its files.
func (e Execution) checkRepeatable() error {
	switch {
	case e.Seconds > MaxSeconds:
		return fmt.Errorf("seconds: got %d, expected at most %d", e.Seconds, MaxSeconds)
	case e.Clock < 0 || e.Clock > MaxClock:
		return fmt.Errorf("clock: got %d, expected 1 to %d seconds after 1970, or 0 for the time of the deal", e.Clock, int64(MaxClock))
	case len(e.Seed) > MaxSeedBytes:
		return fmt.Errorf("seed: got %d bytes, expected at most %d", len(e.Seed), MaxSeedBytes)
	case !utf8.ValidString(e.Seed) || strings.ContainsFunc(e.Seed, unicode.IsControl):
		return fmt.Errorf("seed: got %.80q, expected UTF-8 without control characters", e.Seed)
	}
	return nil
}

// holdsFile says whether a name is the name of an input, or may be that of a file in an input that is a folder.
func holdsFile(inputs []Input, name string) bool {
	return slices.ContainsFunc(inputs, func(in Input) bool {
		switch {
		case !in.Tree:
			return in.Name == name
		case in.Name == RootTree:
			return CheckInputName(name) == nil
		}
		return strings.HasPrefix(name, in.Name+"/") && CheckInputName(name) == nil
	})
}

// checkWorkdir checks the folder in which relative paths begin; empty is the root.
func checkWorkdir(folder string) error {
	if folder == "" {
		return nil
	}
	top, _, _ := strings.Cut(folder, "/")
	if err := CheckInputName(folder); err != nil || !slices.Contains(Workdirs, top) {
		return fmt.Errorf("workdir: got %.80q, expected %s, or a folder below one, without a slash in front", folder, strings.Join(Workdirs, ", "))
	}
	return nil
}

// CheckOkExit checks a list of exit statuses that mean success: in order, each once, at most MaxOkExit.
func CheckOkExit(statuses []uint32) error {
	if len(statuses) > MaxOkExit {
		return fmt.Errorf("ok_exit: got %d statuses, expected at most %d", len(statuses), MaxOkExit)
	}
	for i, status := range statuses {
		if i > 0 && statuses[i-1] >= status {
			return fmt.Errorf("ok_exit: got %d after %d, expected them in order, each once", status, statuses[i-1])
		}
	}
	return nil
}

func checkEnv(env []string) error {
	if len(env) > MaxEnv {
		return fmt.Errorf("env: got %d variables, expected at most %d", len(env), MaxEnv)
	}
	size, last := 0, ""
	for i, variable := range env {
		name, value, found := strings.Cut(variable, "=")
		if !found || !isEnvName(name) {
			return fmt.Errorf("env[%d]: got %.80q, expected NAME=value, the name of at most %d letters, digits and \"_\", no digit first", i, variable, MaxEnvNameBytes)
		}
		for _, reserved := range reservedEnv {
			if strings.HasPrefix(name, reserved) {
				return fmt.Errorf("env[%d]: got the name %q, expected one that does not begin with %q: those say what task this is", i, name, reserved)
			}
		}
		if !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
			return fmt.Errorf("env[%d]: the value of %s: got %.80q, expected UTF-8 without control characters", i, name, value)
		}
		if i > 0 && last >= name {
			return fmt.Errorf("env[%d]: got %q after %q, expected the names in order, each once", i, name, last)
		}
		size, last = size+len(variable)+1, name
	}
	if size > MaxEnvBytes {
		return fmt.Errorf("env: got %d bytes, a zero byte after each counted, expected at most %d", size, MaxEnvBytes)
	}
	return nil
}

func isEnvName(name string) bool {
	for i, c := range []byte(name) {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && len(name) <= MaxEnvNameBytes
}

// envName returns the name of a variable.
func envName(variable string) string {
	name, _, _ := strings.Cut(variable, "=")
	return name
}
