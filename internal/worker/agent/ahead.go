package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/internal/worker/chain"
)

// This file compiles programs of which no task was drawn yet, so that the first task finds them compiled (docs/adr/0095). A task that was drawn
// takes precedence: it takes the slot, and the compilation is given up, or it waits for the same module and takes the compilation over.
// Strangers choose what is compiled here, so that its time in an hour is bounded, and a module is tried once.

// Ahead says what is compiled before a task needs it.
type Ahead struct {
	// Wanted lists the programs of which this worker may be drawn for a task, the likeliest first. With an error the list may lack some. Nil:
	// nothing is compiled ahead.
	Wanted func(context.Context) ([]chain.Wanted, error)
	// Budget is how much time in each hour may go into fetching and compiling ahead. Nothing is begun with less than half of it left.
	Budget time.Duration
	// Every is the time between two looks; 0 means 15 s. A deal of an app that was not seen lately makes the next look come sooner.
	Every time.Duration
}

const (
	// aheadPeriod is the period of Ahead.Budget.
	aheadPeriod = time.Hour
	// aheadFetch bounds the fetching of one program in real time, so that a slow source does not take the budget of all others.
	aheadFetch = 30 * time.Second
	// aheadPause is the least time between two looks.
	aheadPause = 2 * time.Second
	// aheadLately is how long a deal of an app hastens no other look, so that a busy network does not make workers ask more often.
	aheadLately = 5 * time.Minute
	// aheadApps bounds the apps that are remembered for that.
	aheadApps = 1_000
)

// Reasons for which a compilation ahead is given up.
var (
	errYielded   = errors.New("a task needs the slot")
	errNoBudget  = errors.New("the time of this hour for compiling ahead is used up")
	errSlowFetch = fmt.Errorf("it was not fetched within %s", aheadFetch)
)

// Ends of a compilation ahead, as the metric has them.
const (
	aheadCompiled = "compiled"
	aheadJoined   = "joined"  // a task of the module was drawn meanwhile, and took it over
	aheadYielded  = "yielded" // a task needed the slot
	aheadUnfound  = "unfound" // nobody gave the program in time
	aheadFailed   = "failed"
)

// spell is a time that was spent.
type spell struct {
	end  time.Time
	took time.Duration
}

// aheadWork is the state of compiling ahead; the agent's mu guards it.
type aheadWork struct {
	spent []spell            // of the last aheadPeriod, the oldest first
	tried map[moduleKey]bool // those not to be tried again
	now   *compilation       // the one under way for which no task waits; nil for none
	key   moduleKey          // its module

	apps map[string]time.Time // of deals, when they last hastened a look
	soon chan struct{}        // holds a value when a look is to come soon
}

func newAheadWork() aheadWork {
	return aheadWork{tried: map[moduleKey]bool{}, apps: map[string]time.Time{}, soon: make(chan struct{}, 1)}
}

// hastenAhead has the next look come soon if deals were made of an app that has not hastened one lately: others of the pool are drawn for its
// first wave, and the second follows within seconds. It is a hint. What it misses is found by the next look at its time.
func (a *Agent) hastenAhead(apps []string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, app := range apps {
		if last, known := a.ahead.apps[app]; known && now.Sub(last) < aheadLately {
			continue
		}
		if len(a.ahead.apps) >= aheadApps {
			clear(a.ahead.apps)
		}
		a.ahead.apps[app] = now
		select {
		case a.ahead.soon <- struct{}{}:
		default:
		}
	}
}

// budgetLeft returns how much of the budget is left at a time.
func (w *aheadWork) budgetLeft(budget time.Duration, now time.Time) time.Duration {
	for len(w.spent) > 0 && now.Sub(w.spent[0].end) >= aheadPeriod {
		w.spent = w.spent[1:]
	}
	for _, s := range w.spent {
		budget -= s.took
	}
	return budget
}

// prepareAhead looks for wanted programs until the context ends, and compiles them one after the other.
func (a *Agent) prepareAhead(ctx context.Context) {
	every := a.Ahead.Every
	if every <= 0 {
		every = 15 * time.Second
	}
	for ctx.Err() == nil {
		if a.mayBeginAhead() {
			list, err := a.Ahead.Wanted(ctx)
			if err != nil {
				a.log.Debug("not all programs that may be wanted are known", "error", err)
			}
			for _, w := range list {
				a.prepareWanted(ctx, w)
			}
		}
		looked := time.Now()
		select {
		case <-ctx.Done():
		case <-time.After(every):
		case <-a.ahead.soon:
			select {
			case <-ctx.Done():
			case <-time.After(aheadPause - time.Since(looked)):
			}
		}
	}
}

// mayBeginAhead says whether there is a free slot, and enough of the budget left to begin.
func (a *Agent) mayBeginAhead() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.used < a.Slots && !a.draining.Load() && a.ahead.budgetLeft(a.Ahead.Budget, time.Now()) >= a.Ahead.Budget/2
}

