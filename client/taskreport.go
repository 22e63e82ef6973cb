package client

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// TaskReport says how one task ended.
type TaskReport struct {
	ID    string `json:"id"`
	Index uint64 `json:"index"`
	// Ending, such as "ACCEPTED" or "VOID"; ByCourt says that the court decided.
	Ending  string `json:"ending"`
	ByCourt bool   `json:"by_court"`
	// Verdict is the accepted answer; nil when there is none.
	Verdict *Outcome `json:"verdict,omitempty"`
	// FinalHeight is the first height that is too late to challenge the answer; a court that was called may take longer. 0 once
	// the task is final.
	FinalHeight int64 `json:"final_height,omitempty"`
	// AuditCause says why the court checks the accepted answer, such as "CHALLENGE"; empty before the court is called, and once the
	// task is final.
	AuditCause string `json:"audit_cause,omitempty"`
	// Audit says how the answer became final, such as "UNOPPOSED", "UPHELD" or "OVERTURNED"; empty before, and without an audit.
	Audit string `json:"audit,omitempty"`
	// Agreed are the organisations whose replicas gave the accepted answer.
	Agreed []string `json:"agreed"`
	// Declines are the seats that were given back, in all attempts.
	Declines []DeclineReport `json:"declines,omitempty"`
	// Faults of workers.
	Faults []FaultReport `json:"faults,omitempty"`
	// Payments from the escrow and from slashed stake.
	Payments []PaymentReport `json:"payments"`
	// In ucred: Refund is returned from the escrow, Premium is the part of the escrow that was destroyed, Burnt the part of slashed
	// stake that was destroyed.
	Refund  uint64 `json:"refund"`
	Premium uint64 `json:"premium"`
	Burnt   uint64 `json:"burnt"`
	// Dir is the folder of the downloaded result, Files are the names of its files.
	Dir   string   `json:"dir,omitempty"`
	Files []string `json:"files,omitempty"`
	// ExitCode and Reason of a program that failed are from the manifest with the accepted digest. ReasonError says why that could not
	// be fetched.
	ExitCode    uint32 `json:"exit_code,omitempty"`
	Reason      string `json:"reason,omitempty"`
	ReasonError string `json:"reason_error,omitempty"`
	// Stderr is the end of what the program wrote to stderr. StderrVerified says that it is from the manifest with the accepted digest.
	// Otherwise StderrFrom says whose log it is from, and nothing attests it.
	Stderr         string `json:"stderr,omitempty"`
	StderrFrom     string `json:"stderr_from,omitempty"`
	StderrVerified bool   `json:"stderr_verified,omitempty"`
	// DownloadError says why an accepted result was not downloaded.
	DownloadError string `json:"download_error,omitempty"`

	// Window is how many blocks the deal gave each worker to commit an answer, FuelLimit how much fuel an execution could use; both 0
	// if the deal was not read.
	Window    int64  `json:"window,omitempty"`
	FuelLimit uint64 `json:"fuel_limit,omitempty"`
	// Category that set the window; empty if the window follows from the fuel limit.
	Category string `json:"category,omitempty"`
	// Runtime of the app, and Policy under which the answer was accepted, such as "credence"; empty if the deal was not read.
	Runtime string `json:"runtime,omitempty"`
	Policy  string `json:"policy,omitempty"`

	// Pruned is the height of the block that pruned the task; 0 if none did. The state then has the answer and who was right, but no
	// payments.
	Pruned int64 `json:"pruned,omitempty"`

	// Attempt is the number of first workers that were drawn, the last one included.
	Attempt uint32 `json:"attempt"`
	// CourtAnswers is how many different answers of the app the court gave, and CourtEmpty how many of its seats had none.
	CourtAnswers int `json:"-"`
	CourtEmpty   int `json:"-"`
	// Answered says that a worker revealed an answer of the app.
	Answered bool `json:"-"`

	// Onchain is the part of the answer that is kept on the chain; nil if the job asked for none, or no seat sent it.
	Onchain *Onchain `json:"onchain,omitempty"`

	sealed       bool     // the answer that was downloaded is sealed
	holders      []string // accounts of the workers that have the result
	wantsOnchain bool     // the job names a file that is kept on the chain
}

// FaultReport is one fault of a worker.
type FaultReport struct {
	Organisation string `json:"organisation"`
	Who          string `json:"who"`
	// Fault is "WRONG", "UNREVEALED", "SILENT", "ABSTAINED", "UNSERVED", "WITHHELD" or "LATE".
	Fault string `json:"fault"`
	// Slash is the stake that the worker lost, in ucred.
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

// ReportOf returns the report of a task that ended, without the names of its files.
func ReportOf(t taskstypes.Task) *TaskReport {
	r := &TaskReport{
		ID: t.Id, Index: t.Index, Ending: strings.TrimPrefix(t.Ending.String(), "ENDING_"), ByCourt: t.ByCourt,
		Verdict: outcomeOf(t.Verdict), Agreed: []string{}, Payments: []PaymentReport{}, Attempt: t.Attempt, Pruned: t.Pruned,
	}
	for _, d := range t.Declines {
		r.Declines = append(r.Declines, declineOf(d))
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

// readAudit fills in when the answer becomes final, or how it became final.
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

// readSeats counts the answers of the workers and of the court, from which programs explain the ending.
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

// Under fills in the fields that come from the task's deal.
func (r *TaskReport) Under(d dealstypes.Deal) {
	r.Window, r.FuelLimit, r.Category, r.Runtime = d.Terms.CommitBlocks, d.Terms.FuelLimit, d.Category, d.Runtime
	r.Policy = d.Terms.Policy
	r.wantsOnchain = d.MaxOnchain > 0
}

// Accepted says whether the task has an answer.
func (r *TaskReport) Accepted() bool { return r.Ending == "ACCEPTED" && r.Verdict != nil }

// Paid returns what was paid from the escrow, in ucred.
func (r *TaskReport) Paid() uint64 {
	var sum uint64
	for _, p := range r.Payments {
		if p.Source == "escrow" {
			sum += p.Amount
		}
	}
	return sum
}

// Slashed returns the stake that the workers lost, in ucred.
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
