package poco

import (
	"math/big"
)

// Exposure holds the amounts of one task that the stake inequality compares, in ucred.
type Exposure struct {
	Value     uint64 // G, the value at risk
	Reward    uint64 // r, the worker's part of what a right replica is paid
	Cost      uint64 // c, the cost of running it; when it is unknown the reward bounds it from above
	CourtCost uint64 // V*c_v, the cost of a court of all seats
}

// StakeNeeded returns the least stake of an assignment, in ucred, with which honesty is the best choice even for a coalition of the
// assumed fraction (protocol section 5):
//
//	S >= max( (x G + c)/(1 - x) - r, V c_v )      rounded up
//
// The first term compares two expectations. A liar gains G with chance x and otherwise loses S; an honest worker earns r at a cost
// of c. The second term makes sure that a worker that causes a court can pay for it. StakeNeeded returns false if no stake is
// enough: x = 1, or the stake exceeds 64 bits.
func StakeNeeded(x Q64, e Exposure) (uint64, bool) {
	if x.Cmp(One) >= 0 {
		return 0, false
	}
	unit := new(big.Int).Lsh(big.NewInt(1), 64)
	num := new(big.Int).Mul(new(big.Int).SetUint64(e.Value), x.Big())
	num.Add(num, new(big.Int).Mul(new(big.Int).SetUint64(e.Cost), unit))
	den := new(big.Int).Sub(unit, x.Big())
	s, rem := new(big.Int).QuoRem(num, den, new(big.Int))
	if rem.Sign() != 0 {
		s.Add(s, big.NewInt(1))
	}
	s.Sub(s, new(big.Int).SetUint64(e.Reward))
	if court := new(big.Int).SetUint64(e.CourtCost); s.Cmp(court) < 0 {
		s = court
	}
	if !s.IsUint64() {
		return 0, false
	}
	return s.Uint64(), true
}