// prepareWanted fetches and compiles one program, unless it is compiled, was tried before, or nothing may be begun now.
func (a *Agent) prepareWanted(ctx context.Context, w chain.Wanted) {
	key := moduleKey{w.Runtime, w.Digest}
	engine, found := a.Runtimes[w.Runtime]
	// The parts of an image are gigabytes. A requester alone does not make the worker fetch them.
	if !found || engine.Rules().Image && !w.Named || a.knowsModule(key) || !a.mayBeginAhead() || ctx.Err() != nil {
		return
	}
	start := time.Now()
	end, took, err := a.compileWanted(ctx, key, w, engine)
	if ctx.Err() != nil {
		return
	}
	a.mu.Lock()
	a.ahead.spent = append(a.ahead.spent, spell{time.Now(), took})
	if end != aheadYielded {
		a.ahead.tried[key] = true
	}
	a.mu.Unlock()
	a.Metrics.Ahead.WithLabelValues(end).Inc()
	a.Metrics.AheadSeconds.Add(took.Seconds())
	attrs := []any{"app", w.App, "digest", w.Digest, "why", w.Why, "for", time.Since(start).Round(time.Millisecond)}
	switch end {
	case aheadCompiled, aheadJoined:
		a.log.Info("program prepared ahead of a draw", append(attrs, "end", end)...)
	case aheadYielded:
		a.log.Info("program not prepared ahead of a draw: a task needs the slot", attrs...)
	default:
		a.log.Warn("program not prepared ahead of a draw, and not tried again before one", append(attrs, "error", err)...)
	}
}

// knowsModule says whether a module was compiled, is being compiled, or was tried ahead.
func (a *Agent) knowsModule(key moduleKey) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.compilations[key] != nil || a.ahead.tried[key]
}

// compileWanted fetches and compiles one program. It returns how that ended, and the time that it took before a task took it over.
func (a *Agent) compileWanted(ctx context.Context, key moduleKey, w chain.Wanted, engine runtime.Runtime) (end string, took time.Duration, err error) {
	start := time.Now()
	as := chain.Assignment{}
	as.Deal.Digest, as.Deal.Runtime, as.Deal.Locators, as.Deal.ModuleSize = w.Digest, w.Runtime, w.Locators, w.Size
	pinned := a.Pins.newPin(namedBlobs(as)...)
	defer pinned.release()
	fetching, cancel := context.WithTimeoutCause(ctx, aheadFetch, errSlowFetch)
	program, err := a.Fetcher.fetchProgram(fetching, as)
	if cause := context.Cause(fetching); err != nil && cause != nil {
		err = cause
	}
	cancel()
	if err != nil {
		return aheadUnfound, time.Since(start), err
	}
	c := a.startAhead(key, func(ctx context.Context) error { return compileModule(ctx, engine, program) })
	if c == nil { // a task was drawn while it was fetched
		return aheadYielded, time.Since(start), nil
	}
	<-c.done
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case !c.joined.IsZero():
		return aheadJoined, c.joined.Sub(start), nil
	case c.err == nil:
		return aheadCompiled, time.Since(start), nil
	case c.given && errors.Is(c.err, errYielded):
		return aheadYielded, time.Since(start), nil
	}
	return aheadFailed, time.Since(start), c.err
}

// startAhead starts a compilation for which no task waits, in a free slot. It returns nil if there is no free slot any more, or if another
// compilation of the module has begun.
func (a *Agent) startAhead(key moduleKey, fn func(context.Context) error) *compilation {
	a.mu.Lock()
	defer a.mu.Unlock()
	left := a.ahead.budgetLeft(a.Ahead.Budget, time.Now())
	if a.used >= a.Slots || a.draining.Load() || a.compilations[key] != nil {
		return nil
	}
	a.takeSlots(1)
	c := a.startCompilation(key, fn)
	a.ahead.now, a.ahead.key = c, key
	time.AfterFunc(left, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.giveUpAhead(c, errNoBudget)
	})
	return c
}

// giveUpAhead ends a compilation ahead for which no task waits, and frees its slot at once. A task of the module that is drawn from now on
// starts another compilation. mu is held.
func (a *Agent) giveUpAhead(c *compilation, why error) {
	if a.ahead.now != c || c.hasEnded() {
		return
	}
	a.ahead.now = nil
	c.given = true
	delete(a.compilations, a.ahead.key)
	c.cancel(why)
	a.takeSlots(-1)
}

// makeRoom gives up the compilation ahead if a task of another module needs its slot. mu is held.
func (a *Agent) makeRoom(key moduleKey) {
	if c := a.ahead.now; c != nil && a.ahead.key != key && a.used >= a.Slots {
		a.giveUpAhead(c, errYielded)
	}
}
