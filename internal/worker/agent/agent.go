package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/traces"
	"github.com/credence-chain/credence/internal/worker/broadcast"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/internal/worker/metrics"
	"github.com/credence-chain/credence/internal/worker/unseal"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Config has the settings and parts of an agent. Fields without a default are required.
type Config struct {
	// Who is the worker's address, or the account that answers in courts for a validator's seat.
	Who string
	// ChainID is the id of the chain, which is part of every commitment.
	ChainID string
	// Bench on which the agent answers. It ignores seats on the other bench.
	Bench taskstypes.Bench
	// Secret salts commitments; see LoadSecret.
	Secret []byte
	// Slots is how many tasks are fetched or executed at once; 0 means 1.
	Slots int
	// Runtimes by the name that apps have on chain; see package registry.
	Runtimes map[string]runtime.Runtime
	// PaidTo returns the account that is paid for the worker's answers, for the journal. Nil where that is nobody's concern.
	PaidTo func(context.Context) (string, error)
	// Session is the session of the enclave in which this worker runs; nil outside an enclave.
	Session attester.Attester
	// WallLimit bounds one execution in real time; exceeding it counts as this machine's failure. 0 means that only the task's window bounds it.
	WallLimit time.Duration

	Source  chain.Source
	Sender  broadcast.Sender
	Journal *journal.Journal
	Fetcher Fetcher
	// Unsealer opens sealed files that tasks read. Without one, such files count as unavailable.
	Unsealer *unseal.Unsealer
	Metrics  *metrics.Set
	// Traces is told of tasks that have ended. Nil where nobody asks for them.
	Traces *traces.Exporter
	// Ahead is what is compiled before a task needs it.
	Ahead Ahead
	// Pins protect the blobs of running work from a Collector, which has the same ones. Nil where nothing is collected.
	Pins *Pins
	// Logger; nil means slog's default.
	Logger *slog.Logger
	// LogFolder keeps what apps write to stdout and stderr; empty means that it is not kept.
	LogFolder string
	// Resync is how often the agent asks the chain even if no block had news; 0 means 5 s.
	Resync time.Duration
	// Pause is the first wait before a step that failed on our side is tried again. It doubles, up to 16 times the first
	// wait; 0 means 1 s.
	Pause time.Duration

	// at is called at each step of a task's life, so that tests can kill the agent there.
	at func(point string)
}

// Agent does the work of one worker or court seat. See Run.
type Agent struct {
	Config
	log *slog.Logger

	payee    string          // what PaidTo returned
	askPayee time.Time       // not before; see findPayee
	life     context.Context // the context of Run, for work that outlives a task
	height   atomic.Int64    // highest seen
	draining atomic.Bool
	assigned atomic.Bool // the chain has tasks for us, begun or not
	wake     chan struct{}
	wg       sync.WaitGroup

	mu     sync.Mutex
	active map[journal.Key]*job
	pauses map[journal.Key]pause
	// waiting has the tasks that wait for a slot, and since when.
	waiting map[journal.Key]time.Time
	// included is the height of the last block with a transaction of ours for a task. A state of the task from before that height is
	// ignored.
	included map[journal.Key]int64
	// compilations by module: those under way, and those that ended well.
	compilations map[moduleKey]*compilation
	ahead        aheadWork
	used         int  // slots in use
	mute         bool // the chain does not answer, and the log has said so
}

// job is a goroutine at work on a task.
type job struct {
	action   Action
	cancel   context.CancelCauseFunc
	progress progress  // of Work
	told     time.Time // when the log last told of it
}

// pause delays the next try of a step that failed.
type pause struct {
	until  time.Time
	series *backoff.Pauses
}

// Reasons for which a job is cancelled.
var (
	errGone    = errors.New("the chain no longer waits for it")
	errTooLate = errors.New("the window closes before it can end")
)

