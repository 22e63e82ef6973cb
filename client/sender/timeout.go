package sender

import (
	"context"
	"sync"
	"time"
)

// freshFor is how long the time of a block that a node named serves to choose timeouts. It is shorter than any timeout.
const freshFor = 2 * time.Second

// askTime is the most time that a node gets to say the time of its latest block, before the machine's clock has to do.
const askTime = 2 * time.Second

// blockClock knows the time of blocks, by which the chain judges timeouts. It asks a node now and then.
type blockClock struct {
	mu   sync.Mutex
	time time.Time // of the latest block that a node named; zero when none has
	seen time.Time // when it was named
}

// note takes the time of the latest block, as a node has just named it.
func (b *blockClock) note(at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.time, b.seen = at, time.Now()
}

// read returns the time of the latest block, with the time that has passed since a node named it. It is zero when no node ever has.
func (b *blockClock) read(ctx context.Context, latest func(context.Context) (int64, time.Time, error)) time.Time {
	b.mu.Lock()
	fresh := !b.time.IsZero() && time.Since(b.seen) < freshFor
	b.mu.Unlock()
	if !fresh {
		ctx, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		if _, at, err := latest(ctx); err == nil && !at.IsZero() {
			b.note(at)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.time.IsZero() {
		return time.Time{}
	}
	return b.time.Add(time.Since(b.seen)) // by the monotonic clock, which nobody sets
}

// timeoutAt returns the timeout of a transaction: ttl from now by this machine's clock, within what the chain takes by the time of its
// blocks. A clock that is an hour slow would otherwise sign only transactions that have expired, and one that is an hour fast only
// transactions that the chain refuses because they wait for too long. block may be zero.
func timeoutAt(now, block time.Time, ttl time.Duration) time.Time {
	t := now.Add(ttl)
	if block.IsZero() {
		return t
	}
	if least := block.Add(ttl); t.Before(least) {
		return least
	}
	if most := block.Add(MaxTTL); t.After(most) {
		return most // and not block.Add(ttl), because a chain that stands still looks as if this clock were fast
	}
	return t
}

var timeouts struct {
	sync.Mutex
	last time.Time
}

// nextTimeout returns the time t, but at least a nanosecond after the last one that it returned: the chain takes two unordered
// transactions of one key with the same timeout for the same transaction. A last one that is further away than any timeout does not
// count. It came from a clock that was wrong before a node named the time of a block.
func nextTimeout(t time.Time) time.Time {
	timeouts.Lock()
	defer timeouts.Unlock()
	t = t.UTC().Round(0)
	if last := timeouts.last; !t.After(last) && last.Sub(t) <= MaxTTL {
		t = last.Add(time.Nanosecond)
	}
	timeouts.last = t
	return t
}
