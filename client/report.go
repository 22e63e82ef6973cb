package client

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/credence-chain/credence/internal/printable"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Report is the end of a run.
type Report struct {
	// Request, its first deal, and the app run.
	Request   string `json:"request"`
	Deal      string `json:"deal"`
	Reference string `json:"reference"`
	// Size of the bag; Deals that its tasks are in, in the order of their indices. Unmet is how many of them met no offer, and
	// Why.
	Size  uint64       `json:"size"`
	Deals []DealReport `json:"deals"`
	Unmet uint64       `json:"unmet,omitempty"`
	Why   string       `json:"why,omitempty"`
	// Tasks in the order of their index.
	Tasks []*TaskReport `json:"tasks"`
	// Accepted is how many of them ended with an answer.
	Accepted uint64 `json:"accepted"`
	// Locked at the submission, Paid out of it, Refunded; in ucred. Locked = Paid + Refunded once all ended.
	Locked   uint64 `json:"locked"`
	Paid     uint64 `json:"paid"`
	Refunded uint64 `json:"refunded"`
	// Slashed stake of all workers, and Burnt of it, in ucred.
	Slashed uint64 `json:"slashed"`
	Burnt   uint64 `json:"burnt"`
	// Ledgers of the class and of the requester after it.
	Ledgers []LedgerReport `json:"ledgers"`
	// Out is the folder with the results.
	Out string `json:"out,omitempty"`
	// Complete says that the run was watched to its end. Otherwise the tasks run on, and the report has what was seen of them.
	Complete bool `json:"complete"`
}

// DealReport is a part of the bag that met one offer.
type DealReport struct {
	ID string `json:"id"`
	// Pool that runs it.
	Pool string `json:"pool"`
	// First index and number of tasks.
	First uint64 `json:"first"`
	Size  uint64 `json:"size"`
	// Paid out of its escrow so far, in ucred.
	Paid uint64 `json:"paid"`
}

// TaskReport is the end of one task.
type TaskReport struct {
	ID    string `json:"id"`
	Index uint64 `json:"index"`
	// Ending such as "ACCEPTED" or "VOID"; ByCourt says who decided.
	Ending  string `json:"ending"`
	ByCourt bool   `json:"by_court"`
	// Verdict is the accepted answer; nil when there is none.
	Verdict *Outcome `json:"verdict,omitempty"`
	// Replicas that answered as the verdict, by organisation.
	Agreed []string `json:"agreed"`
	// Faults found.
	Faults []FaultReport `json:"faults,omitempty"`
	// Payments made, out of escrow and of slashed stake.
	Payments []PaymentReport `json:"payments"`
	// Refund of the escrow; Burnt of slashed stake; in ucred.
	Refund uint64 `json:"refund"`
	Burnt  uint64 `json:"burnt"`
	// Dir and Files of the result, once downloaded.
	Dir   string   `json:"dir,omitempty"`
	Files []string `json:"files,omitempty"`
	// Exit status and Reason of a program that failed, as the manifest with the accepted digest says them; ReasonError says
	// why it can't be had.
	ExitCode    uint32 `json:"exit_code,omitempty"`
	Reason      string `json:"reason,omitempty"`
	ReasonError string `json:"reason_error,omitempty"`
	// Stderr is the end of what the program wrote there. StderrVerified says that the manifest with the accepted digest has it;
	// otherwise StderrFrom says whose log it is, which nothing attests.
	Stderr         string `json:"stderr,omitempty"`
	StderrFrom     string `json:"stderr_from,omitempty"`
	StderrVerified bool   `json:"stderr_verified,omitempty"`
	// DownloadError says why an accepted result is not here.
	DownloadError string `json:"download_error,omitempty"`

	// Window is how many blocks the deal gave each worker to commit an answer, FuelLimit what it might burn meanwhile; 0 when
	// the deal was not read.
	Window    int64  `json:"window,omitempty"`
	FuelLimit uint64 `json:"fuel_limit,omitempty"`
	// Category whose time the window has; empty when it comes from the fuel limit.
	Category string `json:"category,omitempty"`

	holders []string // workers that have the result
	// courtAnswers is how many different answers of the app the court gave, and courtEmpty how many of its seats had none.
	courtAnswers, courtEmpty int
	answered                 bool // a worker revealed an answer of the app
	attempt                  uint32
}

// FaultReport is what a worker did wrong.
type FaultReport struct {
	Organisation string `json:"organisation"`
	Who          string `json:"who"`
	// Fault is "WRONG", "UNREVEALED", "SILENT" or "ABSTAINED".
	Fault string `json:"fault"`
	// Slash in ucred.
	Slash uint64 `json:"slash"`
}

// PaymentReport is one payment.
type PaymentReport struct {
	// Party is "APP", "DATASET", "WORKER", "POOL", "COURT" or "REQUESTER".
	Party string `json:"party"`
	To    string `json:"to"`
	// Amount in ucred.
	Amount uint64 `json:"amount"`
	// Source is "escrow" or "stake".
	Source string `json:"source"`
}

