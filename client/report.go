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
	// Locked at the submission, Paid out of it, destroyed as Premiums, Refunded; in ucred. Locked = Paid + Premiums + Refunded
	// once all ended.
	Locked   uint64 `json:"locked"`
	Paid     uint64 `json:"paid"`
	Premiums uint64 `json:"premiums"`
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
	// ValueDebt D$ is what was charged so far in money, ValueBudget B$ = Premiums + A what it may reach; in ucred, decimal. In
	// expectation the wrong results of the ledger are worth at most B$.
	ValueDebt   string `json:"value_debt"`
	ValueBudget string `json:"value_budget"`
	Premiums    string `json:"premiums"`
}

// takeDeals reads what the deals say.
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

// addTask counts a task that ended.
func (r *Report) addTask(t *TaskReport) {
	r.Tasks = append(r.Tasks, t)
	if t.Accepted() {
		r.Accepted++
	}
	r.Slashed += t.Slashed()
	r.Burnt += t.Burnt
}

// soFar says how many tasks were seen to end.
func (r *Report) soFar() string {
	return fmt.Sprintf("%d of %s ended so far, %d with an answer", len(r.Tasks), pluralOf(r.Size, "task", "tasks"), r.Accepted)
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

// Text sums the run up in a few words.
func (r *Report) Text() string {
	return fmt.Sprintf("%d of %s accepted", r.Accepted, pluralOf(uint64(len(r.Tasks)), "task", "tasks"))
}

// resultError says what a report without full success means; nil for full success. A part that met no offer counts for more than a
// download that failed.
func (r *Report) resultError() error {
	err := TasksError(r.Tasks)
	var e *Error
	if r.Unmet > 0 && (err == nil || errors.As(err, &e) && e.Code == CodeUnavailable) {
		return &Error{Code: CodeUnmet, Request: r.Request, Got: r.Unmet, What: r.Why}
	}
	return err
}

// ledgersOf reads the two ledgers that a deal's tasks passed; all deals of a request pass the same.
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
