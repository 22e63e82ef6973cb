package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/printable"
	"github.com/credence-chain/credence/poco/contract"
)

// EventText describes an event for people, with its amounts and with what they may do. For events that need neither it returns the
// library's text.
func EventText(e client.Event) string {
	switch e.Kind {
	case client.EventUploaded:
		return strings.Replace(e.Text, fmt.Sprintf("%d bytes", e.Size), FormatBytes(e.Size), 1)
	case client.EventQuoted:
		return quotedText(e)
	case client.EventSubmitted:
		if e.Locked == 0 {
			return e.Text
		}
		text := fmt.Sprintf("%s; %s locked. Ctrl-C leaves it running", e.Text, FormatCRED(e.Locked))
		if e.Expiry > 0 {
			text += fmt.Sprintf("; what can't be met at once rests on the book until height %d", e.Expiry)
		}
		return text
	case client.EventMatched:
		if e.MaxPrice > 0 {
			return fmt.Sprintf("%s of at most %s each", e.Text, FormatCRED(e.MaxPrice))
		}
	case client.EventStalled:
		if e.Request+e.Deal != "" {
			return e.Text + "; Ctrl-C leaves it running, and this follows it later: " + watchCommand(e.Request, e.Deal)
		}
	case client.EventEnded:
		if e.Result != nil {
			return TaskText(e.Result)
		}
	case client.EventDownloaded:
		if e.Result != nil {
			return downloadedText(e.Result)
		}
	case client.EventFinished:
		if e.Report != nil {
			return ReportText(e.Report)
		}
	}
	return e.Text
}

func quotedText(e client.Event) string {
	price := fmt.Sprintf("at most %s", FormatCRED(e.MaxPrice))
	if e.Size > 1 {
		price += fmt.Sprintf(" each, %s in all", FormatCRED(e.MaxPrice*e.Size))
	}
	if e.Plan == nil { // the request will rest on the book
		return fmt.Sprintf("%s. A%s; what is not spent comes back", e.Text, price[1:])
	}
	return fmt.Sprintf("%s. Expected %s, %s; what is not spent comes back", e.Text, FormatCRED(e.Expected), price)
}

// downloadedText says which files were downloaded, and the exit status if it is not 0.
func downloadedText(r *client.TaskReport) string {
	status := ""
	if r.ExitCode != 0 {
		status = fmt.Sprintf(" (exit status %d)", r.ExitCode)
	}
	if len(r.Files) == 0 {
		return "verified: " + NoFiles + status
	}
	return fmt.Sprintf("downloaded to %s and verified: %s%s", printable.Name(r.Dir), FileList(r), status)
}

// describeWindow describes the window, and says how to get a longer one.
func describeWindow(r *client.TaskReport) string {
	switch {
	case r.Window == 0:
		return "A larger --fuel gives a longer window"
	case r.Category != "":
		return fmt.Sprintf("The window was %d blocks in --category %s; a category with more time gives a longer one", r.Window, r.Category)
	}
	return fmt.Sprintf("The window was %d blocks for --fuel %s; a larger --fuel gives a longer one", r.Window, FormatFuel(r.FuelLimit))
}

// TaskText says in a sentence how the task ended.
func TaskText(r *client.TaskReport) string {
	var b strings.Builder
	switch {
	case r.Accepted() && r.ByCourt:
		fmt.Fprintf(&b, "the court decided: %s", answerText(r))
		if len(r.Agreed) > 0 {
			fmt.Fprintf(&b, ", as %s said", JoinNames(r.Agreed))
		}
	case r.Accepted():
		fmt.Fprintf(&b, "accepted: %s, by agreement of %s", answerText(r), JoinNames(r.Agreed))
		switch {
		case r.AuditCause == "BYTES":
			b.WriteString("; the court fetches its bytes, because somebody asked for them")
		case r.AuditCause != "":
			fmt.Fprintf(&b, "; the court looks at it again (%s), and what it finds is final", strings.ToLower(r.AuditCause))
		case r.FinalHeight > 0:
			fmt.Fprintf(&b, "; final at height %d unless it is challenged", r.FinalHeight)
		}
	default:
		b.WriteString(endingText(r))
	}
	return b.String() + faultsText(r)
}

// faultsText says which workers are at fault, and what it costs them.
func faultsText(r *client.TaskReport) string {
	var b strings.Builder
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "; %s %s", f.Organisation, faultText(f.Fault))
		if f.Slash > 0 {
			fmt.Fprintf(&b, " and loses %s of stake", FormatCRED(f.Slash))
		}
	}
	return b.String()
}

// answerText describes the accepted answer; for a failure, how the program failed.
func answerText(r *client.TaskReport) string {
	if r.Failed() && r.Reason != "" {
		return fmt.Sprintf("the program %s (%s)", FailureText(r), client.ShortDigest(r.Verdict.Digest))
	}
	return r.Verdict.Text()
}

func faultText(fault string) string {
	switch fault {
	case "WRONG":
		return "gave a wrong answer"
	case "UNREVEALED":
		return "did not reveal its answer"
	case "LATE":
		return "revealed its answer only when the court was called"
	case "SILENT":
		return "gave no answer"
	case "UNSERVED":
		return "could not give the court the inputs that it ran on"
	case "WITHHELD":
		return "did not give the bytes of its answer"
	case "ABSTAINED":
		return "abstained"
	}
	return fault
}

