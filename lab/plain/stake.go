package plain

import (
	"fmt"
	"math/big"
)

// MinStake returns the least stake per assignment with which honesty is the best choice even for a coalition: S >= (x G + c)/(1-x)
// - r. Here x is the chance that a lie is confirmed, G the value at risk, c the cost of the work and r its reward (RATIONALE.md,
// plain forms: (1-x)(S+r) >= x G + c). It is negative if the lost reward deters enough. Error: ErrRange for x outside [0, 1).
func MinStake(x, value, cost, reward *big.Rat) (*big.Rat, error) {
	if x.Sign() < 0 || x.Cmp(newOne()) >= 0 {
		return nil, fmt.Errorf("%w: x is %s, expected 0 <= x < 1", ErrRange, x)
	}
	s := new(big.Rat).Mul(x, value)
	s.Add(s, cost).Quo(s, new(big.Rat).Sub(newOne(), x))
	return s.Sub(s, reward), nil
}

// MinStakeUnits is [MinStake] rounded up to whole units.
func MinStakeUnits(x, value, cost, reward *big.Rat) (*big.Int, error) {
	s, err := MinStake(x, value, cost, reward)
	if err != nil {
		return nil, err
	}
	return ceilRat(s), nil
}

// ReplicasForStake returns the smallest n >= 2 with which a stake is enough for a value at risk: x/(1-x) <= S/G with x = q^(n-1)
// (RATIONALE.md, plain forms). Error: ErrRange for q outside [0, 1), or amounts that are not positive.
func ReplicasForStake(q, stake, value *big.Rat) (int, error) {
	if q.Sign() < 0 || q.Cmp(newOne()) >= 0 {
		return 0, fmt.Errorf("%w: q is %s, expected 0 <= q < 1", ErrRange, q)
	}
	if stake.Sign() <= 0 || value.Sign() <= 0 {
		return 0, fmt.Errorf("%w: stake %s, value %s, expected both positive", ErrRange, stake, value)
	}
	limit := new(big.Rat).Quo(stake, value)
	for n := 2; n <= maxUnanimous; n++ {
		if oddsOf(ratPow(q, n-1)).Cmp(limit) <= 0 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: no n up to %d carries S/G = %s", ErrRange, maxUnanimous, limit)
}

// LotteryForStake returns the smallest lottery probability with which the stake of a single replica is enough: a >= G/((1-q)(G+S)),
// at most 1 (RATIONALE.md, plain forms; cost and reward left out). Error: as ReplicasForStake.
func LotteryForStake(q, stake, value *big.Rat) (*big.Rat, error) {
	if q.Sign() < 0 || q.Cmp(newOne()) >= 0 {
		return nil, fmt.Errorf("%w: q is %s, expected 0 <= q < 1", ErrRange, q)
	}
	if stake.Sign() <= 0 || value.Sign() <= 0 {
		return nil, fmt.Errorf("%w: stake %s, value %s, expected both positive", ErrRange, stake, value)
	}
	d := new(big.Rat).Add(value, stake)
	d.Mul(d, new(big.Rat).Sub(newOne(), q))
	a := new(big.Rat).Quo(value, d)
	if a.Cmp(newOne()) > 0 {
		return newOne(), nil
	}
	return a, nil
}
