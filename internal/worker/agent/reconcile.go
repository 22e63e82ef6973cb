package agent

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file has the loop of the agent. reconcile reads our assignments from the chain and the open records from the journal, joins both
// into sights, and takes the next step of each by the table. Steps that only write the journal are done at once. Other steps run in
// goroutines: the work on a task in a slot (work.go), and the sending of an answer (send.go). A step that fails on our side is tried
// again after a pause.

// reconcile compares what the chain wants with the journal, and takes the next step of every task. An error says that the chain or the
// journal did not answer; the agent concludes nothing from it.
func (a *Agent) reconcile(ctx context.Context) error {
	snap, err := a.Source.Assignments(ctx)
	if err != nil {
		return err
	}
	a.noteAnswer()
	a.noteHeight(snap.Height)
	a.assigned.Store(len(snap.Assignments) > 0)
	live, err := a.Journal.Live()
	if err != nil {
		return err
	}
	a.Metrics.Live.Set(float64(len(live)))
	list := a.joinSights(snap, live)
	a.forgetWaiting(list)
	for _, s := range list {
		if err := a.takeStep(ctx, s); err != nil {
			a.noteTrouble(s, "journal", err)
		}
	}
	a.Metrics.Reconciles.WithLabelValues("ok").Inc()
	return nil
}

// joinSights returns a sight for each task that the chain's answer or an open record of the journal has, the most urgent first.
func (a *Agent) joinSights(snap chain.Snapshot, live []journal.Record) []sight {
	byTask := map[string]chain.Assignment{}
	seen := map[journal.Key]bool{}
	var list []sight
	for _, as := range snap.Assignments {
		if as.Bench != a.Bench {
			continue
		}
		key, err := keyOf(as)
		if err != nil {
			a.log.Warn("the node answered with a malformed task", "error", err)
			continue
		}
		byTask[as.Task.Id] = as
		seen[key] = true
		list = append(list, viewSeat(as, key, a.Who, snap.Height))
	}
	for _, r := range live {
		if seen[r.Key] || r.Key.Bench != benchOf(a.Bench) {
			continue
		}
		as, found := byTask[taskstypes.IDText(r.Key.Task)]
		if !found {
			as = chain.Assignment{Bench: a.Bench, Task: taskstypes.Task{Id: taskstypes.IDText(r.Key.Task)}}
		}
		list = append(list, viewSeat(as, r.Key, a.Who, snap.Height))
	}
	slices.SortStableFunc(list, func(x, y sight) int {
		return cmp.Or(cmp.Compare(urgencyOf(x), urgencyOf(y)), cmp.Compare(x.Task.Deadline, y.Task.Deadline))
	})
	return list
}

// urgencyOf puts reveals first, because a missed reveal costs stake.
func urgencyOf(s sight) int {
	if s.view == Opening {
		return 0
	}
	return 1
}

// takeStep takes the next step of one task. After a step that only writes the journal, it takes the following one at once.
func (a *Agent) takeStep(ctx context.Context, s sight) error {
	for range 8 {
		if a.busyWith(s.key) && s.view == Unknown {
			s, _ = a.askTask(ctx, s) // the task may have ended; an error tells us nothing
		}
		if a.superviseWork(s) || a.isOlder(s) {
			return nil
		}
		r, found, err := a.Journal.Get(s.key)
		if err != nil {
			return err
		}
		if !found {
			if s.view == Unknown || s.view == Ended || s.view == Lost {
				return nil // nothing was promised under this key
			}
			r = journal.Record{Key: s.key, State: journal.Assigned}
		}
		action := ChooseAction(r.State, s.view)
		switch action {
		case Wait:
			return nil
		case Ask:
			if s, err = a.askTask(ctx, s); err != nil || s.view == Unknown {
				return nil // a node that does not answer tells us nothing: keep the state
			}
		case Work:
			a.beginWork(ctx, s)
			return nil
		case Commit, Reveal, Decline:
			if action == Decline && !a.mayDecline(s) {
				return nil // the chain would refuse it; the seat goes when the window closes
			}
			a.sendAnswer(ctx, s, action)
			return nil
		default:
			if err := a.noteState(s, action); err != nil {
				return err
			}
		}
	}
	return errors.New("a task takes steps without end; this is a defect")
}

func (a *Agent) busyWith(key journal.Key) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.active[key] != nil
}

// isOlder says whether the state is older than the last block with a transaction of ours for the task.
func (a *Agent) isOlder(s sight) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return s.height < a.included[s.key]
}

// superviseWork says whether a goroutine works on the task, and stops it if the chain no longer waits for its work. A missing answer of
// a node never stops it.
func (a *Agent) superviseWork(s sight) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	j := a.active[s.key]
	if j == nil {
		return false
	}
	switch j.action {
	case Work:
		switch {
		case s.view == Lost:
			j.cancel(&windowError{what: errGone, text: s.windowText(&j.progress, max(s.height, a.height.Load()), time.Now())})
		case s.view == Ended || s.view == Opened:
			j.cancel(errGone)
		default:
			if late := a.tooLate(s, &j.progress); late != nil {
				j.cancel(late)
			}
		}
	case Commit, Decline:
		if s.view != Wanted && s.view != Unknown {
			j.cancel(errGone)
		}
	case Reveal:
		if s.view == Opened || s.view == Ended {
			j.cancel(errGone)
		}
	}
	return true
}

