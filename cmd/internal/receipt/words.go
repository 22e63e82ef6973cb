package receipt

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/receipt"
)

// This file puts into words what a verified receipt proves: writeStatement for a task, writeFeed for a feed's value. The words must claim
// no more than the proof carries. They name who gave the answer and what that is worth under the task's policy, say when only the
// validators' word stands behind something, and say so when the chain has a single validator. Texts that a program or a requester chose are
// made printable, so that they cannot imitate a line of the output.

// shownText says by which evidence an answer was shown, and on what that evidence rests.
func shownText(e *receipt.ShownAnswer) string {
	if e.Verifier == "" {
		return fmt.Sprintf("a signature of the session key %s, attested by the platform %s: machine %s, started from measurement %s", e.Key, e.Platform, e.Machine, e.Measurement)
	}
	text := fmt.Sprintf("a proof of %s under the verifier %s, for the program %s", e.System, e.Verifier, e.Program)
	if e.Stopped {
		text += ". THIS VERIFIER HAS BEEN STOPPED since: what was proved under it may be wrong"
	}
	return text
}

// writeStatement says in words what the receipt of a task proves.
func writeStatement(out io.Writer, s *receipt.Statement, files string) {
	fmt.Fprintf(out, "Proven: the chain %s accepted this answer, and it is final.\n\n", printable.Line(s.Chain))
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(what, format string, args ...any) {
		fmt.Fprintf(t, "  %s\t%s\n", what, printable.Line(fmt.Sprintf(format, args...)))
	}
	line("task", "%s", s.Task)
	line("answer", "%s", answerText(s.Answer))
	line("digest", "%s", s.Answer.Digest)
	line("program", "%s version %s, %s, runtime %s", s.Work.App, s.Work.Version, s.Work.Digest, s.Work.Runtime)
	if len(s.Work.Args) > 0 {
		line("arguments", "%s", quoteArgs(s.Work.Args))
	}
	for _, l := range s.Work.Execution.Describe() {
		line(l.Label, "%s", l.Text)
	}
	for _, in := range s.Work.Inputs {
		if in.Name == s.Work.Execution.Rows && in.Tree {
			line("rows", "line %d of %s says what else this task got", s.Work.Index+1, in.Digest)
			continue
		}
		line("input", "%s, %s", in.Name, in.Digest)
	}
	for _, in := range s.Work.Datasets {
		line("dataset", "%s, %s", in.Name, in.Digest)
	}
	if s.Work.Bag > 1 {
		line("task of a bag", "index %d of %d", s.Work.Index, s.Work.Bag)
	}
	line("asked by", "%s", askedBy(s.Work))
	line("evidence", "%s", evidenceText(s.Evidence))
	if e := s.Evidence.Shown; e != nil {
		line("shown by", "%s", shownText(e))
		line("statement", "%s, of worker %s", e.Statement, e.Worker)
	} else if asksEvidence(s.Evidence.Policy) {
		line("shown by", "nothing in this receipt: the validators' word alone says that the evidence was checked")
	}
	line("trust", "%s", trustText(s.Evidence))
	line("final", "%s", finalText(s))
	line("signed by", "%d of %d validators, with the power %d of %d, in block %d of %s",
		s.Signed.Signers, s.Signed.Validators, s.Signed.Power, s.Signed.TotalPower, s.Signed.Height+1, s.Signed.Time.Format("2006-01-02 15:04:05 MST"))
	line("trusted", "%s, which you named; %s", s.Signed.Trusted, changesText(s.Signed.Changes))
	if files != "" {
		line("files", "what is in %s is the answer, to the last byte: %s", files, fileCount(len(s.Answer.Files)))
	}
	t.Flush()
	if s.Signed.Validators == 1 {
		fmt.Fprint(out, "\nThe chain has one validator. It could sign anything, so that this is its word alone.\n")
	}
	if files == "" && s.Answer.HasManifest && s.Answer.Kind == "RESULT" {
		fmt.Fprint(out, "\nNo files were checked. ", cli.Program, " receipt verify FILE --files DIR compares a folder with the answer.\n")
	}
}

// asksEvidence reports whether each answer under a policy comes with evidence.
func asksEvidence(policy string) bool {
	p, found := poco.PolicyByName(policy)
	return found && p.Rules().Evidence != poco.EvidenceNone
}

func answerText(a receipt.Answer) string {
	text := a.Kind
	if a.HasManifest {
		text += fmt.Sprintf(", exit status %d", a.ExitStatus)
		if a.Reason != "" {
			text += ", reason " + a.Reason
		}
		text += ", " + fileCount(len(a.Files))
	}
	if a.Fuel > 0 {
		text += fmt.Sprintf(", %d fuel", a.Fuel)
	}
	return text
}

