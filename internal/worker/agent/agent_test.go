package agent

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/traces"
	"github.com/credence-chain/credence/internal/worker/broadcast"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/internal/worker/metrics"
	"github.com/credence-chain/credence/internal/worker/unseal"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// house is a worker's folder, chain and runtime. Several agents run in it, one after the other.
type house struct {
	t       *testing.T
	dir     string
	chain   *fakeChain
	runtime *fakeRuntime
	store   *artifact.Dir
	fetcher Fetcher
	journal string

	unsealer *unseal.Unsealer
	logs     string // folder for the output of apps; empty for none
	collects bool   // with a collector
	traces   *traces.Exporter
}

var (
	module = []byte("\x00asm not really")
	input  = []byte("some input")

	program = runtime.ProgramOf(module)
	inputs  = []artifact.Content{artifact.Bytes(input)}
)

const dealID = "dea1"

// patience is how long a test waits for something that must happen. Only a failing test waits that long.
const patience = 2 * time.Minute

func newHouse(t *testing.T, r role) *house { return newHouseOf(t, r, func(*dealstypes.Deal) {}) }

// newHouseOf returns a house whose deal malleate changed. Its chain starts to make blocks when an agent is started.
func newHouseOf(t *testing.T, r role, malleate func(*dealstypes.Deal)) *house {
	dir := t.TempDir()
	store, err := artifact.OpenDir(filepath.Join(dir, "artifacts"), 0)
	require.NoError(t, err)
	for _, blob := range [][]byte{module, input, []byte(citiesText)} {
		_, err := artifact.PutBytes(context.Background(), store, blob)
		require.NoError(t, err)
	}
	deal := dealstypes.Deal{
		Id: dealID, App: "acme/render", Digest: artifact.Sum(module).String(), Runtime: "wasm", Args: []string{"--fast"},
		Inputs: []*dealstypes.Input{{Name: "scene.txt", Digest: artifact.Sum(input).String(), Size_: uint64(len(input))}},
		Size_:  5, Bag: 5, Time: 1_700_000_000,
	}
	malleate(&deal)
	h := &house{t: t, dir: dir, runtime: &fakeRuntime{}, store: store, journal: filepath.Join(dir, "journal.db")}
	h.fetcher = Fetcher{Store: store, Rounds: 1, Backoff: time.Millisecond}
	h.chain = newFakeChain(t, r, deal, poco.Outcome{})
	truth := h.honest()
	h.chain.set(func() { h.chain.truth = truth })
	return h
}

// honest returns the outcome of any honest worker.
func (h *house) honest() poco.Outcome {
	as := h.assignment()
	files := []artifact.Content{artifact.Bytes(input)}
	if len(as.Deal.Datasets) > 0 {
		files = append(files, artifact.Bytes(citiesText))
	}
	spec, err := BuildSpec(as, program, files)
	require.NoError(h.t, err)
	out, err := (&fakeRuntime{}).Run(context.Background(), spec)
	require.NoError(h.t, err)
	answer, err := ConcludeRun(h.runtime.Rules(), out)
	require.NoError(h.t, err)
	return answer.Outcome
}

// life is one process of the worker.
type life struct {
	agent *Agent
	jrnl  *journal.Journal
	stop  context.CancelFunc
	done  chan struct{}
	// killed is closed when the process died at the chosen point.
	killed chan struct{}
}

