package iexec

import "math/big"

// Payout is how one pot is shared. Workers holds one reward per winner in the
// order given; all amounts in the smallest unit. Workers and Scheduler always
// sum to Pot.
type Payout struct {
	Pot       *big.Int   // pool price plus the seized stakes
	ForAll    *big.Int   // the part that workers share before rounding down
	Workers   []*big.Int // each winner's reward
	Scheduler *big.Int   // its ratio, and every remainder of the divisions
}

// Split shares price + losers*stake among winners by their log weights. The workers share floor(pot*(100-ratio)/100), of which each
// gets floor(that*logWeight/sum). The scheduler gets the rest, with the remainders of the divisions (IexecPoco2Facet.sol
// distributeRewards). If the log weights sum to zero, the scheduler gets the whole pot; this does not happen in the protocol,
// because no weight is below 2. A ratio above 100 counts as 100.
func Split(price, stake *big.Int, losers uint64, ratio uint64, logWeights []uint64) Payout {
	pot := new(big.Int).SetUint64(losers)
	pot.Mul(pot, stake).Add(pot, price)

	forAll := percentOf(pot, 100-min(ratio, 100))
	sum := new(big.Int)
	for _, w := range logWeights {
		sum.Add(sum, new(big.Int).SetUint64(w))
	}

	rest := new(big.Int).Set(pot)
	workers := make([]*big.Int, len(logWeights))
	for i, w := range logWeights {
		workers[i] = new(big.Int)
		if sum.Sign() > 0 {
			workers[i].Mul(forAll, new(big.Int).SetUint64(w)).Quo(workers[i], sum)
		}
		rest.Sub(rest, workers[i])
	}
	return Payout{Pot: pot, ForAll: forAll, Workers: workers, Scheduler: rest}
}

// KittyBonus is what the scheduler of a completed task receives from a kitty:
// min(max(floor(kitty*10/100), KittyMinimum), kitty).
func KittyBonus(kitty *big.Int) *big.Int {
	bonus := percentOf(kitty, KittyPercent)
	if least := big.NewInt(KittyMinimum); bonus.Cmp(least) < 0 {
		bonus = least
	}
	if bonus.Cmp(kitty) > 0 {
		bonus = new(big.Int).Set(kitty)
	}
	return bonus
}

// percentOf is floor(amount*rate/100).
func percentOf(amount *big.Int, rate uint64) *big.Int {
	out := new(big.Int).SetUint64(rate)
	return out.Mul(out, amount).Quo(out, big.NewInt(100))
}
