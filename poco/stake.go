package poco

import (
	"math/big"
)

// Exposure is the money of one task that the stake inequality weighs; all amounts in the base denomination.
type Exposure struct {
	Value     uint64 // G, the value at risk
	Reward    uint64 // r, the worker's part of what a right replica is paid
	Cost      uint64 // c, what running it costs; the reward bounds it from above when unknown
	CourtCost uint64 // V*c_v, what a court of all seats costs
}

// StakeNeeded returns the least stake per assignment that makes honesty the best answer even for a coalition of the
// assumed fraction (protocol section 5):
//
//	S >= max( (x G + c)/(1 - x) - r, V c_v )
//
// rounded up. False when no stake does (x = 1, or more than 64 bits).
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