func fileCount(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

func changesText(n int) string {
	switch n {
	case 0:
		return "the same validators signed the block"
	case 1:
		return "the validators changed once from there to the block"
	}
	return fmt.Sprintf("the validators changed %d times from there to the block", n)
}

func quoteArgs(args []string) string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = cli.ShellQuote(a)
	}
	return strings.Join(out, " ")
}

func askedBy(w receipt.Work) string {
	if w.Organisation == "" {
		return w.Requester
	}
	return w.Organisation + " (" + w.Requester + ")"
}

func evidenceText(e receipt.Evidence) string {
	var parts []string
	if len(e.GaveIt) > 0 {
		parts = append(parts, "workers of "+joinNames(e.GaveIt)+" gave the answer")
	}
	if e.ByCourt {
		parts = append(parts, "the court of the validators decided it by more than two thirds of its power ("+joinNames(e.Court)+")")
	} else if len(e.Court) > 0 {
		parts = append(parts, "the validators of "+joinNames(e.Court)+" found the same in court")
	}
	if e.Overturned != "" {
		parts = append(parts, "the court overturned the answer "+e.Overturned)
	}
	return strings.Join(parts, "; ")
}

func joinNames(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// trustText says what the answer's trust means. It claims no more than the protocol promises (docs/protocol.md section 3).
func trustText(e receipt.Evidence) string {
	if !e.Bounded {
		return fmt.Sprintf("the policy %s gives no bound on wrong results; the answer is only as trustworthy as those who gave it", e.Policy)
	}
	text := fmt.Sprintf("policy %s: of all tasks with the trust %d, at most one in %d is to be expected wrong", e.Policy, e.Trust, e.Trust)
	if !e.ByCourt && e.Replicas > 0 {
		text += fmt.Sprintf("; of this one, all blind replicas collude with a chance of %s if at most %d of %d organisations do", e.X, e.Faction, e.Eligible)
	}
	return text
}

func finalText(s *receipt.Statement) string {
	text := fmt.Sprintf("accepted at height %d", s.Answer.Ended)
	switch s.Evidence.Audit {
	case "none":
		return text + ", without a window for challenges"
	case "unopposed":
		return text + "; its window for challenges passed without one"
	case "upheld":
		return text + "; the court looked at it again and upheld it"
	case "overturned":
		return text + "; the court looked at it again and put this answer in place of the first"
	}
	return text + "; the court looked at it again, and what it found was: " + s.Evidence.Audit
}

// writeFeed says in words what the receipt of a feed proves.
func writeFeed(out io.Writer, s *receipt.FeedStatement) {
	fmt.Fprintf(out, "Proven: this was the latest value of the feed %s/%s of the chain %s at height %d.\n\n", printable.Name(s.Owner), printable.Name(s.Name), printable.Line(s.Chain), s.Signed.Height)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(what, format string, args ...any) {
		fmt.Fprintf(t, "  %s\t%s\n", what, printable.Line(fmt.Sprintf(format, args...)))
	}
	at := func(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04:05 MST") }
	line("value", "%s", printable.Data(s.Value.Data))
	line("asked for", "at height %d, %s", s.Value.Asked, at(s.Value.AskedTime))
	line("final", "at height %d, %s", s.Value.Height, at(s.Value.Time))
	line("computed by", "%s version %s, trust %d, policy %s", s.App, s.Value.AppVersion, s.Value.Trust, s.Value.Policy)
	line("task", "%s", s.Value.Task)
	line("digest", "%s", s.Value.Digest)
	by := "jobs of " + s.Account
	if s.Shared {
		by = "jobs of every account of " + s.Owner
	}
	line("feed", "%s; %s that run %s with trust %d or more under the policy %s update it", s.Feed, by, s.App, s.MinTrust, s.Policy)
	line("signed by", "%d of %d validators, with the power %d of %d, in block %d of %s",
		s.Signed.Signers, s.Signed.Validators, s.Signed.Power, s.Signed.TotalPower, s.Signed.Height+1, at(s.Signed.Time.Unix()))
	line("trusted", "%s, which you named; %s", s.Signed.Trusted, changesText(s.Signed.Changes))
	t.Flush()
	if s.Signed.Validators == 1 {
		fmt.Fprint(out, "\nThe chain has one validator. It could sign anything, so that this is its word alone.\n")
	}
}
