package poco

import "encoding/binary"

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
		h := Hash([]byte(domainDraw), e.Beacon, e.Task[:], encodeU64(uint64(e.Attempt)), encodeU64(uint64(e.Wave)), encodeU64(uint64(seat)), encodeU64(try))
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