// LedgerReport is a ledger of the error debt.
type LedgerReport struct {
	Key string `json:"key"`
	// Trust T, Counted tasks N.
	Trust   uint64 `json:"trust"`
	Counted uint64 `json:"counted"`
	// Debt D is what was charged so far, Budget B = (N + 1)/T + E0 what it may reach; decimal. In expectation at most B
	// results of the ledger are wrong, under the protocol's assumptions.
	Debt   string `json:"debt"`
	Budget string `json:"budget"`
}

func reportTask(t taskstypes.Task) *TaskReport {
	r := &TaskReport{
		ID: t.Id, Index: t.Index, Ending: strings.TrimPrefix(t.Ending.String(), "ENDING_"), ByCourt: t.ByCourt,
		Verdict: outcomeOf(t.Verdict), Agreed: []string{}, Payments: []PaymentReport{}, attempt: t.Attempt,
	}
	r.readSeats(t)
	if t.Settlement == nil {
		return r
	}
	r.Refund, r.Burnt = t.Settlement.Refund, t.Settlement.Burnt
	for _, p := range t.Settlement.Payments {
		r.Payments = append(r.Payments, PaymentReport{Party: p.Party, To: p.To, Amount: p.Amount, Source: p.Source})
	}
	for _, s := range t.Settlement.Seats {
		if s.Right {
			r.Agreed = append(r.Agreed, s.Organisation)
			r.holders = append(r.holders, s.Who)
		}
		if s.Fault != "" && s.Fault != "NONE" {
			r.Faults = append(r.Faults, FaultReport{Organisation: s.Organisation, Who: s.Who, Fault: s.Fault, Slash: s.Slash})
		}
	}
	return r
}

// readSeats counts what workers and court answered, for the words about an ending.
func (r *TaskReport) readSeats(t taskstypes.Task) {
	answer := func(s taskstypes.Seat) bool {
		return s.Outcome != nil && (s.Outcome.Kind == taskstypes.KIND_RESULT || s.Outcome.Kind == taskstypes.KIND_APP_FAILED)
	}
	r.answered = slices.ContainsFunc(t.Seats, answer)
	var different []taskstypes.Outcome
	for _, s := range t.Court {
		switch {
		case !answer(s):
			r.courtEmpty++
		case !slices.Contains(different, *s.Outcome):
			different = append(different, *s.Outcome)
		}
	}
	r.courtAnswers = len(different)
}

// under notes what the task ran under.
func (r *TaskReport) under(d markettypes.Deal) {
	r.Window, r.FuelLimit, r.Category = d.Terms.CommitBlocks, d.Terms.FuelLimit, d.Category
}

// window names the window and how a longer one is had.
func (r *TaskReport) window() string {
	switch {
	case r.Window == 0:
		return "A larger --fuel gives a longer window"
	case r.Category != "":
		return fmt.Sprintf("The window was %d blocks in --category %s; a category with more time gives a longer one", r.Window, r.Category)
	}
	return fmt.Sprintf("The window was %d blocks for --fuel %s; a larger --fuel gives a longer one", r.Window, FormatFuel(r.FuelLimit))
}

// Accepted says whether the task has an answer.
func (r *TaskReport) Accepted() bool { return r.Ending == "ACCEPTED" && r.Verdict != nil }

// Paid out of the escrow, in ucred.
func (r *TaskReport) Paid() uint64 {
	var sum uint64
	for _, p := range r.Payments {
		if p.Source == "escrow" {
			sum += p.Amount
		}
	}
	return sum
}

// Slashed stake in ucred.
func (r *TaskReport) Slashed() uint64 {
	var sum uint64
	for _, f := range r.Faults {
		sum += f.Slash
	}
	return sum
}

// Text says in a sentence how the task ended.
func (r *TaskReport) Text() string {
	var b strings.Builder
	switch {
	case r.Accepted() && r.ByCourt:
		fmt.Fprintf(&b, "the court decided: %s", r.answerText())
		if len(r.Agreed) > 0 {
			fmt.Fprintf(&b, ", as %s said", list(r.Agreed))
		}
	case r.Accepted():
		fmt.Fprintf(&b, "accepted: %s, by agreement of %s", r.answerText(), list(r.Agreed))
	default:
		b.WriteString(r.endingText())
	}
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "; %s %s", f.Organisation, faultText(f.Fault))
		if f.Slash > 0 {
			fmt.Fprintf(&b, " and loses %s of stake", FormatCRED(f.Slash))
		}
	}
	return b.String()
}

// answerText names the verdict, and of a failure what is known of it.
func (r *TaskReport) answerText() string {
	if r.failed() && r.Reason != "" {
		return fmt.Sprintf("the program %s (%s)", r.FailureText(), ShortDigest(r.Verdict.Digest))
	}
	return r.Verdict.Text()
}

func faultText(fault string) string {
	switch fault {
	case "WRONG":
		return "gave a wrong answer"
	case "UNREVEALED":
		return "did not reveal its answer"
	case "SILENT":
		return "gave no answer"
	case "ABSTAINED":
		return "abstained"
	}
	return fault
}

