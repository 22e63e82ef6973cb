package poco

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Organisations are drawn by tickets: numbers that each holds for ever. A seed ranks all tickets, and the first in its order
// whose holder can be drawn is drawn. So whoever knows the seed before the draw and takes organisations of its own out, or
// puts them back, gains nothing: no other's rank moves, and with all of them in it had at least as many of its own drawn.

// MaxMisses is how many tickets are looked at in vain for one seat. With one in eight holders drawable a seat runs out
// of them once in 5,000 times, with one in two never.
const MaxMisses = 64

// TicketSpace returns how many numbers are ranked when so many tickets were given out: the least power of two that has
// room, so that giving out another seldom changes any order.
func TicketSpace(given uint64) uint64 {
	if given <= 1 {
		return 1
	}
	return 1 << bits.Len64(given-1)
}

// Ranking is the order in which a draw's seed looks at tickets, each as likely at every place. Tickets come up again.
type Ranking struct {
	entropy Entropy
	space   uint64
	next    uint64
}

// Ranking begins the order of tickets for one draw; space is a TicketSpace of at most 2^63.
func (e Entropy) Ranking(space uint64) *Ranking { return &Ranking{entropy: e, space: space} }

// Pick returns the first ticket from here on that may be drawn, or false after MaxMisses. What it looked at stays behind.
func (r *Ranking) Pick(drawable func(ticket uint64) (bool, error)) (ticket uint64, found bool, err error) {
	e := r.entropy
	for range MaxMisses {
		h := Hash([]byte(domainTicket), e.Beacon, e.Task[:], u64(uint64(e.Attempt)), u64(uint64(e.Wave)), u64(r.next))
		r.next++
		ticket = binary.BigEndian.Uint64(h[:8]) & (r.space - 1)
		if found, err = drawable(ticket); found || err != nil {
			return ticket, found, err
		}
	}
	return 0, false, nil
}

// Least returns the ticket that a seat's order ranks first, out of a list that is neither empty nor has one twice: for pools
// in which so few of the holders can be drawn that a Ranking comes upon none. The order of the list does not matter, and
// taking one out moves no other.
func (e Entropy) Least(seat uint32, tickets []uint64) (least uint64) {
	var lowest [32]byte
	for i, ticket := range tickets {
		h := Hash([]byte(domainLeast), e.Beacon, e.Task[:], u64(uint64(e.Attempt)), u64(uint64(e.Wave)), u64(uint64(seat)), u64(ticket))
		if i == 0 || bytes.Compare(h[:], lowest[:]) < 0 {
			lowest, least = h, ticket
		}
	}
	return least
}
