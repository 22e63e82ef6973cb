package poco

import (
	"encoding/binary"
	"fmt"
)

// Entropy gives the numbers of one draw from a block's seed: SHA-256 over (beacon, task, attempt, wave, seat, try),
// so that tasks of one block, and seats of one task, are drawn independently (protocol section 6).
type Entropy struct {
	Beacon  []byte
	Task    [32]byte
	Attempt uint32
	Wave    uint32
}

// Below returns a uniform number in [0, n) for a seat. Values in the incomplete last interval are drawn again, so no
// position is favoured.
func (e Entropy) Below(seat uint32, n uint64) uint64 {
	if n == 0 {
		panic("poco: draw from nobody")
	}
	limit := -n % n // 2^64 mod n
	for try := uint64(0); ; try++ {
		h := Hash([]byte(domainDraw), e.Beacon, e.Task[:], u64(uint64(e.Attempt)), u64(uint64(e.Wave)), u64(uint64(seat)), u64(try))
		if v := binary.BigEndian.Uint64(h[:8]); v >= limit {
			return v % n
		}
	}
}

// lotterySeat is the seat number under which the lottery bit is drawn; no real seat has it.
const lotterySeat = ^uint32(0)

// memberSeat marks the draw of a worker within its organisation.
const memberSeat = uint32(1) << 31

// Lottery says whether the extra replica of a plan is drawn.
func (e Entropy) Lottery(lottery uint32) bool {
	return lottery > 0 && e.Below(lotterySeat, LotterySteps) < uint64(lottery)
}

// Member picks a worker for a seat, uniformly among an organisation's n eligible ones.
func (e Entropy) Member(seat uint32, n uint64) uint64 { return e.Below(seat|memberSeat, n) }

// Organisations draws count distinct positions out of [0, size), never one of those in excluded, seats numbered from
// firstSeat: a Fisher-Yates shuffle of which only the touched places exist, so the cost depends on count and
// len(excluded), not on size.
func (e Entropy) Organisations(size uint64, excluded []uint64, firstSeat, count uint32) ([]uint64, error) {
	moved := make(map[uint64]uint64, len(excluded)+int(count)) // read by key only, never ranged over
	at := func(i uint64) uint64 {
		if v, ok := moved[i]; ok {
			return v
		}
		return i
	}
	left := size
	take := func(i uint64) uint64 {
		v := at(i)
		left--
		moved[i] = at(left)
		return v
	}
	// Excluded positions leave from the back forwards, so that each still stands where its index says.
	prev := size
	for _, p := range excluded {
		if p >= prev {
			return nil, fmt.Errorf("draw: excluded positions must be distinct, below %d and in descending order", size)
		}
		prev = p
		take(p)
	}
	if uint64(count) > left {
		return nil, fmt.Errorf("draw: %d seats wanted, %d eligible organisations", count, left)
	}
	out := make([]uint64, 0, count)
	for s := range count {
		out = append(out, take(e.Below(firstSeat+s, left)))
	}
	return out, nil
}
