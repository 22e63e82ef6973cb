package vectors

import (
	"math/big"

	"github.com/credence-chain/credence/lab/plain"
)

// solveCoalition: {F, P, n} -> x, lifetime_errors_bound; {f, eps} -> n, error.
func solveCoalition(in *inputs, _ map[string]any) (object, error) {
	switch {
	case in.hasAll("F", "P", "n"):
		colluders, pool, n := in.readInt("F", ""), in.readInt("P", ""), in.readInt("n", "")
		if in.err != nil {
			return nil, in.err
		}
		x, err := plain.BlindDraw(colluders, pool, n)
		if err != nil {
			return nil, err
		}
		bound, err := plain.LifetimeErrors(colluders, pool, n)
		return object{{"x", x}, {"lifetime_errors_bound", bound}}, err
	case in.hasAll("f", "eps"):
		n, wrong, err := plain.Unanimous(in.readRat("f", ""), in.readRat("eps", ""))
		return object{{"n", count(n)}, {"error", wrong}}, err
	default:
		return nil, errShape
	}
}

// solveEconomics: {x, G, c, r} -> S_min, S_min_ceil; {q, G, S} -> the smallest
// n and, for a single replica, the lottery a that the stake carries.
func solveEconomics(in *inputs, _ map[string]any) (object, error) {
	switch {
	case in.hasAll("x", "G"):
		x, value := in.readRat("x", ""), in.readRat("G", "")
		cost, reward := in.readRat("c", "0"), in.readRat("r", "0")
		if in.err != nil {
			return nil, in.err
		}
		s, err := plain.MinStake(x, value, cost, reward)
		if err != nil {
			return nil, err
		}
		units, err := plain.MinStakeUnits(x, value, cost, reward)
		return object{{"S_min", s}, {"S_min_ceil", units}}, err
	case in.hasAll("q", "S"):
		return economicPlan(in.readRat("q", ""), in.readRat("S", ""), in.readRat("G", "1"))
	default:
		return nil, errShape
	}
}

func economicPlan(q, stake, value *big.Rat) (object, error) {
	n, err := plain.ReplicasForStake(q, stake, value)
	if err != nil {
		return nil, err
	}
	a, err := plain.LotteryForStake(q, stake, value)
	return object{{"n", count(n)}, {"a", a}}, err
}
