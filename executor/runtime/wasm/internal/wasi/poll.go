package wasi

import (
	"encoding/binary"
	"math"

	"github.com/credence-chain/credence/executor/runtime/fuel"
	"github.com/credence-chain/credence/executor/runtime/wasm/internal/memfs"
)

const (
	subscriptionSize = 48
	eventSize        = 32
	eventClock       = 0
	eventWrite       = 2
	clockAbsolute    = 1
	maxSubscriptions = 1024
)

// subscription is an event for which an app waits.
type subscription struct {
	user     uint64
	kind     byte
	errno    Errno
	deadline uint64 // of a clock, as clock.elapsed
}

// pollOneoff never waits. Descriptors are always ready. If the app waits only for clocks, the time advances to the earliest of
// them.
func (c *call) pollOneoff() Errno {
	in, out, count := c.u32(0), c.u32(1), c.u32(2)
	c.chargeFuel(uint64(count) * fuel.HostVector)
	if count == 0 || count > maxSubscriptions {
		return memfs.Invalid
	}
	encoded, errno := c.viewBytes(in, count*subscriptionSize)
	if errno != memfs.Success {
		return errno
	}
	events, errno := c.viewBytes(out, count*eventSize)
	if errno != memfs.Success {
		return errno
	}
	list := make([]subscription, count)
	wake, ready := uint64(math.MaxUint64), false
	for i := range list {
		s, errno := c.readSubscription(encoded[i*subscriptionSize:])
		if errno != memfs.Success {
			return errno
		}
		list[i] = s
		if s.kind == eventClock && s.errno == memfs.Success {
			wake = min(wake, s.deadline)
		} else {
			ready = true
		}
	}
	if !ready {
		c.clock.sleepUntil(wake)
	}
	fired := uint32(0)
	for _, s := range list {
		// The clock stops at its end, and then every waiting subscription is ready.
		if s.kind != eventClock || s.errno != memfs.Success || s.deadline <= c.clock.elapsed || c.clock.elapsed == clockEnd {
			s.encodeEvent(events[fired*eventSize:])
			fired++
		}
	}
	return c.putU32(c.u32(3), fired)
}

func (c *call) readSubscription(b []byte) (subscription, Errno) {
	s := subscription{user: binary.LittleEndian.Uint64(b), kind: b[8]}
	switch {
	case s.kind > eventWrite:
		return s, memfs.Invalid
	case s.kind != eventClock:
		_, s.errno = c.descriptorAt(binary.LittleEndian.Uint32(b[16:]))
		return s, memfs.Success
	}
	id, timeout := binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint64(b[24:])
	if id >= clocks {
		s.errno = memfs.Invalid
		return s, memfs.Success
	}
	if flags := binary.LittleEndian.Uint16(b[40:]); flags&clockAbsolute != 0 {
		s.deadline = timeout - min(timeout, c.clock.startTime(id))
	} else {
		s.deadline = c.clock.elapsed + min(timeout, clockEnd)
	}
	return s, memfs.Success
}

func (s subscription) encodeEvent(b []byte) {
	clear(b[:eventSize])
	binary.LittleEndian.PutUint64(b, s.user)
	binary.LittleEndian.PutUint16(b[8:], uint16(s.errno))
	b[10] = s.kind
}
