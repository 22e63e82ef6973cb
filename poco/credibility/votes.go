package credibility

import "math/big"

// badShare is 1/f for [GovernedFraction]: one worker in badShare is assumed to be bad.
const badShare = 5

// Odds returns the odds that a worker's answer is right, CrP/(1-CrP). CrP is Sarmenta's credibility of a worker that has passed the
// given number of checks, where a worker that was caught can come back under another name:
//
//	CrP(k) = 1 - f/max(k, 1)        CrP/(1 - CrP) = max(k, 1)/f - 1
//
// With f = 1/5 the odds are whole numbers: 4 for a newcomer and after one check, 9 after two checks.
func Odds(passed uint64) *big.Int {
	odds := new(big.Int).SetUint64(max(passed, 1))
	odds.Mul(odds, big.NewInt(badShare))
	return odds.Sub(odds, big.NewInt(1))
}

// Believed says whether a group of equal answers is credible enough for a trust T: CrG >= 1 - 1/T, where
//
//	CrG = odds/(1 + sum of the odds of all groups)
//
// The odds of a group are the product of its members' odds; others is the sum of the odds of all other groups. For a trust of at
// least 2 at most one group of a task can be so credible.
func Believed(odds, others *big.Int, trust uint64) bool {
	needed := new(big.Int).SetUint64(max(trust, 1) - 1)
	rest := new(big.Int).Add(others, big.NewInt(1))
	return odds.Cmp(needed.Mul(needed, rest)) >= 0
}
