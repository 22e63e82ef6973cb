package client

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TaskReport is the end of one task.
type TaskReport struct {
	ID    string `json:"id"`
	Index uint64 `json:"index"`
	// Ending such as "ACCEPTED" or "VOID"; ByCourt says who decided.
	Ending  string `json:"ending"`
	ByCourt bool   `json:"by_court"`
	// Verdict is the accepted answer; nil when there is none.
	Verdict *Outcome `json:"verdict,omitempty"`
	// FinalHeight is the first height that is too late to challenge the answer; a court that was called may take longer. 0 once
	// the task is final.
	FinalHeight int64 `json:"final_height,omitempty"`
	// AuditCause says why the court looks at the accepted answer, such as "CHALLENGE"; empty while nobody called it, and once the
	// task is final.
	AuditCause string `json:"audit_cause,omitempty"`
	// Audit says how the answer became final, such as "UNOPPOSED", "UPHELD" or "OVERTURNED"; empty before, and without an audit.
	Audit string `json:"audit,omitempty"`
	// Replicas that answered as the verdict, by organisation.
	Agreed []string `json:"agreed"`
	// Faults found.
	Faults []FaultReport `json:"faults,omitempty"`
	// Payments made, out of escrow and of slashed stake.
	Payments []PaymentReport `json:"payments"`
	// Refund of the escrow; Premium of it that was destroyed; Burnt of slashed stake; in ucred.
	Refund  uint64 `json:"refund"`
	Premium uint64 `json:"premium"`
	Burnt   uint64 `json:"burnt"`
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
	// Runtime of the app; empty when the deal was not read.
	Runtime string `json:"runtime,omitempty"`

	// Pruned is the height of the block that pruned the task: the chain's state has its answer and who was right, and no payments any
	// more; 0 for none.
	Pruned int64 `json:"pruned,omitempty"`

	// Attempt at a first worker that it ended with.
	Attempt uint32 `json:"attempt"`
	// CourtAnswers is how many different answers of the app the court gave, and CourtEmpty how many of its seats had none.
	CourtAnswers int `json:"-"`
	CourtEmpty   int `json:"-"`
	// Answered says that a worker revealed an answer of the app.
	Answered bool `json:"-"`

	// Onchain is what lives on chain of the answer; nil where the job wanted nothing there, or no seat brought it.
	Onchain *Onchain `json:"onchain,omitempty"`

	holders      []string // workers that have the result
	wantsOnchain bool     // the job names a file for the chain
}

// FaultReport is what a worker did wrong.
type FaultReport struct {
	Organisation string `json:"organisation"`
	Who          string `json:"who"`
	// Fault is "WRONG", "UNREVEALED", "SILENT", "ABSTAINED" or "UNSERVED".
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

// ReportOf is the report of a task that ended, without the names of files.
func ReportOf(t taskstypes.Task) *TaskReport {
	r := &TaskReport{
		ID: t.Id, Index: t.Index, Ending: strings.TrimPrefix(t.Ending.String(), "ENDING_"), ByCourt: t.ByCourt,
		Verdict: outcomeOf(t.Verdict), Agreed: []string{}, Payments: []PaymentReport{}, Attempt: t.Attempt, Pruned: t.Pruned,
	}
	r.readSeats(t)
	r.readAudit(t)
	if t.Settlement == nil {
		return r
	}
	r.Refund, r.Premium, r.Burnt = t.Settlement.Refund, t.Settlement.Premium, t.Settlement.Burnt
	for _, p := range t.Settlement.Payments {
		r.Payments = append(r.Payments, PaymentReport{Party: p.Party, To: p.To, Amount: p.Amount, Source: p.Source})
	}
	ends := t.Settlement.Seats
	if t.Audit != nil && t.Audit.Settlement != nil {
		ends = t.Audit.Settlement.Seats
		for _, p := range t.Audit.Settlement.Payments {
			r.Payments = append(r.Payments, PaymentReport{Party: p.Party, To: p.To, Amount: p.Amount, Source: p.Source})
		}
	}
	for _, s := range ends {
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

// readAudit says when the answer is final, or how it became so.
func (r *TaskReport) readAudit(t taskstypes.Task) {
	switch {
	case t.Audit == nil:
	case !t.Final():
		r.FinalHeight = t.Audit.End
		if t.Audit.Cause != taskstypes.AUDIT_CAUSE_UNSPECIFIED {
			r.AuditCause = strings.TrimPrefix(t.Audit.Cause.String(), "AUDIT_CAUSE_")
		}
	default:
		r.Audit = strings.TrimPrefix(t.Audit.Result.String(), "AUDIT_RESULT_")
	}
}

// readSeats counts what workers and court answered, for the words about an ending.
func (r *TaskReport) readSeats(t taskstypes.Task) {
	answer := func(s taskstypes.Seat) bool {
		return s.Outcome != nil && (s.Outcome.Kind == taskstypes.KIND_RESULT || s.Outcome.Kind == taskstypes.KIND_APP_FAILED)
	}
	r.Answered = slices.ContainsFunc(t.Seats, answer)
	var different []taskstypes.Outcome
	for _, s := range t.Court {
		switch {
		case !answer(s):
			r.CourtEmpty++
		case !slices.Contains(different, *s.Outcome):
			different = append(different, *s.Outcome)
		}
	}
	r.CourtAnswers = len(different)
}

// Under notes what the task ran under.
func (r *TaskReport) Under(d dealstypes.Deal) {
	r.Window, r.FuelLimit, r.Category, r.Runtime = d.Terms.CommitBlocks, d.Terms.FuelLimit, d.Category, d.Runtime
	r.wantsOnchain = d.MaxOnchain > 0
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

// Text says how the task ended, in a few words.
func (r *TaskReport) Text() string {
	pruned := ""
	if r.Pruned > 0 {
		pruned = fmt.Sprintf(" (pruned at height %d: its payments and draws are in the state before that, which archive nodes keep)", r.Pruned)
	}
	if !r.Accepted() {
		return "ended without an answer: " + r.Ending + pruned
	}
	return fmt.Sprintf("accepted: %s, by %s%s", r.Verdict.Text(), strings.Join(r.Agreed, ", "), pruned)
}

func sortTasks(tasks []*TaskReport) {
	slices.SortFunc(tasks, func(a, b *TaskReport) int { return cmp.Compare(a.Index, b.Index) })
}