// endingText says why a task has no accepted answer, and what to do.
func endingText(r *client.TaskReport) string {
	switch r.Ending {
	case "CANCELLED":
		return "cancelled before anyone was drawn; " + refundText(r)
	case "NO_WORKER":
		return "no worker answered in its window, at any attempt" + declinesText(r) + "; " + refundText(r) + ". Look whether the pool's workers are up. " + describeWindow(r)
	case "TOO_FEW_ORGANISATIONS":
		return "too few organisations were eligible for too long; " + refundText(r) + ". Lower --trust or --min-replicas, or wait until more workers are free"
	case "INPUT_UNAVAILABLE":
		if r.ByCourt {
			return "an input could not be had by the court's validators; " + refundText(r) + ". Look whether the store that serves it can be reached from there"
		}
		return "an input could not be had by the workers; " + refundText(r) + ". Look whether the store that serves it can be reached from there"
	case "ABSTAINED":
		switch {
		case r.ByCourt && r.Answered:
			return "the court had no answer in its window, so that no worker's answer could be judged; " + refundText(r) + ", and no worker at fault for its answer. " + describeWindow(r)
		case r.ByCourt:
			return "the court had no answer in its window; " + refundText(r) + ". " + describeWindow(r)
		}
		return "no worker that was drawn had an answer in its window; " + refundText(r) + ". " + describeWindow(r)
	case "VOID":
		if r.CourtAnswers < 2 && r.CourtEmpty > 0 {
			return fmt.Sprintf("the court found no two thirds on one answer: %s none in its window; %s. %s", pluralOf(uint64(r.CourtEmpty), "validator had", "validators had"), refundText(r), describeWindow(r))
		}
		return "the court found no two thirds on one answer: the app does not give the same output everywhere; " + refundText(r) + ". Make it deterministic and publish it anew"
	case "COURT_SILENT":
		return "too much of the court was silent, however often it was called; " + refundText(r) + ". Where its validators are up, the window was too short for them. " + describeWindow(r)
	case "COURT_UNPAID":
		return "the court would have to judge it, and validators joined since its deal, so that what it locked does not pay for all of them; " + refundText(r) + ". Ask again: a new deal locks enough"
	case "EVIDENCE_STOPPED":
		return "the verifier that the app's version names was stopped, so that no proof of an answer counts; " + refundText(r) + ", nobody at fault. Ask for a version under another verifier, or for another policy"
	case "UNDECIDED":
		if rules, err := contract.FindRuntime(r.Runtime); err == nil && !rules.Deterministic {
			return "the workers' answers do not decide, and no court can judge a container; " + refundText(r) + ". Two runs of a container may differ: write what differs into files that do not count, by a computed.json or --output-path. credenced task logs says what each worker printed"
		}
		return "the workers' answers do not decide, and under the policy no court may; " + refundText(r) + ". Try it again, or use --policy credence, which asks the court where answers differ"
	case "BROKEN":
		return "the chain failed to process it; " + refundText(r) + ", nobody at fault. Report it"
	}
	return r.Ending
}

// declinesText says why workers gave their seats back, as they say themselves.
func declinesText(r *client.TaskReport) string {
	var reasons []string
	for _, d := range r.Declines {
		if text := d.Text(); !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	if len(reasons) == 0 {
		return ""
	}
	return " (" + strings.Join(reasons, ", ") + ")"
}

// refundText says how the escrow of a task without an accepted answer was used. It pays a court that found an answer, unless a fault pays
// for it. It pays the replicas if only the court failed.
func refundText(r *client.TaskReport) string {
	var court, others uint64
	for _, p := range r.Payments {
		switch {
		case p.Source != "escrow":
		case p.Party == "COURT":
			court += p.Amount
		default:
			others += p.Amount
		}
	}
	switch {
	case others > 0:
		return fmt.Sprintf("those who answered are paid %s, and the rest is refunded", FormatCRED(court+others))
	case court > 0 && r.Premium > 0:
		return fmt.Sprintf("the court is paid %s for its work, %s are destroyed as the least that a charge costs, and the rest is refunded", FormatCRED(court), FormatCRED(r.Premium))
	case court > 0:
		return fmt.Sprintf("the court is paid %s for its work, and the rest is refunded", FormatCRED(court))
	}
	return "refunded"
}

// FileList lists the files of a result, safe for a terminal because the program chose their names. Without files it returns NoFiles.
func FileList(r *client.TaskReport) string {
	if len(r.Files) == 0 {
		return NoFiles
	}
	return JoinNames(printable.Names(r.Files))
}

// NoFiles is the text for an accepted result without a file.
const NoFiles = "no file: the program wrote nothing below /out"

// JoinNames lists names in a sentence: "amber, birch and cedar", or "nobody".
func JoinNames(names []string) string {
	switch len(names) {
	case 0:
		return "nobody"
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// ReportText sums up the run in a sentence.
func ReportText(r *client.Report) string {
	text := fmt.Sprintf("%d of %s accepted; cost %s, refunded %s", r.Accepted, pluralOf(uint64(len(r.Tasks)), "task", "tasks"), FormatCRED(r.Paid), FormatCRED(r.Refunded))
	if r.Slashed > 0 {
		text += fmt.Sprintf("; %s of stake slashed", FormatCRED(r.Slashed))
	}
	if r.Unmet > 0 {
		text += "; " + r.Why
	}
	return text
}

func pluralOf(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// OnchainLabel is the beginning of every OnchainText.
const OnchainLabel = "on chain: "

// OnchainText shows the part of a task's answer that is kept on the chain; empty if there is none.
func OnchainText(o *client.Onchain) string {
	if o == nil {
		return ""
	}
	return fmt.Sprintf("%s%s = %s", OnchainLabel, printable.Name(o.File), printable.Data(o.Data))
}
