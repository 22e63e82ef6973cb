package plain

import (
	"fmt"
	"math/big"
)

const (
	// MaxReplicas is the largest n the controller plans.
	MaxReplicas = 24
	// LotterySteps is how finely the lottery probability is divided: a = j/16.
	LotterySteps = 16
)

// Seats is a plan: n replicas, and one more with probability Lottery/16.
type Seats struct {
	N       int
	Lottery int
}

// Less orders plans by their expected number of replicas, n + j/16.
func (s Seats) Less(o Seats) bool {
	return s.N*LotterySteps+s.Lottery < o.N*LotterySteps+o.Lottery
}

func (s Seats) nextSeats() Seats {
	if s.Lottery == LotterySteps-1 {
		return Seats{N: s.N + 1}
	}
	return Seats{N: s.N, Lottery: s.Lottery + 1}
}

func (s Seats) isValid() bool {
	return s.N >= 1 && s.N <= MaxReplicas && s.Lottery >= 0 && s.Lottery < LotterySteps
}

// Undetected is the chance that a lie of the first worker is confirmed by all
// blind draws: x = ((16-j) q^(n-1) + j q^n) / 16 (RATIONALE.md, plain forms).
func Undetected(q *big.Rat, s Seats) *big.Rat {
	all := ratPow(q, s.N-1)
	sum := new(big.Rat).Mul(all, big.NewRat(int64(LotterySteps-s.Lottery), LotterySteps))
	more := new(big.Rat).Mul(all, q)
	return sum.Add(sum, more.Mul(more, big.NewRat(int64(s.Lottery), LotterySteps)))
}

// Charge returns W[n][j] = ceil(2^64 * x/(1-x)) in 64-bit fixed point, rounded up: for each convicted first worker, the expected
// number of its lies that passed. ok is false if x = 1, that is, for n = 1 without a lottery: no debt pays for that.
func Charge(q *big.Rat, s Seats) (w *big.Int, ok bool) {
	x := Undetected(q, s)
	if x.Cmp(newOne()) >= 0 {
		return nil, false
	}
	w64 := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 64))
	return ceilRat(w64.Mul(w64, oddsOf(x))), true
}

// Budget is B = floor(2^64 * (N+1+N0) / T): the expected wrong results that N
// finished tasks, the one being planned and the start-up allowance of N0 tasks
// may carry at trust T. Error: ErrRange when T is not positive or a count is
// negative.
func Budget(tasks, allowance, trust *big.Int) (*big.Int, error) {
	if trust.Sign() <= 0 {
		return nil, fmt.Errorf("%w: trust is %s, expected at least 1", ErrRange, trust)
	}
	if tasks.Sign() < 0 || allowance.Sign() < 0 {
		return nil, fmt.Errorf("%w: %s tasks, allowance %s, expected none negative", ErrRange, tasks, allowance)
	}
	b := new(big.Int).Add(tasks, allowance)
	b.Add(b, big.NewInt(1)).Lsh(b, 64)
	return b.Quo(b, trust), nil
}

// Plan returns the cheapest plan at or above floor with debt + charge <= budget, where debt and budget are in 64-bit fixed point.
// planned is false if not even [MaxReplicas] fit the budget: then the court decides. Error: ErrRange for q outside [0, 1) or a
// floor outside the table.
func Plan(q *big.Rat, debt, budget *big.Int, floor Seats) (s Seats, w *big.Int, planned bool, err error) {
	if q.Sign() < 0 || q.Cmp(newOne()) >= 0 {
		return Seats{}, nil, false, fmt.Errorf("%w: q is %s, expected 0 <= q < 1", ErrRange, q)
	}
	if !floor.isValid() {
		return Seats{}, nil, false, fmt.Errorf("%w: floor is %d and %d/16, expected n 1 to %d, j 0 to 15",
			ErrRange, floor.N, floor.Lottery, MaxReplicas)
	}
	for s = floor; s.isValid(); s = s.nextSeats() {
		w, ok := Charge(q, s)
		if ok && new(big.Int).Add(debt, w).Cmp(budget) <= 0 {
			return s, w, true, nil
		}
	}
	return Seats{}, nil, false, nil
}
