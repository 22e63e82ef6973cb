package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/internal/worker/metrics"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// narrow gives the task windows of 40 blocks. While an answer of ours is awaited, the chain stops whenever wait returns true. Wait gets
// the number of blocks left, and whether we have sent anything.
func (h *house) narrow(wait func(left int64, sent bool) bool) {
	h.chain.set(func() {
		for _, blocks := range []*int64{
			&h.chain.task.Terms.CommitBlocks, &h.chain.task.Terms.CourtBlocks, &h.chain.deal.Terms.CommitBlocks, &h.chain.deal.Terms.CourtBlocks,
		} {
			*blocks = 40
		}
		sent := 0 // transactions from before our seat was drawn, which do not count
		h.chain.waits = func() bool {
			txs := len(h.chain.mempool) + len(h.chain.included)
			if !h.chain.drawn() {
				sent = txs
				return false
			}
			return wait(h.chain.task.Deadline-h.chain.height, txs > sent)
		}
	})
}

// compiling waits until the first compilation has begun.
func (h *house) compiling() {
	h.t.Helper()
	require.Eventually(h.t, func() bool { begun, _ := h.runtime.compilations(); return begun > 0 }, patience, time.Millisecond)
}

// TestSlowCompilation: with a cold cache, compiling the module takes most of the window. It is compiled once, and the answer comes in
// time.
func TestSlowCompilation(t *testing.T) {
	for name, role := range map[string]role{"first": asFirst, "second": asSecond, "court": inCourt} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, role)
			h.runtime.compile = make(chan struct{})
			// A quarter of the window goes by while it compiles. Then the chain waits for our answer.
			h.narrow(func(left int64, sent bool) bool { return left <= 30 && !sent })
			l := h.start("")
			h.compiling()
			close(h.runtime.compile)
			h.requireRight(h.settlement())
			require.Equal(t, journal.Settled, h.state(l, 1).State)
			begun, _ := h.runtime.compilations()
			require.Equal(t, 1, begun, "compiled apart from the run")
		})
	}
}

// TestKilledAttemptKeepsCompilation: a window that closes during a compilation ends the attempt in the way of its seat. The compilation
// goes on. It keeps a slot as long as no task waits for it.
func TestKilledAttemptKeepsCompilation(t *testing.T) {
	for name, tc := range map[string]struct {
		role role
		left int64 // the chain waits at this number of blocks left until we have sent an answer
		exp  func(t *testing.T, h *house, r journal.Record, end poco.Settlement)
	}{
		"first declines": {asFirst, 22, func(t *testing.T, h *house, r journal.Record, _ poco.Settlement) {
			require.Equal(t, journal.Abandoned, r.State)
			require.Equal(t, poco.FaultNone, h.chain.released[me], "given back while the chain takes it")
			require.Empty(t, h.chain.failed, "nothing was sent that the chain does not take")
			require.Equal(t, "TIME", r.Decline)
		}},
		"second abstains": {asSecond, 2, func(t *testing.T, _ *house, r journal.Record, end poco.Settlement) {
			require.Equal(t, journal.Settled, r.State)
			require.Equal(t, &journal.Outcome{Kind: "ABSTAIN"}, r.Outcome)
			for _, seat := range end.Seats {
				if seat.Who == me {
					require.Equal(t, poco.FaultAbstained, seat.Fault)
				}
			}
		}},
		"court abstains": {inCourt, 2, func(t *testing.T, _ *house, r journal.Record, end poco.Settlement) {
			require.Equal(t, journal.Settled, r.State)
			require.Equal(t, &journal.Outcome{Kind: "ABSTAIN"}, r.Outcome)
			require.NotContains(t, end.CourtSilent, me)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, tc.role)
			h.runtime.compile = make(chan struct{})
			h.narrow(func(left int64, sent bool) bool {
				begun, _ := h.runtime.compilations()
				return left <= 39 && begun == 0 || left <= tc.left && !sent
			})
			l := h.start("")
			end := h.settlement()
			r := h.state(l, 1)
			tc.exp(t, h, r, end)
			require.Contains(t, r.Cause, "window of 40 blocks")
			require.Contains(t, r.Cause, "s compiling")
			require.Contains(t, r.Cause, "--fuel")
			require.Zero(t, h.runtime.count())

			used := func() int { l.agent.mu.Lock(); defer l.agent.mu.Unlock(); return l.agent.used }
			require.Eventually(t, func() bool { return used() == 1 }, patience, time.Millisecond, "the compilation keeps its slot")
			close(h.runtime.compile)
			require.Eventually(t, func() bool { _, ended := h.runtime.compilations(); return ended == 1 && used() == 0 }, patience, time.Millisecond)
			s := sight{Assignment: h.assignment()}
			require.NoError(t, l.agent.prepareModule(context.Background(), s, h.runtime, program), "another task finds it")
			begun, _ := h.runtime.compilations()
			require.Equal(t, 1, begun)
		})
	}
}

