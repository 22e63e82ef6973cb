package client

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// stops returns a step that stops the blocks until the observer has heard of it n times, or for ever if n is 0.
func stops(n int) func(*fakeMarket) {
	return func(m *fakeMarket) {
		before := m.told[EventStalled]
		m.still = func() bool { return n == 0 || m.told[EventStalled] < before+n }
	}
}

// goesDown returns a step that takes the node down until the observer has heard of it n times.
func goesDown(n int) func(*fakeMarket) {
	return func(m *fakeMarket) {
		stops(n)(m)
		m.down = true
		still := m.still
		m.still = func() bool { m.down = still(); return m.down }
	}
}

// quick makes the runner report a quiet chain soon, and give up late.
func quick(r *Runner) *Runner {
	r.notice, r.Stall = 40*time.Millisecond, time.Minute
	return r
}

func known(m *fakeMarket) Job {
	m.apps["acme/app:1"] = &appstypes.MsgPublish{Name: "app", Version: "1"}
	return Job{App: "acme/app:1", Trust: 100}
}

// Neither a chain that pauses nor a node that restarts ends a run. The pause comes before the match, between blocks that matter, and
// while tasks end.
func TestRunLivesThroughAPause(t *testing.T) {
	for name, pause := range map[string]func(int) func(*fakeMarket){"the chain stands still": stops, "the node restarts": goesDown} {
		t.Run(name, func(t *testing.T) {
			m := newFakeMarket(t, pause(3), fill("north", 2, matched), heard(EventMatched, 1), pause(3), end(0), pause(2), end(1))
			r, events, tell := m.runner()
			job := known(m)
			job.Bag = 2
			report, err := quick(r).Run(within(t), job, tell)
			require.NoError(t, err)
			require.True(t, report.Complete)
			require.EqualValues(t, 2, report.Accepted)
			require.GreaterOrEqual(t, m.told[EventStalled], 8)
			require.GreaterOrEqual(t, m.told[EventResumed], 1)
			require.Contains(t, texts(*events, EventResumed), "the chain goes on at height")
			for _, e := range *events {
				if e.Kind == EventStalled {
					require.Equal(t, requestID, e.Request, "how to come back")
				}
			}
		})
	}
}

// If the chain never comes back, the run ends in the time given. The error names the state, the id and the next command. The report
// does not claim that the job has ended.
func TestRunGivesUpOnAChainThatStandsStill(t *testing.T) {
	for _, tc := range []struct {
		name  string
		steps []func(*fakeMarket)
		done  string
	}{
		{"before the match", []func(*fakeMarket){stops(0)}, "it has met no offer yet"},
		{"while tasks run", []func(*fakeMarket){fill("north", 2, matched), heard(EventMatched, 1), end(0), heard(EventEnded, 1), stops(0)}, "1 of 2 tasks ended so far, 1 with an answer"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := newFakeMarket(t, tc.steps...)
			r, events, tell := m.runner()
			r.Stall = 700 * time.Millisecond
			job := known(m)
			job.Bag = 2
			report, err := r.Run(within(t), job, tell)
			require.ErrorIs(t, err, ErrStalled)
			var problem *Error
			require.ErrorAs(t, err, &problem)
			require.Equal(t, CodeUnfinished, problem.Code)
			require.Contains(t, problem.What, "the chain stands still")
			require.Contains(t, problem.What, tc.done)
			require.Equal(t, requestID, problem.ID())
			require.Empty(t, texts(*events, EventFinished))
			if report != nil {
				require.False(t, report.Complete)
				require.EqualValues(t, 1, report.Accepted)
			}
		})
	}
}

// If the chain stops before the request's transaction is included, the error still has the id of the request.
func TestRunGivesUpBeforeInclusion(t *testing.T) {
	m := newFakeMarket(t)
	m.execute = nil // transactions are taken, and no block is made
	r, events, tell := m.runner()
	r.Stall = 300 * time.Millisecond
	_, err := r.Run(within(t), known(m), tell)
	require.ErrorIs(t, err, ErrStalled)
	var problem *Error
	require.ErrorAs(t, err, &problem)
	require.Contains(t, problem.What, "it is not known yet whether the chain took the request")
	require.Equal(t, CodeInDoubt, problem.Code)
	require.Len(t, problem.Request, 64)
	require.NotEmpty(t, texts(*events, EventStalled))

	ctx, cancel := context.WithCancel(within(t))
	time.AfterFunc(50*time.Millisecond, cancel)
	r.Stall = 0
	_, err = r.Run(ctx, known(m), tell)
	var left *Interrupted
	require.ErrorAs(t, err, &left)
	require.Len(t, left.ID(), 64)
}

// A watch waits through a pause as a run does.
func TestWatchLivesThroughARestart(t *testing.T) {
	m := newFakeMarket(t, fill("north", 1, matched), nothing)
	r, _, tell := m.runner()
	m.set(func() { m.request.Id, m.request.Job.Size_, m.request.Job.MaxPrice = requestID, 1, 900 })
	for _, step := range m.steps {
		m.set(func() { m.height++; step(m) })
	}
	task := taskID(m.deals[0], 0)
	var downs atomic.Int32
	watch := func(ctx context.Context, opts ...WatchOption) error {
		return WatchDeal(ctx, r.Conn, m.deals[0].Id, func(e Event) {
			tell(e)
			if e.Kind == EventStalled {
				downs.Add(1)
			}
		}, opts...)
	}
	var problem *Error
	err := watch(within(t), WithStall(300*time.Millisecond))
	require.ErrorIs(t, err, ErrStalled)
	require.ErrorAs(t, err, &problem)
	require.Equal(t, m.deals[0].Id, problem.ID())
	require.NotZero(t, downs.Load())

	tell = serialObserver(tell)
	// The node is down when the watch begins. The task ends meanwhile, in a block that the watch never saw.
	w := newWatcher(r.Conn, tell, newPulse(tell, time.Minute, 30*time.Millisecond))
	require.NoError(t, w.addID(within(t), m.deals[0].Id))
	m.set(func() { m.down = true })
	done := make(chan error, 1)
	go func() { done <- w.runWatch(within(t)) }()
	require.Eventually(t, func() bool { m.mu.Lock(); defer m.mu.Unlock(); return m.told[EventStalled] > 3 }, time.Minute, time.Millisecond)
	m.set(func() {
		m.height++
		done := m.tasks[task]
		done.Phase, done.Ending = taskstypes.PHASE_DONE, taskstypes.ENDING_NO_WORKER
		m.tasks[task] = done
		m.down = false
	})
	require.NoError(t, <-done)
	require.True(t, w.ended[task])
}

// While a run publishes an app, the observer hears of a pause too.
func TestPublishingInARunTellsOfAPause(t *testing.T) {
	m := newFakeMarket(t)
	m.execute = nil
	r, events, tell := m.runner()
	r.Stall = 300 * time.Millisecond
	_, err := r.Run(within(t), Job{App: write(t, "app.wasm", emptyApp), Trust: 100}, tell)
	require.ErrorIs(t, err, ErrStalled)
	require.NotEmpty(t, texts(*events, EventStalled))
}
