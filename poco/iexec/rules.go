package iexec

import "math/bits"

// Protocol constants (FacetBase.sol). Ratios of time are multiples of the
// category's time T; ratios of money are per cent.
const (
	ContributionPeriods = 7  // contributions close this many T after the deal
	RevealPeriods       = 2  // reveals close this many T after consensus
	FinalPeriods        = 10 // the task can be claimed this many T after the deal

	PoolStakePercent = 30            // of the pool price, locked by the scheduler per task
	KittyPercent     = 10            // of the kitty, paid to the scheduler of a completed task
	KittyMinimum     = 1_000_000_000 // nRLC; smaller kitties are paid out whole

	DefaultWorkerStakePercent = 30 // a new pool's worker stake, per cent of the pool price
	DefaultSchedulerPercent   = 1  // a new pool's scheduler reward, per cent of the pot
)

// Weight is the factor by which a worker's contribution multiplies its group: max(floor(score/3), 3) - 1. A newcomer weighs 2, and
// so does every worker with a score up to 11.
func Weight(score uint64) uint64 {
	return max(score/3, 3) - 1
}

// LogWeight is floor(log2 weight), the share of the reward a contribution
// earns. It is 0 for weights 0 and 1.
func LogWeight(weight uint64) uint64 {
	if weight == 0 {
		return 0
	}
	return uint64(bits.Len64(weight) - 1)
}

// ScoreEvent is the outcome of a finished task for one worker's score.
type ScoreEvent uint8

const (
	// Accurate: the worker revealed the consensus result, and was not the only contributor.
	Accurate ScoreEvent = iota + 1
	// Alone: the worker revealed the consensus result as the only contributor; no score change.
	Alone
	// Faulty: the worker was wrong, rejected by a reopen, or did not reveal.
	Faulty
)

// Score is a worker's score after an event: +1 when accurate among several
// contributors, floor(2*score/3) when faulty, unchanged when alone.
func Score(score uint64, event ScoreEvent) uint64 {
	switch event {
	case Accurate:
		return score + 1
	case Faulty:
		hi, lo := bits.Mul64(score, 2)
		after, _ := bits.Div64(hi, lo, 3)
		return after
	default:
		return score
	}
}