// TestLateFirstWorkerGoesOn: a program that has run for less than half of the window goes on, as it may end in the other half. If it
// does not, the journal says that the window was too short. Nothing is sent that the chain would refuse.
func TestLateFirstWorkerGoesOn(t *testing.T) {
	for name, inTime := range map[string]bool{"in time": true, "too late": false} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, asFirst)
			h.runtime.block = make(chan struct{})
			late := make(chan struct{})
			var once sync.Once
			h.narrow(func(left int64, sent bool) bool {
				if left <= 10 { // the chain takes no decline any more
					once.Do(func() { close(late) })
				}
				return left <= 39 && h.runtime.count() == 0 || inTime && left <= 10 && !sent
			})
			l := h.start("")
			if <-late; inTime {
				close(h.runtime.block)
				h.requireRight(h.settlement())
				require.Equal(t, journal.Settled, h.state(l, 1).State)
				return
			}
			h.settlement()
			r := h.state(l, 1)
			require.Equal(t, journal.Abandoned, r.State)
			require.Contains(t, r.Cause, "window of 40 blocks")
			require.Contains(t, r.Cause, "s running")
			require.Equal(t, poco.FaultSilent, h.chain.released[me])
			require.Empty(t, h.chain.failed)
		})
	}
}

// TestFailureAfterTheLastDecline: if the machine fails after the last moment for a decline, the worker tries again.
func TestFailureAfterTheLastDecline(t *testing.T) {
	h := newHouse(t, asFirst)
	h.runtime.err = errors.New("the machine broke")
	h.runtime.block = make(chan struct{})
	h.narrow(func(left int64, sent bool) bool { return left <= 10 && !sent })
	l := h.start("")
	require.Eventually(t, func() bool { return h.left() <= 10 }, patience, time.Millisecond)
	close(h.runtime.block)
	require.Eventually(t, func() bool { return h.runtime.count() > 3 }, patience, time.Millisecond)
	h.runtime.mu.Lock()
	h.runtime.err = nil // the machine works again
	h.runtime.mu.Unlock()
	h.requireRight(h.settlement())
	require.Equal(t, journal.Settled, h.state(l, 1).State)
	require.Empty(t, h.chain.failed)
}

// left returns how many blocks are left for our answer, or a large number if none is awaited.
func (h *house) left() int64 {
	h.chain.mu.Lock()
	defer h.chain.mu.Unlock()
	if !h.chain.drawn() {
		return 1 << 32
	}
	return h.chain.task.Deadline - h.chain.height
}

// TestCompiledOnce: tasks of one module wait for a single compilation. A failure fails all of them. The next task starts a new
// compilation.
func TestCompiledOnce(t *testing.T) {
	a, engine := idleAgent(t), &fakeRuntime{compile: make(chan struct{})}
	s := sight{Assignment: chain.Assignment{Deal: dealstypes.Deal{Digest: artifact.Sum(module).String(), Runtime: "wasm"}}}
	ended := make(chan error)
	for range 3 {
		go func() { ended <- a.prepareModule(context.Background(), s, engine, program) }()
	}
	require.Eventually(t, func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		c := a.compilations[moduleOf(s)]
		return c != nil && c.waiters == 3
	}, patience, time.Millisecond)
	gone, cancel := context.WithCancelCause(context.Background())
	cancel(errGone)
	require.ErrorIs(t, a.prepareModule(gone, s, engine, program), errGone, "a task that ends does not wait")
	close(engine.compile)
	for range 3 {
		require.NoError(t, <-ended)
	}
	begun, _ := engine.compilations()
	require.Equal(t, 1, begun)
	require.Zero(t, a.used)

	other := sight{Assignment: chain.Assignment{Deal: dealstypes.Deal{Digest: artifact.Sum(input).String(), Runtime: "wasm"}}}
	broken := &brokenCompiler{}
	for tries := 2; tries <= 4; tries += 2 { // each attempt compiles twice: a child that was killed is often the fault of a neighbour's memory use
		require.ErrorContains(t, a.prepareModule(context.Background(), other, broken, runtime.ProgramOf(input)), "panicked")
		require.Equal(t, tries, broken.tries)
	}
}

