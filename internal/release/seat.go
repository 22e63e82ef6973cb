package release

import (
	"context"
	"errors"

	"github.com/credence-chain/credence/artifact"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Case is the task for which a key is asked, with its deal.
type Case struct {
	Task taskstypes.Task
	Deal dealstypes.Deal
	// Session of the enclave that asks; nil for a request without one.
	Session *enclavestypes.Session
}

// Chain reads a task and its deal. The error wraps ErrUnknownTask if there is no such task.
type Chain func(ctx context.Context, task string) (Case, error)

// ErrUnknownTask says that the chain has no such task.
var ErrUnknownTask = errors.New("no such task")

// The names of benches in requests.
const (
	BenchWorkers = "workers"
	BenchCourt   = "court"
)

// checkSeat returns nil if the asking account runs the task now, as the chain has it, and the task reads the file.
func (c Case) checkSeat(r Request) *Refusal {
	if c.Task.Final() || c.Task.Ended() && r.Bench == BenchWorkers {
		return refuse(TaskOver, "task %s has ended as %s", r.Task, c.Task.Ending)
	}
	seats, bench := c.Task.Seats, taskstypes.BENCH_WORKERS
	if r.Bench == BenchCourt {
		seats, bench = c.Task.Court, taskstypes.BENCH_COURT
	}
	if at := c.Task.AttemptOn(bench); at != r.Attempt {
		return refuse(NotDrawn, "task %s is at attempt %d of its %s, and the request is for attempt %d", r.Task, at, r.Bench, r.Attempt)
	}
	if !runs(seats, r.Who) {
		return refuse(NotDrawn, "%s holds no seat in attempt %d of task %s on the bench %s, or has answered there", r.Who, r.Attempt, r.Task, r.Bench)
	}
	if !c.reads(r.Blob) {
		return refuse(NotRead, "task %s reads no file %s", r.Task, r.Blob)
	}
	return nil
}

// runs says whether an account holds a seat and has not revealed. An account that has committed counts too: if it lost its journal, it
// must run the task again.
func runs(seats []taskstypes.Seat, who string) bool {
	for _, s := range seats {
		if s.Who == who && (s.State == taskstypes.SEAT_STATE_DRAWN || s.State == taskstypes.SEAT_STATE_COMMITTED) {
			return true
		}
	}
	return false
}

func (c Case) reads(blob artifact.Digest) bool {
	text := blob.String()
	for _, in := range c.Deal.Inputs {
		if in.Digest == text {
			return true
		}
	}
	for _, d := range c.Deal.DatasetsOf(c.Task.Index) {
		if d.Digest == text {
			return true
		}
	}
	return false
}