// start runs an agent. The agent dies, as by SIGKILL, the first time that it reaches the point killAt ("" for never). From then on it
// writes nothing and sends nothing.
func (h *house) start(killAt string) *life {
	j, err := journal.Open(h.journal)
	require.NoError(h.t, err)
	secret, err := LoadSecret(filepath.Join(h.dir, "secret"))
	require.NoError(h.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	l := &life{jrnl: j, stop: cancel, done: make(chan struct{}), killed: make(chan struct{})}
	var once sync.Once
	m := metrics.New(prometheus.NewRegistry())
	stack := broadcast.Retrying(broadcast.Batching(h.chain,
		broadcast.BatchOptions{Gather: time.Millisecond, Confirm: sender.ConfirmOptions{Poll: time.Millisecond}}), broadcast.RetryOptions{First: time.Millisecond, Most: 5 * time.Millisecond})
	var pins *Pins
	if h.collects {
		pins = &Pins{}
		NewCollector(CollectConfig{Store: h.store, Journal: j, Source: h.chain, Metrics: m, Pins: pins, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Retention: time.Hour})
	}
	a, err := New(Config{
		PaidTo: func(context.Context) (string, error) { return ownerOf(me), nil },
		Traces: h.traces, Pins: pins, Who: me, ChainID: chainID, Bench: h.chain.role.bench(), Secret: secret, Slots: 2, Metrics: m,
		Runtimes: map[string]runtime.Runtime{"wasm": h.runtime}, Source: h.chain, Sender: stack, Journal: j, Fetcher: h.fetcher, Unsealer: h.unsealer, LogFolder: h.logs,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Resync: 3 * time.Millisecond, Pause: 4 * time.Millisecond,
		at: func(point string) {
			select {
			case <-l.killed:
				goruntime.Goexit() // it died before
			default:
			}
			if point == killAt {
				once.Do(func() { close(l.killed); cancel() })
				goruntime.Goexit()
			}
		},
	})
	require.NoError(h.t, err)
	l.agent = a
	go func() {
		defer close(l.done)
		a.Run(ctx)
	}()
	h.t.Cleanup(l.end)
	h.chain.set(func() { h.chain.held = false })
	return l
}

// end stops the agent and waits until the process is gone.
func (l *life) end() {
	l.stop()
	<-l.done
	l.jrnl.Close()
}

// die waits until the process was killed at the point given to start. The process may instead end normally: it may see the final state
// of the task before it sees the inclusion of its transaction.
func (h *house) die(l *life, arrow string) {
	h.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case <-l.killed:
			l.end()
			return
		case <-deadline:
			h.t.Fatalf("the agent never came to %q", arrow)
		case <-time.After(2 * time.Millisecond):
			r, _, err := l.jrnl.Get(h.key(1))
			if err == nil && r.State.Terminal() && strings.HasSuffix(arrow, "-included") {
				l.end()
				return
			}
		}
	}
}

func (h *house) key(attempt uint32) journal.Key {
	return journal.Key{Bench: benchOf(h.chain.role.bench()), Task: h.chain.id, Attempt: attempt}
}

// state waits until the record of an attempt is terminal and returns it.
func (h *house) state(l *life, attempt uint32) journal.Record {
	h.t.Helper()
	key := h.key(attempt)
	var r journal.Record
	require.Eventually(h.t, func() bool {
		var err error
		r, _, err = l.jrnl.Get(key)
		return err == nil && r.State.Terminal()
	}, patience, 2*time.Millisecond, "the record never came to an end")
	return r
}

func (h *house) settlement() poco.Settlement {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		h.chain.mu.Lock()
		defer h.chain.mu.Unlock()
		return h.chain.end != nil
	}, patience, time.Millisecond, "the task never ended")
	h.chain.mu.Lock()
	defer h.chain.mu.Unlock()
	return *h.chain.end
}

func (h *house) requireRight(s poco.Settlement) {
	h.t.Helper()
	require.Equal(h.t, poco.EndAccepted, s.Ending)
	require.Equal(h.t, h.honest(), s.Verdict)
	if h.chain.role == inCourt {
		require.True(h.t, s.ByCourt)
		require.Empty(h.t, s.CourtSilent)
		require.Empty(h.t, s.CourtWrong)
		return
	}
	for _, seat := range s.Seats {
		if seat.Who == me {
			require.Equal(h.t, poco.FaultNone, seat.Fault)
			require.True(h.t, seat.Right)
			return
		}
	}
	h.t.Fatal("we have no seat in the settlement")
}

// arrows are the points of a life that ends in a settlement, in order. "" is a life without a kill.
var arrows = []string{
	"", "assigned", "fetched", "running", "ran", "stored", "done", "commit-intended", "commit-sent", "commit-signed",
	"commit-included", "committed", "reveal-intended", "reveal-sent", "reveal-signed", "reveal-included", "revealed", "settled",
}