// brokenCompiler panics.
type brokenCompiler struct {
	fakeRuntime
	tries int
}

func (b *brokenCompiler) Prepare(context.Context, runtime.Program) error {
	b.tries++
	panic("a defect")
}

// idleAgent returns an agent that does not run.
func idleAgent(t *testing.T) *Agent {
	return &Agent{
		Config: Config{Slots: 1, Metrics: metrics.New(prometheus.NewRegistry())}, log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		life: t.Context(), wake: make(chan struct{}, 1), compilations: map[moduleKey]*compilation{}, ahead: newAheadWork(),
	}
}

// TestSlotsOfCompilation: a compilation for which no task waits takes a slot from the tasks of other modules.
func TestSlotsOfCompilation(t *testing.T) {
	a := idleAgent(t)
	key, other := moduleKey{"wasm", "a"}, moduleKey{"wasm", "b"}
	hold := make(chan struct{})
	c := a.joinCompilation(key, func(context.Context) error { <-hold; return nil })
	slots := func(k moduleKey) int { a.mu.Lock(); defer a.mu.Unlock(); return a.slotsFor(k) }
	require.Equal(t, []int{0, 0}, []int{slots(key), slots(other)}, "in the slot of the task that waits for it")
	a.leaveCompilation(c)
	require.Equal(t, []int{0, 1}, []int{slots(key), slots(other)})
	require.Same(t, c, a.joinCompilation(key, nil))
	require.Equal(t, []int{0, 0}, []int{slots(key), slots(other)})
	a.leaveCompilation(c)
	close(hold)
	require.Eventually(t, func() bool { return slots(other) == 0 }, patience, time.Millisecond)
}

// TestHasTime: a stage that has lasted some time is expected to last as long again, and so is each stage after it. A running program
// always goes on.
func TestHasTime(t *testing.T) {
	s := sight{
		Assignment: chain.Assignment{
			Bench: taskstypes.BENCH_WORKERS, Task: taskstypes.Task{Deadline: 140},
			Deal: dealstypes.Deal{Terms: dealstypes.Terms{CommitBlocks: 40}},
		},
		seat: taskstypes.Seat{Wave: 1},
	}
	require.EqualValues(t, 120, s.lastDecline())
	for _, tc := range []struct {
		stage stage
		since int64
		exp   bool
	}{
		{running, 100, true}, {compiling, 108, false}, {compiling, 109, true}, {fetching, 111, false}, {fetching, 112, true},
	} {
		t.Run(fmt.Sprint(tc.stage, tc.since), func(t *testing.T) {
			p := newProgress(tc.since, time.Now())
			p.stage = tc.stage
			// At height 117 the message would be included at 118, and 22 blocks are left for the answer.
			require.Equal(t, tc.exp, s.hasTime(&p, 117))
		})
	}
	require.False(t, s.hasTime(nil, 117), "no slot")
	for height, exp := range map[int64]bool{114: false, 115: true, 119: true, 120: false} {
		require.Equal(t, exp, s.isDeciding(height), "height %d", height)
	}
}

// TestBusySlots: a first worker without a free slot gives its seat back while the chain still takes it.
func TestBusySlots(t *testing.T) {
	h := newHouse(t, asFirst)
	h.narrow(func(left int64, sent bool) bool { return left <= 22 && !sent })
	busy := false
	h.chain.set(func() {
		wait := h.chain.waits
		h.chain.waits = func() bool { return !busy || wait() }
	})
	l := h.start("")
	l.agent.mu.Lock()
	l.agent.used = l.agent.Slots
	l.agent.mu.Unlock()
	h.chain.set(func() { busy = true })
	h.settlement()
	r := h.state(l, 1)
	require.Equal(t, journal.Abandoned, r.State)
	require.True(t, strings.Contains(r.Cause, "all slots were busy"), r.Cause)
	require.Equal(t, poco.FaultNone, h.chain.released[me])
}

// TestModuleOfAnotherSize: the window depends on the module size that the version declares. A module of any other size is refused.
func TestModuleOfAnotherSize(t *testing.T) {
	for _, size := range []uint64{uint64(len(module)) - 1, uint64(len(module)) + 1} {
		h := newHouseOf(t, asSecond, func(d *dealstypes.Deal) { d.ModuleSize = uint64(len(module)) })
		h.chain.set(func() { h.chain.deal.ModuleSize = size })
		l := h.start("")
		h.settlement()
		require.Equal(t, "INPUT_UNAVAILABLE", h.state(l, 1).Outcome.Kind)
	}
}