// New makes an agent; Run starts it.
func New(c Config) (*Agent, error) {
	switch {
	case c.Who == "" || c.ChainID == "":
		return nil, errors.New("agent: Who and ChainID are needed")
	case c.Bench != taskstypes.BENCH_WORKERS && c.Bench != taskstypes.BENCH_COURT:
		return nil, fmt.Errorf("agent: bench %s, expected workers or court", c.Bench)
	case len(c.Secret) != secretSize:
		return nil, fmt.Errorf("agent: the secret has %d bytes, expected %d", len(c.Secret), secretSize)
	case c.Source == nil || c.Sender == nil || c.Journal == nil || c.Metrics == nil || c.Fetcher.Store == nil || len(c.Runtimes) == 0:
		return nil, errors.New("agent: Source, Sender, Journal, Metrics, Fetcher.Store and Runtimes are needed")
	}
	c.Slots = max(1, c.Slots)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Resync <= 0 {
		c.Resync = 5 * time.Second
	}
	if c.Pause <= 0 {
		c.Pause = time.Second
	}
	if c.at == nil {
		c.at = func(string) {}
	}
	c.Metrics.Slots.Set(float64(c.Slots))
	return &Agent{Config: c, log: c.Logger, wake: make(chan struct{}, 1),
		active: map[journal.Key]*job{}, pauses: map[journal.Key]pause{}, waiting: map[journal.Key]time.Time{}, included: map[journal.Key]int64{},
		compilations: map[moduleKey]*compilation{}, ahead: newAheadWork()}, nil
}

// Run works until the context ends, and returns once all of its goroutines have ended. The journal has all work that was under way.
func (a *Agent) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer a.wg.Wait()
	defer cancel()
	a.life = ctx
	height, err := a.Journal.Height()
	if err != nil {
		return err
	}
	a.noteHeight(height)
	a.wg.Add(1)
	go func() {
		defer a.wg.Done()
		a.followBlocks(ctx, height)
	}()
	if a.Ahead.Wanted != nil && a.Ahead.Budget > 0 {
		a.wg.Go(func() { a.prepareAhead(ctx) })
	}
	resync := time.NewTicker(a.Resync)
	defer resync.Stop()
	for {
		if err := a.reconcile(ctx); err != nil && ctx.Err() == nil {
			a.Metrics.Reconciles.WithLabelValues("error").Inc()
			a.noteSilence(err)
		}
		a.logWork(time.Now())
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-a.wake:
		case <-resync.C:
		}
	}
}

// Height returns the highest height seen.
func (a *Agent) Height() int64 { return a.height.Load() }

// Wake makes the agent compare chain and journal soon.
func (a *Agent) Wake() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *Agent) noteHeight(height int64) {
	for {
		old := a.height.Load()
		if height <= old {
			return
		}
		if a.height.CompareAndSwap(old, height) {
			a.Metrics.Height.Set(float64(height))
			return
		}
	}
}

// noteSilence logs that the chain does not answer, once until it answers again. Work goes on meanwhile.
func (a *Agent) noteSilence(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.mute {
		a.log.Warn("the chain does not answer; work goes on", "error", err)
	}
	a.mute = true
}

func (a *Agent) noteAnswer() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mute {
		a.log.Info("the chain answers again")
	}
	a.mute = false
}

// maxReplay bounds how many blocks are read for hints after a long absence. More are not needed, because the agent reads the state.
const maxReplay = 5_000

// followBlocks wakes the agent for blocks with news, from the height in the journal on. It starts again after every failure.
func (a *Agent) followBlocks(ctx context.Context, from int64) {
	next := from
	if next > 0 {
		next++
	}
	for ctx.Err() == nil {
		err := a.Source.Follow(ctx, next, func(_ context.Context, t chain.Tick) error {
			a.noteHeight(t.Height)
			if len(t.Drawn) > 0 || t.Missed || a.isConcerned() {
				a.Wake()
			}
			a.hastenAhead(t.Apps, time.Now())
			if len(t.Drawn) > 0 || t.Height >= next+10 {
				// A height that is lost costs only reading these blocks again.
				if err := a.Journal.SetHeight(t.Height); err == nil {
					next = t.Height
				}
			}
			return nil
		})
		if ctx.Err() != nil {
			return
		}
		reason := "error"
		if errors.Is(err, client.ErrStalled) {
			reason = "stalled"
		}
		a.Metrics.Follows.WithLabelValues(reason).Inc()
		a.noteSilence(err)
		if seen := a.height.Load(); seen > next+maxReplay {
			next = 0
		} else if next > 0 {
			next++
		}
		_ = backoff.Steady(a.Pause).Wait(ctx) // the loop checks the context
	}
}

// isConcerned says whether we have tasks, so that any new block can matter to us.
func (a *Agent) isConcerned() bool {
	if a.assigned.Load() {
		return true
	}
	live, err := a.Journal.Live()
	return err != nil || len(live) > 0
}