// askTask reads a task that is missing among our assignments, because it has ended or the node lags.
func (a *Agent) askTask(ctx context.Context, s sight) (sight, error) {
	as, err := a.Source.Task(ctx, s.Task.Id)
	if err != nil {
		return s, err
	}
	as.Bench = a.Bench
	return viewSeat(as, s.key, a.Who, s.height), nil
}

// noteState writes into the journal what the chain's state says.
func (a *Agent) noteState(s sight, action Action) error {
	next, cause := journal.Abandoned, ""
	var end *journal.End
	switch action {
	case Adopt:
		r, _, err := a.Journal.Get(s.key)
		if err != nil {
			return err
		}
		_, commitment, err := a.promiseOf(r)
		if err != nil {
			return err
		}
		if next = journal.Committed; s.holdsOther(commitment) {
			// The outcome is never revealed: the chain would refuse it, and we cannot open the other commitment.
			next, cause = journal.Failed, "the chain holds another commitment of ours than the journal; was the secret replaced, or the app not deterministic?"
			a.Metrics.Troubles.WithLabelValues("refuse").Inc()
		}
	case Note:
		next = journal.Revealed
	case Close:
		r, _, err := a.Journal.Get(s.key)
		switch {
		case err != nil:
			return err
		case s.seat.State != taskstypes.SEAT_STATE_REVEALED:
			next, cause = journal.Abandoned, "the task ended without us: "+s.Task.Ending.String()
			end = a.noteEnd(s)
		case r.State != journal.Revealed:
			next = journal.Revealed // the task ended in the block of our reveal; the next step closes the record
		default:
			next = journal.Settled
			end = a.noteEnd(s)
		}
	case Abandon:
		cause = "the seat is no longer ours"
	}
	return a.moveRecord(s.key, next, func(r *journal.Record) {
		if cause != "" && r.Cause == "" {
			r.Cause = cause
		}
		if end != nil {
			r.End = end
		}
	})
}

// moveRecord moves a record durably to a state, which it may have reached already.
func (a *Agent) moveRecord(key journal.Key, next journal.State, change func(*journal.Record)) error {
	var before journal.State
	r, err := a.Journal.Update(key, a.height.Load(), func(r *journal.Record) error {
		before = r.State
		r.State = next
		if len(r.Marks) == 1 && next == journal.Assigned {
			before = ""
		}
		if change != nil {
			change(r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if next.Terminal() {
		a.forgetTask(key)
	}
	if before != next {
		a.Metrics.Transitions.WithLabelValues(journal.BenchName(key.Bench), string(next)).Inc()
		level := a.log.Info
		if next == journal.Failed || next == journal.Abandoned {
			level = a.log.Warn
		}
		if next.Terminal() {
			a.traceTask(r)
		}
		level("task "+string(next), "task", taskstypes.IDText(key.Task), "attempt", key.Attempt, "bench", journal.BenchName(key.Bench), "cause", r.Cause)
	}
	a.at(string(next))
	return nil
}

func (a *Agent) forgetTask(key journal.Key) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.pauses, key)
	delete(a.included, key)
}

// noteTrouble logs a failure on our side, and delays the next try of the task.
func (a *Agent) noteTrouble(s sight, where string, err error) {
	a.logTrouble(s, where, err)
	a.pauseTask(s)
}

func (a *Agent) logTrouble(s sight, where string, err error) {
	a.Metrics.Troubles.WithLabelValues(where).Inc()
	a.log.Warn("own trouble", "where", where, "task", s.Task.Id, "attempt", s.key.Attempt, "error", err)
}

// pauseTask delays the next try of the task.
func (a *Agent) pauseTask(s sight) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.pauses[s.key]
	if p.series == nil {
		p.series = backoff.New(a.Pause, 16*a.Pause)
	}
	p.until = time.Now().Add(p.series.Next())
	a.pauses[s.key] = p
}

// startWork runs fn for a task in a goroutine, unless one already works on the task, the task is paused, or no slot is free.
func (a *Agent) startWork(ctx context.Context, s sight, action Action, fn func(context.Context)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.active[s.key] != nil || time.Now().Before(a.pauses[s.key].until) {
		return
	}
	if action == Work {
		a.makeRoom(moduleOf(s))
		if a.slotsFor(moduleOf(s)) >= a.Slots || a.draining.Load() {
			a.noteWaiting(s.key)
			return
		}
		delete(a.waiting, s.key)
		a.takeSlots(1)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	a.active[s.key] = &job{action: action, cancel: cancel, progress: newProgress(a.height.Load(), time.Now())}
	a.wg.Add(1)
	go func() {
		defer a.wg.Done()
		defer a.Wake() // state may have moved meanwhile
		defer func() {
			cancel(nil)
			a.mu.Lock()
			defer a.mu.Unlock()
			delete(a.active, s.key)
			if action == Work {
				a.takeSlots(-1)
			}
		}()
		fn(ctx)
	}()
}
