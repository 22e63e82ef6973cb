package client

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/result"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// LastWords finds what the program of a task wrote to stderr, where that can be read: from names whose log it is. Nothing
// attests it; workers keep it on their own machines and send it nowhere.
type LastWords func(t *TaskReport) (from, text string)

// maxLastWords is how much of stderr a report has, in bytes; the end is kept.
const maxLastWords = result.MaxStderrBytes

// reasonTimeout bounds the search for a failure's manifest: it is a few lines long, and the verdict is there without it.
const reasonTimeout = 20 * time.Second

// failed says whether the accepted answer is that the program fails.
func (r *TaskReport) failed() bool { return r.Accepted() && r.Verdict.Kind == result.KindAppFailed }

// findReason completes the report of a program that failed: how, from the manifest with the accepted digest, which whoever
// agreed holds; and its last words, where they can be read. It says in the report why the reason can't be had.
func findReason(ctx context.Context, conn *Conn, t *TaskReport, sources []string, words LastWords) {
	if !t.failed() || t.Reason != "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, reasonTimeout)
	defer cancel()
	m, err := answerManifest(ctx, conn, t, sources)
	if err != nil {
		t.ReasonError = err.Error()
	} else {
		t.takeEnding(m)
	}
	t.AddLastWords(words)
}

// takeEnding puts into the report what the manifest with the accepted digest says of the program's end.
func (r *TaskReport) takeEnding(m result.Manifest) {
	r.Reason, r.ExitCode, r.ReasonError = m.Reason, m.ExitCode, ""
	if m.Stderr != "" {
		r.Stderr, r.StderrFrom, r.StderrVerified = lastWords(m.Stderr), "", true
	}
}

// lastWords is the end of a text, in UTF-8.
func lastWords(text string) string {
	return strings.ToValidUTF8(text[max(0, len(text)-maxLastWords):], "\uFFFD")
}

// AddLastWords completes the report of a program that failed with the end of its stderr, where it can be read.
func (r *TaskReport) AddLastWords(words LastWords) {
	if words == nil || !r.failed() || r.Stderr != "" {
		return
	}
	r.StderrFrom, r.Stderr = words(r)
	r.Stderr = lastWords(r.Stderr)
}

// answerManifest fetches the manifest with the accepted digest.
func answerManifest(ctx context.Context, conn *Conn, t *TaskReport, sources []string) (result.Manifest, error) {
	digest, err := artifact.ParseDigest(t.Verdict.Digest)
	if err != nil {
		return result.Manifest{}, err
	}
	holders, err := endpoints(ctx, conn, t.holders)
	if err != nil {
		return result.Manifest{}, err
	}
	source := &artifact.Client{BaseURLs: append(holders, sources...), Attempts: 2, Stall: reasonTimeout / 4}
	if len(source.BaseURLs) == 0 {
		return result.Manifest{}, fmt.Errorf("nobody is known to hold its manifest")
	}
	return result.FetchManifest(ctx, digest, source)
}

// FailureText says how the program failed; empty when it did not.
func (r *TaskReport) FailureText() string {
	if !r.failed() {
		return ""
	}
	what, _ := r.failure()
	return what
}

