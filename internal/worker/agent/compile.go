package agent

import (
	"context"
	"fmt"
	"time"

	"github.com/credence-chain/credence/executor/runtime"
)

// compileLimit bounds one compilation in real time. The largest module took a minute of one core.
const compileLimit = 10 * time.Minute

// moduleKey names a module for the runtime that compiles it.
type moduleKey struct{ runtime, digest string }

// moduleOf returns the module of a task.
func moduleOf(s sight) moduleKey { return moduleKey{s.Deal.Runtime, s.Deal.Digest} }

// compilation is one compilation of a module into the runtime's cache. Tasks wait for it, but it belongs to none of them: it goes on if
// a task's window closes, so that the next attempt, or another task, finds the compiled module.
type compilation struct {
	done    chan struct{}
	err     error // once done
	waiters int
	cancel  context.CancelCauseFunc
	// given says that it was given up, with its slot, before it ended; joined is when the first task took over a compilation ahead. See ahead.go.
	given  bool
	joined time.Time
}

// prepareModule has a task's module compiled into the cache, and waits until that is done or the task's context ends. However many tasks
// wait, the module is compiled once.
func (a *Agent) prepareModule(ctx context.Context, s sight, engine runtime.Runtime, program runtime.Program) error {
	c := a.joinCompilation(moduleOf(s), func(ctx context.Context) error { return compileModule(ctx, engine, program) })
	defer a.leaveCompilation(c)
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// joinCompilation adds a waiter to the compilation of a module, and starts the compilation unless it is under way or done.
func (a *Agent) joinCompilation(key moduleKey, fn func(context.Context) error) *compilation {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.compilations[key]
	if c == nil {
		c = a.startCompilation(key, fn)
	} else if c.waiters == 0 && !c.hasEnded() {
		a.takeSlots(-1) // from now on it runs in the slot of the task that waits for it
		if a.ahead.now == c {
			a.ahead.now, c.joined = nil, time.Now() // and without the bounds of a compilation ahead
		}
	}
	c.waiters++
	return c
}

// startCompilation starts the compilation of a module. While it has no waiters, the caller has taken a slot for it. mu is held.
func (a *Agent) startCompilation(key moduleKey, fn func(context.Context) error) *compilation {
	ctx, cancel := context.WithCancelCause(a.life)
	c := &compilation{done: make(chan struct{}), cancel: cancel}
	a.compilations[key] = c
	a.wg.Add(1)
	go func() {
		defer a.wg.Done()
		defer a.Wake() // a slot may be free now
		defer cancel(nil)
		ctx, stop := context.WithTimeoutCause(ctx, compileLimit, fmt.Errorf("the module was not compiled within %s", compileLimit))
		defer stop()
		start := time.Now()
		err := fn(ctx)
		a.mu.Lock()
		defer a.mu.Unlock()
		if c.err = err; err == nil {
			a.Metrics.CompileSeconds.Observe(time.Since(start).Seconds())
		} else if a.compilations[key] == c {
			delete(a.compilations, key) // the next task that needs the module tries again
		}
		if c.waiters == 0 && !c.given {
			a.takeSlots(-1)
		}
		if a.ahead.now == c {
			a.ahead.now = nil
		}
		close(c.done)
	}()
	return c
}

// leaveCompilation removes a waiter. A compilation without waiters goes on in a slot of its own, because it needs as much of the machine
// as an execution.
func (a *Agent) leaveCompilation(c *compilation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.waiters--; c.waiters == 0 && !c.hasEnded() {
		a.takeSlots(1)
	}
}

// hasEnded says whether the compilation has ended; mu is held.
func (c *compilation) hasEnded() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// slotsFor returns how many slots are in use for a task of this module. The slot of a compilation of it without waiters does not count,
// because the task takes that slot over. mu is held.
func (a *Agent) slotsFor(key moduleKey) int {
	if c := a.compilations[key]; c != nil && c.waiters == 0 && !c.hasEnded() {
		return a.used - 1
	}
	return a.used
}

// takeSlots adds n, which may be negative, to the slots in use; mu is held.
func (a *Agent) takeSlots(n int) {
	a.used += n
	a.Metrics.SlotsBusy.Set(float64(a.used))
}

// compileModule has the runtime compile a module. It tries once more if the machine failed, as runTwice does.
func compileModule(ctx context.Context, engine runtime.Runtime, program runtime.Program) (err error) {
	for range 2 {
		if err = prepareSafely(ctx, engine, program); err == nil || ctx.Err() != nil {
			break
		}
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

func prepareSafely(ctx context.Context, engine runtime.Runtime, program runtime.Program) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the runtime panicked: %v", p)
		}
	}()
	return engine.Prepare(ctx, program)
}
