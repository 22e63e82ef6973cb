package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Report says how a run ended.
type Report struct {
	// Request and Deal are the ids of the request and of its first deal, Reference is the app's.
	Request   string `json:"request"`
	Deal      string `json:"deal"`
	Reference string `json:"reference"`
	// Size is the number of tasks of the bag. Deals are those that have its tasks, in the order of their indices. Unmet is the number
	// of tasks that met no offer, and Why says why.
	Size  uint64       `json:"size"`
	Deals []DealReport `json:"deals"`
	Unmet uint64       `json:"unmet,omitempty"`
	Why   string       `json:"why,omitempty"`
	// Tasks that ended, in the order of their indices.
	Tasks []*TaskReport `json:"tasks"`
	// Accepted is the number of tasks that ended with an answer.
	Accepted uint64 `json:"accepted"`
	// In ucred: Locked at the submission; of it Paid, destroyed as Premiums, and Refunded. Once all tasks ended, Locked = Paid +
	// Premiums + Refunded.
	Locked   uint64 `json:"locked"`
	Paid     uint64 `json:"paid"`
	Premiums uint64 `json:"premiums"`
	Refunded uint64 `json:"refunded"`
	// Slashed is the stake that all workers lost, Burnt the part of it that was destroyed; in ucred.
	Slashed uint64 `json:"slashed"`
	Burnt   uint64 `json:"burnt"`
	// Ledgers of the trust, and of the trust and the requesting organisation, after the run.
	Ledgers []LedgerReport `json:"ledgers"`
	// Out is the folder with the results.
	Out string `json:"out,omitempty"`
	// Complete says that the run was watched to its end. Otherwise the tasks run on, and the report has only those that ended so far.
	Complete bool `json:"complete"`
}

// DealReport is one deal of a run: the part of the bag that met one offer.
type DealReport struct {
	ID string `json:"id"`
	// Pool that runs the tasks.
	Pool string `json:"pool"`
	// First is the index of the deal's first task, Size their number.
	First uint64 `json:"first"`
	Size  uint64 `json:"size"`
	// Paid out of its escrow so far, in ucred.
	Paid uint64 `json:"paid"`
}

// LedgerReport is a ledger of the error debt.
type LedgerReport struct {
	Key string `json:"key"`
	// Trust is T, Counted the number N of tasks that the ledger counts.
	Trust   uint64 `json:"trust"`
	Counted uint64 `json:"counted"`
	// Debt is the sum of the charges so far, Budget B = (N + 1)/T + E0 the most that it may reach; both decimal. Under the protocol's
	// assumptions, at most B results of the ledger are expected to be wrong.
	Debt   string `json:"debt"`
	Budget string `json:"budget"`
	// ValueDebt is the sum of the charges in money so far, ValueBudget B$ = Premiums + A the most that it may reach; in ucred, decimal.
	// The wrong results of the ledger are expected to be worth at most B$.
	ValueDebt   string `json:"value_debt"`
	ValueBudget string `json:"value_budget"`
	Premiums    string `json:"premiums"`
}

// takeDeals fills in the deals and the sums that follow from them.
func (r *Report) takeDeals(w *Watcher) {
	r.Deals, r.Paid, r.Premiums = []DealReport{}, 0, 0
	held := uint64(0)
	for _, d := range w.deals {
		r.Deals = append(r.Deals, DealReport{ID: d.Id, Pool: d.Pool, First: d.First, Size: d.Size_, Paid: d.Paid})
		r.Paid += d.Paid
		r.Premiums += d.Premiums
		held += d.Escrow
	}
	slices.SortFunc(r.Deals, func(a, b DealReport) int { return cmp.Compare(a.First, b.First) })
	if len(r.Deals) > 0 {
		r.Deal = r.Deals[0].ID
	}
	if q := w.request; q != nil {
		if w.isOpen() {
			held += q.Escrow
		} else if r.Unmet = q.Left(); r.Unmet > 0 {
			r.Why = describeUnfilled(q)
		}
	}
	r.Refunded = r.Locked - min(r.Locked, r.Paid+r.Premiums+held)
}

// addTask adds a task that ended, and its sums.
func (r *Report) addTask(t *TaskReport) {
	r.Tasks = append(r.Tasks, t)
	if t.Accepted() {
		r.Accepted++
	}
	r.Slashed += t.Slashed()
	r.Burnt += t.Burnt
}

// soFar says in words how many tasks have ended.
func (r *Report) soFar() string {
	return fmt.Sprintf("%d of %s ended so far, %d with an answer", len(r.Tasks), pluralOf(r.Size, "task", "tasks"), r.Accepted)
}

// Liars returns the organisations that gave a wrong answer, each once, in the order of the tasks.
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

// Text sums up the run in a few words.
func (r *Report) Text() string {
	return fmt.Sprintf("%d of %s accepted", r.Accepted, pluralOf(uint64(len(r.Tasks)), "task", "tasks"))
}

// resultError returns the error for the report; nil for full success. It reports tasks that met no offer before downloads that failed.
func (r *Report) resultError() error {
	err := TasksError(r.Tasks)
	var e *Error
	if r.Unmet > 0 && (err == nil || errors.As(err, &e) && e.Code == CodeUnavailable) {
		return &Error{Code: CodeUnmet, Request: r.Request, Got: r.Unmet, What: r.Why}
	}
	return err
}

// ledgersOf reads the two ledgers that a deal's tasks are charged to. All deals of a request have the same ledgers.
func ledgersOf(ctx context.Context, conn *Conn, deal dealstypes.Deal) ([]LedgerReport, error) {
	out := []LedgerReport{}
	for _, key := range []string{
		fmt.Sprintf("class/%d", deal.Terms.Trust),
		fmt.Sprintf("organisation/%s/%d", deal.RequesterOrganisation, deal.Terms.Trust),
	} {
		res, err := conn.Tasks().Ledger(ctx, &taskstypes.QueryLedgerRequest{Key: key})
		if status.Code(err) == codes.NotFound {
			continue // no task was drawn under it
		}
		if err != nil {
			return nil, err
		}
		l := res.View.Ledger
		out = append(out, LedgerReport{
			Key: key, Trust: l.Trust, Counted: l.Counted, Debt: res.View.Debt, Budget: res.View.Budget,
			ValueDebt: res.View.ValueDebt, ValueBudget: res.View.ValueBudget, Premiums: res.View.Premiums,
		})
	}
	return out, nil
}
