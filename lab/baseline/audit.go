package baseline

import (
	"fmt"
	"math/big"
)

// UnanimityError is the chance that n workers, drawn without replacement from a pool of which some are colluders who always lie, all
// lie: the product over j < n of (colluders-j)/(pool-j). Where anything else goes to a court that finds the truth, it is the error.
// Error: ErrRange for n below 1 or above the pool, or more colluders than workers.
func UnanimityError(colluders, pool, n int) (*big.Rat, error) {
	if n < 1 || n > pool || colluders < 0 || colluders > pool {
		return nil, fmt.Errorf("%w: %d of %d collude, n = %d, expected at most as many as there are, and n from 1 on", ErrRange, colluders, pool, n)
	}
	all := newOne()
	for j := range n {
		all.Mul(all, big.NewRat(int64(max(colluders-j, 0)), int64(pool-j)))
	}
	return all, nil
}

// UnanimityCost is what such a task costs in executions: n, and the court's seats unless all lie or none does.
// Error: as UnanimityError.
func UnanimityCost(colluders, pool, n, court int) (*big.Rat, error) {
	lies, err := UnanimityError(colluders, pool, n)
	if err != nil {
		return nil, err
	}
	truths, err := UnanimityError(pool-colluders, pool, n)
	if err != nil {
		return nil, err
	}
	split := complement(lies.Add(lies, truths))
	split.Mul(split, big.NewRat(int64(court), 1))
	return split.Add(split, big.NewRat(int64(n), 1)), nil
}

// AuditedLies is how many lies of one worker alone pass, in the mean, until an audit of a share p of all answers finds the first of
// them and the worker is banned: (1-p)/p. It does not depend on how often the worker lies.
// Error: ErrRange unless 0 < p <= 1.
func AuditedLies(p *big.Rat) (*big.Rat, error) {
	if err := checkProbability("p", p); err != nil {
		return nil, err
	}
	if p.Sign() == 0 {
		return nil, fmt.Errorf("%w: p = 0, expected audits", ErrRange)
	}
	return new(big.Rat).Quo(complement(p), p), nil
}

// AuditStake is the least stake with which a lie of a worker alone does not pay when a share p is audited: of value G to the liar, for a
// reward r, and with the cost c saved,
//
//	(1-p) (G + r) - p S <= r - c    <=>    S >= ((1-p) G + c)/p - r
//
// Source: the random double-checks of Belenkiy et al. (2008) and the audits of Fernandez Anta et al., with a value at risk.
// Error: as AuditedLies.
func AuditStake(p, value, cost, reward *big.Rat) (*big.Rat, error) {
	if _, err := AuditedLies(p); err != nil {
		return nil, err
	}
	s := new(big.Rat).Mul(complement(p), value)
	s.Add(s, cost)
	s.Quo(s, p)
	return s.Sub(s, reward), nil
}
