package credibility

import (
	"errors"
	"fmt"
	"math/big"
)

// ErrTrust: trust below 1 has no meaning.
var ErrTrust = errors.New("trust must be at least 1")

// Target returns the evidence that a demanded trust needs, ceil(65536 * log2 trust), in units of 2^-16 bit. Error: ErrTrust.
func Target(trust *big.Rat) (uint64, error) {
	if trust == nil || trust.Cmp(big.NewRat(1, 1)) < 0 {
		return 0, fmt.Errorf("%w: got %v", ErrTrust, trust)
	}
	return ceilLog2(trust), nil
}

// Draw adds the evidence of the workers in draw order, until the sum reaches target and at least floor workers are counted. n is
// the number of these workers, and sum is their evidence. If all workers together do not suffice, enough is false, and n and sum
// are those of all of them: fail closed.
func Draw(evidence []uint64, target uint64, floor int) (n int, sum uint64, enough bool) {
	for {
		if n >= floor && sum >= target {
			return n, sum, true
		}
		if n == len(evidence) {
			return n, sum, false
		}
		sum += evidence[n]
		n++
	}
}
