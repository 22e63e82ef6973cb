package baseline

import (
	"fmt"
	"math/big"
)

// UnanimityError returns the chance that n workers all lie. They are drawn without replacement from a pool, of which some are
// colluders that always lie. The chance is the product over j < n of (colluders-j)/(pool-j). If a court that finds the truth
// decides all other cases, this is the error rate. Error: ErrRange if n is below 1 or above the pool, or if there are more
// colluders than workers.
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

// UnanimityCost returns the cost of such a task in executions: n, and the court's seats unless all workers lie or none does. Error:
// as UnanimityError.
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

// AuditedLies returns the expected number of lies of a worker without accomplices that pass before an audit of a share p of all
// answers finds one and the worker is banned: (1-p)/p. It does not depend on how often the worker lies. Error: ErrRange unless 0 <
// p <= 1.
func AuditedLies(p *big.Rat) (*big.Rat, error) {
	if err := checkProbability("p", p); err != nil {
		return nil, err
	}
	if p.Sign() == 0 {
		return nil, fmt.Errorf("%w: p = 0, expected audits", ErrRange)
	}
	return new(big.Rat).Quo(complement(p), p), nil
}

// AuditStake returns the least stake with which a lie of a worker without accomplices does not pay, if a share p of answers is
// audited. The lie is worth G to the liar and saves the cost c; the reward is r:
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
