package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/poco"
)

// This file has the plain words, which commands print by default: what happened, who checked it, and what it cost. The theory behind it, with
// plans, chances, ledgers and digests, is in words.go. Commands print it with --verbose, and JSON always has it.

// AddVerbose adds the flag --verbose.
func AddVerbose(f *pflag.FlagSet, verbose *bool) {
	f.BoolVarP(verbose, "verbose", "v", false, "say the theory too: plans and their chances, ledgers, digests, and each worker's answer")
}

// Words returns the function that describes events: EventText if verbose is set, otherwise PlainText.
func Words(verbose bool) func(client.Event) string {
	if verbose {
		return EventText
	}
	return PlainText
}

// digestMark is a short digest in the text of an event, with what joins it to the text.
var digestMark = regexp.MustCompile(`,? \(?sha256:[0-9a-f]{12}\)?`)

// PlainText describes an event in plain words. It returns "" for an event that says only how the theory sees the task.
func PlainText(e client.Event) string {
	switch e.Kind {
	case client.EventUploaded, client.EventPublished, client.EventKnown:
		return digestMark.ReplaceAllString(EventText(e), "")
	case client.EventQuoted:
		return plainQuote(e)
	case client.EventMatched:
		return strings.Replace(e.Text, "deal "+client.ShortDigest(e.Deal)+", ", "", 1)
	case client.EventDrawn:
		if e.Wave == 2 {
			return e.Organisation + " runs it too, and does not know that answer"
		}
		if e.Wave > 2 {
			return e.Organisation + " runs it too"
		}
		return e.Organisation + " runs it"
	case client.EventPlanned, client.EventTurn:
		if e.Gate == "wait" {
			return "all agree; it ends once earlier tasks have"
		}
		return ""
	case client.EventRevealed:
		return plainReveal(e)
	case client.EventCourt:
		return strings.Replace(e.Text, "the ledgers have no room", "the trust that was asked for needs more than these answers", 1)
	case client.EventEnded:
		if e.Result != nil {
			return PlainTaskText(e.Result)
		}
	case client.EventFinished:
		if e.Report != nil {
			return VerdictText(e.Report)
		}
	}
	return EventText(e)
}

// plainReveal describes an opened answer without its digest.
func plainReveal(e client.Event) string {
	if e.Outcome != nil {
		switch e.Outcome.Kind {
		case "RESULT":
			return e.Organisation + " opens its answer"
		case "APP_FAILED":
			return e.Organisation + " opens its answer: the program fails"
		}
	}
	return e.Text
}

// plainQuote says what a request will cost, and how many organisations will run each task.
func plainQuote(e client.Event) string {
	if e.Plan == nil { // the request will rest on the book
		return EventText(e)
	}
	price := "about " + AboutCRED(e.Expected)
	if e.Size > 1 {
		price += fmt.Sprintf(" a task, at most %s for all %d", FormatCRED(e.MaxPrice*e.Size), e.Size)
	} else {
		price += ", at most " + FormatCRED(e.MaxPrice)
	}
	return fmt.Sprintf("price: %s; what is not spent comes back. %s", price, capitalise(PlanText(e.Plan)))
}

// AboutCRED returns an amount in CRED of which only about so much is known, with three digits that count.
func AboutCRED(ucred uint64) string {
	unit := uint64(1)
	for ucred/unit >= 1000 {
		unit *= 10
	}
	count := ucred / unit
	if ucred%unit >= (unit+1)/2 {
		count++
	}
	return FormatCRED(count * unit)
}

// PlanText says in plain words who will run a task.
func PlanText(p *client.Plan) string {
	switch {
	case p == nil:
		return "it is not known yet who will run it"
	case p.Court:
		return "the court of validators runs it"
	case p.Lottery == 0 && p.Replicas == 1:
		return "1 organisation runs it"
	case p.Lottery == 0:
		return fmt.Sprintf("%d organisations run it", p.Replicas)
	case p.Replicas == 1:
		return "1 organisation runs it, and by lot a second one"
	}
	return fmt.Sprintf("%d organisations run it, and by lot %s", p.Replicas, nextOne(p.Replicas))
}

