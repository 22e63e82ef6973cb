package cli

import (
	"fmt"
	"strings"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/printable"
)

// FailureText says how the program failed; empty if it did not.
func FailureText(r *client.TaskReport) string {
	if !r.Failed() {
		return ""
	}
	what, _ := describeFailure(r)
	return what
}

// ExitFailureText says that a program ended with an exit status that means failure. 0 does so too if --ok-exit does not name it.
func ExitFailureText(status uint32) string {
	if status == 0 {
		return "ended with exit status 0, which --ok-exit does not name"
	}
	return fmt.Sprintf("failed with exit status %d", status)
}

// describeFailure says how the program failed, and what to do about it.
func describeFailure(r *client.TaskReport) (what, next string) {
	next = "see what it says on your own machine: credenced run --local, with the same app, inputs and arguments; programs find their inputs in /in and write to /out"
	switch {
	case r.Stderr == "" && r.ReasonError != "":
		next = fmt.Sprintf("the end of what it wrote to stderr is in that manifest, and all of it stays with the workers that ran it, in logs/%s-%d.stderr of their home; or %s", r.ID, r.Attempt, next)
	case r.Stderr == "":
		next = "it wrote nothing to stderr; " + next
	}
	switch r.Reason {
	case "out-of-fuel":
		return fmt.Sprintf("ran out of fuel after %s units", FormatFuel(r.Verdict.Fuel)), "raise --fuel, for instance --fuel 100G; an endless loop needs mending instead"
	case "out-of-memory":
		return "needed more memory than a task may have", "make it use less, or split the work over a bag of tasks"
	case "out-of-time":
		return "ran longer than its job allows", "ask for more with --time, for instance --time 10m; an endless loop needs mending instead"
	case "output-too-large":
		return "wrote more than a task may put out", "write fewer or smaller files, with shorter paths, or split the work over a bag of tasks; docs/apps.md has the limits"
	case "call-depth":
		return "called functions too deeply", "an endless recursion needs mending; a deep one a loop"
	case "invalid-output":
		return "left no output that can be described", "names below /out must be UTF-8; where its version declares a folder as its result, it must write something there"
	case "invalid-input":
		return "was given inputs that can't be used", "an input that is a folder has to be packed as docs/apps.md says, and go with the other inputs; what --stdin and --workdir name has to be among them"
	case "invalid-computed":
		return "wrote a computed.json that can't be followed", "docs/apps.md says what it may hold"
	case "trap":
		return "crashed (a trap: out of bounds, division by zero, unreachable code)", next
	case "invalid-module":
		return "is no module that workers can run", "credenced publish app FILE says what they refuse; " + buildHint
	case "exit":
		return ExitFailureText(r.ExitCode), next
	case "":
		why := "the manifest that says how has not been read"
		if r.ReasonError != "" {
			why = "the manifest that says how can't be had: " + r.ReasonError
		}
		return fmt.Sprintf("failed, after %s units of fuel; %s", FormatFuel(r.Verdict.Fuel), why), next
	}
	return fmt.Sprintf("failed: %s, exit status %d", r.Reason, r.ExitCode), next
}

// StderrText returns the end of what the program wrote to stderr, line by line. It is quoted, because the program chose the text.
func StderrText(r *client.TaskReport) string {
	if r.Stderr == "" {
		return ""
	}
	var b strings.Builder
	if r.StderrVerified {
		b.WriteString("its last words on stderr, a part of the answer:")
	} else {
		fmt.Fprintf(&b, "its last words on stderr, from %s (not verified):", r.StderrFrom)
	}
	lines := strings.Split(strings.TrimRight(r.Stderr, "\n"), "\n")
	for _, line := range lines[max(0, len(lines)-10):] {
		b.WriteString("\n    " + printable.Line(line))
	}
	return b.String()
}

// appFailed says how the program itself failed.
func appFailed(r *client.TaskReport) (what, next string) {
	what, next = describeFailure(r)
	what = fmt.Sprintf("the program of task %d %s; every replica found the same, so this is the answer", r.Index, what)
	if words := StderrText(r); words != "" {
		what += "\n  " + words
	}
	return what, next
}