func (r *TaskReport) endingText() string {
	switch r.Ending {
	case "CANCELLED":
		return "cancelled before anyone was drawn; refunded"
	case "NO_WORKER":
		return "no worker answered in its window, at any attempt; refunded. Look whether the pool's workers are up. " + r.window()
	case "TOO_FEW_ORGANISATIONS":
		return "too few organisations were eligible for too long; refunded. Lower --trust or --min-replicas, or wait until more workers are free"
	case "INPUT_UNAVAILABLE":
		if r.ByCourt {
			return "an input could not be had by the court's validators; refunded. Look whether the store that serves it can be reached from there"
		}
		return "an input could not be had by the workers; refunded. Look whether the store that serves it can be reached from there"
	case "ABSTAINED":
		switch {
		case r.ByCourt && r.answered:
			return "the court had no answer in its window, so that no worker's answer could be judged; refunded, and no worker at fault for its answer. " + r.window()
		case r.ByCourt:
			return "the court had no answer in its window; refunded. " + r.window()
		}
		return "no worker that was drawn had an answer in its window; refunded. " + r.window()
	case "VOID":
		if r.courtAnswers < 2 && r.courtEmpty > 0 {
			return fmt.Sprintf("the court found no two thirds on one answer: %s none in its window; refunded. %s", plural(uint64(r.courtEmpty), "validator had", "validators had"), r.window())
		}
		return "the court found no two thirds on one answer: the app does not give the same output everywhere; refunded. Make it deterministic and publish it anew"
	case "COURT_SILENT":
		return "too much of the court was silent; refunded. Where its validators are up, the window was too short for them. " + r.window()
	case "BROKEN":
		return "the chain failed to process it; refunded, nobody at fault. Report it"
	}
	return r.Ending
}

// fileList names the files of a result, whose names the program chose. A result without any says so.
func (r *TaskReport) fileList() string {
	if len(r.Files) == 0 {
		return NoFiles
	}
	return list(printable.Names(r.Files))
}

// NoFiles is what is said of an accepted result without a file.
const NoFiles = "no file: the program wrote nothing below /out"

func list(names []string) string {
	switch len(names) {
	case 0:
		return "nobody"
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// take reads what the deals say.
func (r *Report) take(w *Watcher) {
	r.Deals, r.Paid = []DealReport{}, 0
	held := uint64(0)
	for _, d := range w.deals {
		r.Deals = append(r.Deals, DealReport{ID: d.Id, Pool: d.Pool, First: d.First, Size: d.Size_, Paid: d.Paid})
		r.Paid += d.Paid
		held += d.Escrow
	}
	slices.SortFunc(r.Deals, func(a, b DealReport) int { return cmp.Compare(a.First, b.First) })
	if len(r.Deals) > 0 {
		r.Deal = r.Deals[0].ID
	}
	if q := w.request; q != nil {
		if w.open() {
			held += q.Escrow
		} else if r.Unmet = q.Left(); r.Unmet > 0 {
			r.Why = unfilled(q)
		}
	}
	r.Refunded = r.Locked - min(r.Locked, r.Paid+held)
}

// add counts a task that ended.
func (r *Report) add(t *TaskReport) {
	r.Tasks = append(r.Tasks, t)
	if t.Accepted() {
		r.Accepted++
	}
	r.Slashed += t.Slashed()
	r.Burnt += t.Burnt
}

// Text sums the run up in a sentence.
func (r *Report) Text() string {
	text := fmt.Sprintf("%d of %s accepted; cost %s, refunded %s", r.Accepted, plural(uint64(len(r.Tasks)), "task", "tasks"), FormatCRED(r.Paid), FormatCRED(r.Refunded))
	if r.Slashed > 0 {
		text += fmt.Sprintf("; %s of stake slashed", FormatCRED(r.Slashed))
	}
	if r.Unmet > 0 {
		text += "; " + r.Why
	}
	return text
}

// soFar says how many tasks were seen to end.
func (r *Report) soFar() string {
	return fmt.Sprintf("%d of %s ended so far, %d with an answer", len(r.Tasks), plural(r.Size, "task", "tasks"), r.Accepted)
}

// Liars are the organisations found wrong, each once, in the order of the tasks.
func (r *Report) Liars() []string {
	var out []string
	for _, t := range r.Tasks {
		for _, f := range t.Faults {
			if f.Fault == "WRONG" && !slices.Contains(out, f.Organisation) {
				out = append(out, f.Organisation)
			}
		}
	}
	return out
}

// err says what a report without full success means; nil for full success.
func (r *Report) err() error {
	err := TasksError(r.Tasks)
	if p, ok := err.(*Problem); r.Unmet > 0 && (err == nil || ok && p.Exit == ExitNetwork) {
		return &Problem{What: r.Why, Next: "run the rest again; --rest 10m lets a bag wait on the book for offers to come", Exit: ExitUnfunded}
	}
	return err
}

func sortTasks(tasks []*TaskReport) {
	slices.SortFunc(tasks, func(a, b *TaskReport) int { return cmp.Compare(a.Index, b.Index) })
}