// TestKilledAtEveryArrow is the promise of this package. Wherever the process dies, a restart leads to the same end, without a fault
// and with a single commitment.
func TestKilledAtEveryArrow(t *testing.T) {
	for name, r := range map[string]role{"first": asFirst, "second": asSecond, "court": inCourt} {
		for _, arrow := range arrows {
			t.Run(name+"/"+arrow, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t, r)
				l := h.start(arrow)
				if arrow != "" {
					h.die(l, arrow)
					l = h.start("")
				}
				h.requireRight(h.settlement())
				require.Equal(t, journal.Settled, h.state(l, 1).State)
				require.Len(t, h.chain.commits, 1)
				has, err := h.store.Has(context.Background(), h.honest().Digest)
				require.NoError(t, err)
				require.True(t, has, "the result can be served")
			})
		}
	}
}

// TestNeverASecondAnswer runs an app whose every execution differs. The worker may be wrong, but it never commits twice.
func TestNeverASecondAnswer(t *testing.T) {
	for _, arrow := range arrows[1:] {
		t.Run(arrow, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, asFirst)
			h.runtime.noisy = true
			l := h.start(arrow)
			h.die(l, arrow)
			l = h.start("")
			h.settlement()
			require.Equal(t, journal.Settled, h.state(l, 1).State)
			require.Len(t, h.chain.commits, 1)
		})
	}
}

// TestLostJournal deletes the journal after the commit. The task is executed again, and the derived salt opens the commitment that the
// chain holds. If the app is not deterministic, nothing is revealed, and nothing is committed twice.
func TestLostJournal(t *testing.T) {
	for _, noisy := range []bool{false, true} {
		h := newHouse(t, asSecond)
		h.runtime.noisy = noisy
		l := h.start("committed")
		h.die(l, "committed")
		require.NoError(t, os.Remove(h.journal))
		l = h.start("")
		if noisy {
			require.Equal(t, journal.Failed, h.state(l, 1).State)
		} else {
			h.requireRight(h.settlement())
			require.Equal(t, journal.Settled, h.state(l, 1).State)
		}
		require.Len(t, h.chain.commits, 1)
		l.end()
	}
}

// TestSilenceIsNoAnswer: while a task runs, the chain first fails and then returns nothing. The work goes on.
func TestSilenceIsNoAnswer(t *testing.T) {
	h := newHouse(t, asSecond)
	h.runtime.block = make(chan struct{})
	l := h.start("")
	require.Eventually(t, func() bool { return h.runtime.count() == 1 }, patience, time.Millisecond)
	for _, silence := range []func(){
		func() { h.chain.outage = errors.New("connection refused") },
		func() { h.chain.outage, h.chain.empty = nil, true },
	} {
		h.chain.set(silence)
		time.Sleep(100 * time.Millisecond) // time for about thirty reconciliations
		require.Equal(t, 1, l.agent.countBusy())
	}
	h.chain.set(func() { h.chain.empty = false })
	close(h.runtime.block)
	h.requireRight(h.settlement())
	require.Equal(t, 1, h.runtime.count(), "executed once")
	require.Equal(t, journal.Settled, h.state(l, 1).State)
}