// nextOne names the replica that a lottery adds to n others.
func nextOne(n uint32) string {
	words := []string{"a first", "a second", "a third", "a fourth", "a fifth", "a sixth", "a seventh", "an eighth", "a ninth", "a tenth"}
	if int(n) < len(words) {
		return words[n] + " one"
	}
	return "one more"
}

func capitalise(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// PlainTaskText says in plain words how the task ended.
func PlainTaskText(r *client.TaskReport) string {
	if !r.Accepted() {
		return TaskText(r)
	}
	text := checkedText(r)
	if r.Failed() {
		text = "the program " + FailureText(r) + ", " + text
	}
	switch {
	case r.ByCourt:
	case r.AuditCause == "BYTES":
		text += "; the court fetches its bytes, because somebody asked for them"
	case r.AuditCause != "":
		text += fmt.Sprintf("; the court looks at it again (%s), and what it finds is final", strings.ToLower(r.AuditCause))
	case r.FinalHeight > 0:
		text += fmt.Sprintf("; final at height %d unless somebody challenges it", r.FinalHeight)
	}
	return text + faultsText(r)
}

// checkedText says who checked an accepted answer. It says "verified" only where somebody else than the one who answered found the same,
// or where the answer came with evidence.
func checkedText(r *client.TaskReport) string {
	who := JoinNames(r.Agreed)
	switch {
	case r.ByCourt && len(r.Agreed) > 0:
		return "verified by the court of validators, which found what " + who + " said"
	case r.ByCourt:
		return "decided by the court of validators"
	case len(r.Agreed) > 1:
		return "verified by " + who
	case evidenceUnder(r.Policy) == poco.EvidenceProof:
		return "verified by a proof of " + who
	case evidenceUnder(r.Policy) == poco.EvidenceAttestation:
		return "attested by the enclave of " + who
	case len(r.Agreed) == 0: // the state says no more of who answered
		return "accepted"
	}
	return "answered by " + who + " alone"
}

// IsVerified says whether an accepted result was found by somebody else too, or came with evidence.
func IsVerified(r *client.TaskReport) bool {
	return r.Accepted() && !r.Failed() && (r.ByCourt || len(r.Agreed) > 1 || evidenceUnder(r.Policy) != poco.EvidenceNone)
}

// evidenceUnder returns the kind of evidence that comes with each answer under a policy; none for a policy that this program does not know.
func evidenceUnder(policy string) poco.EvidenceKind {
	p, known := poco.PolicyByName(policy)
	if !known {
		return poco.EvidenceNone
	}
	return p.Rules().Evidence
}

// VerdictText says in plain words how many tasks of a run have a result, and who verified them.
func VerdictText(r *client.Report) string {
	var good, verified, failed, court int
	var groups [][]string
	for _, t := range r.Tasks {
		switch {
		case t.Failed():
			failed++
			continue
		case !t.Accepted():
			continue
		}
		good++
		if IsVerified(t) {
			verified++
		}
		if t.ByCourt {
			court++
		} else {
			groups = append(groups, t.Agreed)
		}
	}
	text := fmt.Sprintf("%d of %d", good, len(r.Tasks))
	switch {
	case good == 0:
		text += " with a result"
	case len(r.Tasks) == 1:
		text += " " + checkedText(r.Tasks[0])
	case verified < good:
		text += fmt.Sprintf(" with a result, %d of them run by others too", verified)
	case court == good:
		text += " verified by the court of validators"
	case court > 0:
		text += fmt.Sprintf(" verified, %d by the court of validators and %d by %s", court, good-court, countText(groups))
	case !slices.ContainsFunc(groups, func(g []string) bool { return !slices.Equal(g, groups[0]) }):
		text += " verified by " + JoinNames(groups[0])
	default:
		text += " verified, each by " + countText(groups)
	}
	if failed > 0 {
		text += fmt.Sprintf("; the program failed in %d", failed)
	}
	return text
}

// countText says how many organisations agreed in each of some tasks.
func countText(groups [][]string) string {
	least, most := len(groups[0]), len(groups[0])
	for _, g := range groups[1:] {
		least, most = min(least, len(g)), max(most, len(g))
	}
	if least == most {
		return pluralOf(uint64(least), "organisation", "organisations")
	}
	return fmt.Sprintf("%d to %d organisations", least, most)
}
