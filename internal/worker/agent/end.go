package agent

import (
	"context"
	"time"

	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/poco"
)

// This file has the ends: what a settlement says of this worker, and how the agent stops taking tasks.

// nameDeal notes in a record under which deal, and of which program, the task is.
func (s sight) nameDeal(r *journal.Record) { r.Deal, r.App = s.Deal.Id, s.Deal.App }

// The question who is paid, which only the journal needs, may take payeeTimeout. After a failure it is not asked for payeePause.
const (
	payeeTimeout = 3 * time.Second
	payeePause   = time.Minute
)

// noteEnd returns what the settlement says of this worker, and counts and logs a fault; nil if it says nothing.
func (a *Agent) noteEnd(s sight) *journal.End {
	if s.Task.Settlement == nil {
		return nil
	}
	for _, seat := range s.Task.Settlement.Seats {
		if seat.Who != a.Who {
			continue
		}
		a.Metrics.Faults.WithLabelValues(seat.Fault).Inc()
		if seat.Slash > 0 {
			a.log.Error("stake was slashed", "task", s.Task.Id, "fault", seat.Fault, "ucred", seat.Slash)
		}
		return &journal.End{Fault: seat.Fault, Slashed: seat.Slash, Paid: a.sumPayments(s)}
	}
	return nil
}

// sumPayments returns what the settlement pays for this worker's answer. Organisations differ within a task, and so do the owners who are
// paid; an answer of a node that fails counts as no payment.
func (a *Agent) sumPayments(s sight) (sum uint64) {
	payee := a.findPayee(time.Now())
	for _, p := range s.Task.Settlement.Payments {
		if p.Party == poco.PartyWorker.String() && p.To == payee {
			sum += p.Amount
		}
	}
	return sum
}

// findPayee returns the account that is paid for this worker's answers, which never changes; empty while it is not known. It asks a node until
// it knows, and after a failure not again for a while: a node that hangs must not keep the agent from its reveals. The reconciling goroutine
// alone calls it.
func (a *Agent) findPayee(now time.Time) string {
	if a.PaidTo == nil || a.payee != "" || now.Before(a.askPayee) {
		return a.payee
	}
	ctx, cancel := context.WithTimeout(a.life, payeeTimeout)
	defer cancel()
	payee, err := a.PaidTo(ctx)
	if err != nil {
		a.askPayee = now.Add(payeePause)
		return ""
	}
	a.payee = payee
	return payee
}

// Drain stops taking new tasks, and waits until what runs has ended or the context does.
func (a *Agent) Drain(ctx context.Context) {
	a.draining.Store(true)
	waitWhile(ctx, 20*time.Millisecond, func() bool { return a.countBusy() > 0 })
}

// finishEvery is the time between two looks at the journal while tasks end on the chain, which takes blocks.
const finishEvery = 500 * time.Millisecond

// Finish stops taking new tasks, and waits until every task that was begun has ended on the chain, or the context ends. Seats that the
// chain draws meanwhile are given back in time, or answered with an abstention.
func (a *Agent) Finish(ctx context.Context) {
	a.draining.Store(true)
	waitWhile(ctx, finishEvery, func() bool {
		live, err := a.Journal.Live()
		return err != nil || len(live) > 0 || a.countBusy() > 0
	})
}

// waitWhile asks again and again, with pauses, until the answer is no or the context ends.
func waitWhile(ctx context.Context, pause time.Duration, busy func() bool) {
	for ctx.Err() == nil && busy() {
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (a *Agent) countBusy() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.active)
}
