package poco

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Organisations are drawn by tickets. A ticket is a number that an organisation holds for ever. A seed ranks all tickets, and the
// first ticket in this order whose holder can be drawn is drawn. Somebody who knows the seed before the draw may take its own
// organisations out of the draw, or put them back. This gains nothing: no other organisation's rank moves, and if all its own
// stayed in the draw, at least as many of them would be drawn.

// MaxMisses is how many tickets are tried in vain for one seat. If one in eight holders can be drawn, a seat runs out of tries once
// in 5,000 times; if one in two can, never.
const MaxMisses = 64

// TicketSpace returns how many numbers are ranked after the given number of tickets have been given out: the least power of two
// that is not below it. So a new ticket seldom changes the order of the others.
func TicketSpace(given uint64) uint64 {
	if given <= 1 {
		return 1
	}
	return 1 << bits.Len64(given-1)
}

// Ranking is the order of tickets that a draw's seed gives. Every ticket is equally likely at every place, and may come up
// more than once.
type Ranking struct {
	entropy Entropy
	space   uint64
	next    uint64
}

// Ranking begins the order of tickets for one draw; space is a TicketSpace of at most 2^63.
func (e Entropy) Ranking(space uint64) *Ranking { return &Ranking{entropy: e, space: space} }

// Pick returns the next ticket in the order whose holder may be drawn, or false after MaxMisses tries. The next call goes on after
// the last ticket that was tried.
func (r *Ranking) Pick(drawable func(ticket uint64) (bool, error)) (ticket uint64, found bool, err error) {
	e := r.entropy
	for range MaxMisses {
		h := Hash([]byte(domainTicket), e.Beacon, e.Task[:], encodeU64(uint64(e.Attempt)), encodeU64(uint64(e.Wave)), encodeU64(r.next))
		r.next++
		ticket = binary.BigEndian.Uint64(h[:8]) & (r.space - 1)
		if found, err = drawable(ticket); found || err != nil {
			return ticket, found, err
		}
	}
	return 0, false, nil
}

// Least returns the ticket that a seat's order ranks first out of a list. The list is not empty and has no ticket twice. Least is
// for pools in which so few holders can be drawn that a Ranking finds none. The order of the list does not matter, and to take a
// ticket out moves no other.
func (e Entropy) Least(seat uint32, tickets []uint64) (least uint64) {
	var lowest [32]byte
	for i, ticket := range tickets {
		h := Hash([]byte(domainLeast), e.Beacon, e.Task[:], encodeU64(uint64(e.Attempt)), encodeU64(uint64(e.Wave)), encodeU64(uint64(seat)), encodeU64(ticket))
		if i == 0 || bytes.Compare(h[:], lowest[:]) < 0 {
			lowest, least = h, ticket
		}
	}
	return least
}