// failure says in words how the program failed, and what to do about it.
func (r *TaskReport) failure() (what, next string) {
	next = "run it on your own machine to see what it says; programs find their inputs in /in and write to /out"
	if r.Stderr == "" {
		next = "it wrote nothing to stderr; " + next
		if r.ReasonError != "" {
			next = fmt.Sprintf("the end of what it wrote to stderr is in that manifest, and all of it stays with the workers that ran it, in logs/%s-%d.stderr of their home; run it on your own machine to see what it says", r.ID, r.attempt)
		}
	}
	switch r.Reason {
	case "out-of-fuel":
		return fmt.Sprintf("ran out of fuel after %s units", FormatFuel(r.Verdict.Fuel)), "raise --fuel, for instance --fuel 100G; an endless loop needs mending instead"
	case "out-of-memory":
		return "needed more memory than a task may have", "make it use less, or split the work over a bag of tasks"
	case "output-too-large":
		return "wrote more than a task may put out", "write fewer or smaller files, with shorter paths, or split the work over a bag of tasks; docs/apps.md has the limits"
	case "call-depth":
		return "called functions too deeply", "an endless recursion needs mending; a deep one a loop"
	case "invalid-output":
		return "left no output that can be described", "names below /out must be UTF-8; where its version declares a folder as its result, it must write something there"
	case "invalid-computed":
		return "wrote a computed.json that can't be followed", "docs/apps.md says what it may hold"
	case "trap":
		return "crashed (a trap: out of bounds, division by zero, unreachable code)", next
	case "invalid-module":
		return "is no module that workers can run", "credenced publish app FILE says what they refuse; " + buildHint
	case "exit":
		return fmt.Sprintf("failed with exit status %d", r.ExitCode), next
	case "":
		why := "the manifest that says how has not been read"
		if r.ReasonError != "" {
			why = "the manifest that says how can't be had: " + r.ReasonError
		}
		return fmt.Sprintf("failed, after %s units of fuel; %s", FormatFuel(r.Verdict.Fuel), why), next
	}
	return fmt.Sprintf("failed: %s, exit status %d", r.Reason, r.ExitCode), next
}

// stderrText is the end of what the program wrote to stderr, a line each, quoted: a program chose it.
func (r *TaskReport) stderrText() string {
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
func (r *TaskReport) appFailed() *Problem {
	what, next := r.failure()
	text := fmt.Sprintf("the program of task %d %s; every replica found the same, so this is the answer", r.Index, what)
	if words := r.stderrText(); words != "" {
		text += "\n  " + words
	}
	return &Problem{What: text, Next: next, Exit: ExitAppFailed}
}

// here says what was downloaded.
func (r *TaskReport) here() string {
	status := ""
	if r.ExitCode != 0 {
		status = fmt.Sprintf(" (exit status %d)", r.ExitCode)
	}
	if len(r.Files) == 0 {
		return "verified: " + NoFiles + status
	}
	return fmt.Sprintf("downloaded to %s and verified: %s%s", printable.Name(r.Dir), r.fileList(), status)
}

// TasksError says what tasks that ended without full success mean; nil for full success.
func TasksError(tasks []*TaskReport) error {
	var failed, missing *TaskReport
	for _, t := range tasks {
		switch {
		case !t.Accepted():
			return &Problem{What: fmt.Sprintf("task %d has no result: %s", t.Index, t.Text()), Exit: ExitNoVerdict}
		case t.failed() && failed == nil:
			failed = t
		case t.DownloadError != "" && missing == nil:
			missing = t
		}
	}
	switch {
	case failed != nil:
		return failed.appFailed()
	case missing != nil:
		return &Problem{What: missing.DownloadError, Exit: ExitNetwork}
	}
	return nil
}

// EndError says what the end of a task, a deal or a request that was watched means, of whose tasks these ended; nil for full
// success.
func EndError(ctx context.Context, conn *Conn, ref Ref, tasks []*TaskReport) error {
	if err := TasksError(tasks); err != nil {
		return err
	}
	var deals []markettypes.Deal
	switch ref.Kind {
	case KindRequest:
		res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: ref.ID})
		if err != nil {
			return err
		}
		if !res.Request.Waits() && res.Request.Left() > 0 {
			return &Problem{What: unfilled(&res.Request), Exit: ExitUnfunded}
		}
		if deals, err = DealsOf(ctx, conn, res.Request); err != nil {
			return err
		}
	case KindDeal:
		res, err := conn.Market().Deal(ctx, &markettypes.QueryDealRequest{Id: ref.ID})
		if err != nil {
			return err
		}
		deals = []markettypes.Deal{res.Deal}
	}
	for _, d := range deals {
		if d.Accepted < d.Ended {
			return &Problem{What: fmt.Sprintf("%d of %s ended without an answer, and are refunded", d.Ended-d.Accepted, plural(d.Size_, "task", "tasks")), Exit: ExitNoVerdict}
		}
	}
	return nil
}
