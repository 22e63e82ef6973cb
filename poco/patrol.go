package poco

import (
	"encoding/binary"
	"math/big"
)

// The patrol: courts for accepted answers that a seed draws, and what their findings say about all answers (protocol section 5.1).

// DrawPatrol says whether the seed of the height at which a task's audit window ends draws the task for the patrol. The
// height was fixed when the answer was accepted, so that nobody who could still change an answer knew the seed.
func DrawPatrol(seed []byte, task [32]byte, perMille uint32) bool {
	h := Hash([]byte("credence/patrol/v1"), seed, task[:])
	return binary.BigEndian.Uint64(h[:8])%1000 < uint64(perMille)
}

// BoundErrors returns an upper bound, at 95 % confidence, on the share of wrong answers among those that the patrol's audits
// were drawn from, in parts per million, rounded up:
//
//	(E + 3 + 2 sqrt(E)) / A        A audits that were decided, E of them errors
//
// Without errors this is the rule of three, 3/A. With errors it lies above the one-sided Poisson limit for every E, which lies
// above the binomial one. Without audits it is 1.
func BoundErrors(audits, errors uint64) uint64 {
	const million = 1_000_000
	if audits == 0 {
		return million
	}
	e := new(big.Int).SetUint64(errors)
	// ceil(2 sqrt(E)) = ceil(sqrt(4E))
	n := new(big.Int).Add(sqrtUp(new(big.Int).Lsh(e, 2)), e)
	n.Add(n, big.NewInt(3)).Mul(n, big.NewInt(million))
	a := new(big.Int).SetUint64(audits)
	n.Add(n, a).Sub(n, big.NewInt(1)).Quo(n, a)
	if !n.IsUint64() {
		return million
	}
	return min(million, n.Uint64())
}

// BoundColluders returns an upper bound on the share of colluding organisations, in parts per million, computed from audits of
// tasks with two replicas. It assumes that a coalition lies whenever it has both replicas. For a share q this is the case in at
// most q^2 of the tasks, so q is at most the square root of BoundErrors.
func BoundColluders(audits, errors uint64) uint64 {
	p := new(big.Int).SetUint64(BoundErrors(audits, errors))
	return sqrtUp(p.Mul(p, big.NewInt(1_000_000))).Uint64()
}

// sqrtUp is the square root rounded up.
func sqrtUp(n *big.Int) *big.Int {
	r := new(big.Int).Sqrt(n)
	if new(big.Int).Mul(r, r).Cmp(n) < 0 {
		r.Add(r, big.NewInt(1))
	}
	return r
}