// TestHonestAbstention: a worker without an answer declines or commits the outcome that fits its seat and the cause.
func TestHonestAbstention(t *testing.T) {
	broken := errors.New("the machine broke")
	for _, tc := range []struct {
		name     string
		role     role
		malleate func(*house)
		exp      string // the committed outcome, or the reason of a decline
	}{
		{"first, runtime fails", asFirst, func(h *house) { h.runtime.err = broken }, "RUN"},
		{"first, module gone", asFirst, func(h *house) { h.drop(module) }, "INPUT"},
		{"first, unknown runtime", asFirst, func(h *house) { h.chain.deal.Runtime = "oci" }, "RUNTIME"},
		{"first, disk full", asFirst, fillDisk, "STORAGE"},
		{"second, runtime fails", asSecond, func(h *house) { h.runtime.err = broken }, "ABSTAIN"},
		{"second, module gone", asSecond, func(h *house) { h.drop(module) }, "INPUT_UNAVAILABLE"},
		{"second, input gone", asSecond, func(h *house) { h.drop(input) }, "INPUT_UNAVAILABLE"},
		{"second, input of another size", asSecond, func(h *house) { h.chain.deal.Inputs[0].Size_ = 99 }, "INPUT_UNAVAILABLE"},
		{"second, unknown runtime", asSecond, func(h *house) { h.chain.deal.Runtime = "oci" }, "ABSTAIN"},
		{"second, disk full", asSecond, fillDisk, "ABSTAIN"},
		{"second, runtime answers nonsense", asSecond, func(h *house) {
			h.runtime.then = func() (runtime.Outcome, bool) { return runtime.Outcome{Kind: runtime.Abstain}, true }
		}, "ABSTAIN"},
		{"court, runtime fails", inCourt, func(h *house) { h.runtime.err = broken }, "ABSTAIN"},
		{"court, input gone", inCourt, func(h *house) { h.drop(input) }, "INPUT_UNAVAILABLE"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, tc.role)
			h.chain.set(func() { tc.malleate(h) })
			l := h.start("")
			end := h.settlement()
			r := h.state(l, 1)
			require.NotEmpty(t, r.Cause)
			if reason, declines := poco.ParseDeclineReason(tc.exp); declines {
				require.Equal(t, journal.Abandoned, r.State)
				require.Len(t, h.chain.task.Declines, 1)
				require.Equal(t, reason, h.chain.task.Declines[0].Reason)
				require.Equal(t, tc.exp, r.Decline)
				require.Empty(t, h.chain.commits)
				require.Equal(t, poco.FaultNone, h.chain.released[me], "given back in time")
				require.Equal(t, poco.EndAccepted, end.Ending, "another first worker did it")
				return
			}
			require.Equal(t, journal.Settled, r.State)
			require.Equal(t, &journal.Outcome{Kind: tc.exp}, r.Outcome)
			for _, seat := range end.Seats {
				if seat.Who == me { // it pays for the court that it caused, and keeps the stake
					require.Equal(t, poco.FaultAbstained, seat.Fault)
					require.Less(t, seat.Slash, seat.Unlock)
				}
			}
		})
	}
}

// fillDisk gives the worker a store that has room for what the task reads, and for no result.
func fillDisk(h *house) {
	small, err := artifact.OpenDir(filepath.Join(h.dir, "small"), int64(len(module)+len(input)))
	require.NoError(h.t, err)
	for _, blob := range [][]byte{module, input} {
		_, err := artifact.PutBytes(context.Background(), small, blob)
		require.NoError(h.t, err)
	}
	h.fetcher.Store = small
}

func (h *house) drop(blob []byte) {
	require.NoError(h.t, h.store.Delete(context.Background(), artifact.Sum(blob)))
}

// TestKilledWhileDeclining: the seat is given back once or twice, and never answers afterwards.
func TestKilledWhileDeclining(t *testing.T) {
	for _, arrow := range []string{"assigned", "decline-intended", "decline-signed", "decline-included", "abandoned"} {
		t.Run(arrow, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, asFirst)
			h.runtime.err = errors.New("broken")
			l := h.start(arrow)
			h.die(l, arrow)
			if arrow != "assigned" {
				h.runtime.err = nil // the runtime works again; the worker must still not answer
			}
			l = h.start("")
			h.settlement()
			require.Equal(t, journal.Abandoned, h.state(l, 1).State)
			require.Empty(t, h.chain.commits)
			require.Equal(t, poco.FaultNone, h.chain.released[me])
		})
	}
}

func TestDrain(t *testing.T) {
	h := newHouse(t, asSecond)
	h.runtime.block = make(chan struct{})
	l := h.start("")
	require.Eventually(t, func() bool { return l.agent.countBusy() == 1 && h.runtime.count() == 1 }, patience, time.Millisecond)
	drained := make(chan struct{})
	go func() { l.agent.Drain(context.Background()); close(drained) }()
	select {
	case <-drained:
		t.Fatal("drained while a task ran")
	case <-time.After(30 * time.Millisecond):
	}
	close(h.runtime.block)
	<-drained
}
