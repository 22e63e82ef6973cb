package wasi

import "github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"

const (
	// clockStep is how far every reading advances the clock, in nanoseconds.
	clockStep = 1000
	// monotonicStart is the first reading of the monotonic clocks. It is not zero, because some programs take zero for a clock that
	// does not work.
	monotonicStart = 1_000_000_000
	// clockEnd is the time at which the clock stops, far before its sums would overflow.
	clockEnd = 1 << 62
)

// Ids of the clocks.
const (
	clockRealtime uint32 = iota
	clockMonotonic
	clockProcess
	clockThread
	clocks
)

// clock is the app's only time. It advances when it is read and when the app sleeps, never by itself.
type clock struct {
	start   int64  // Unix seconds
	elapsed uint64 // nanoseconds
}

// startTime returns the clock's reading at the start, in nanoseconds.
func (k *clock) startTime(id uint32) uint64 {
	if id == clockRealtime {
		return uint64(k.start) * 1_000_000_000
	}
	return monotonicStart
}

func (k *clock) nextTime(id uint32) uint64 {
	now := k.startTime(id) + k.elapsed
	k.sleepUntil(k.elapsed + clockStep)
	return now
}

func (k *clock) sleepUntil(elapsed uint64) {
	k.elapsed = max(k.elapsed, min(elapsed, clockEnd))
}

func (c *call) clockResGet() Errno {
	if c.u32(0) >= clocks {
		return memfs.Invalid
	}
	return c.putU64(c.u32(1), clockStep)
}

func (c *call) clockTimeGet() Errno {
	if c.u32(0) >= clocks {
		return memfs.Invalid
	}
	return c.putU64(c.u32(2), c.clock.nextTime(c.u32(0)))
}
