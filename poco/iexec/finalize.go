package iexec

import (
	"fmt"
	"math/big"
)

// Finalize completes a task when all winners have revealed, or when at least one has and the reveal deadline has passed. The payer
// pays app, dataset and pool. Workers that did not prove the result lose their stake to the pot and a third of their score. The pot
// is shared by [Split]. The scheduler gets its stake back, and a bonus from the kitty, whose frozen balance the caller passes.
// results is stored as it is: nothing binds it to the digest.
//
// Errors: ErrStatus, ErrTooLate (from 10T on), ErrReveals.
func (t *Task) Finalize(now uint64, results string, kitty Amount) (Effects, error) {
	if err := t.requireStatus(Revealing); err != nil {
		return Effects{}, err
	}
	if err := checkBefore(now, t.FinalDeadline(), "the task"); err != nil {
		return Effects{}, err
	}
	all := t.RevealCounter == t.WinnerCounter
	some := t.RevealCounter > 0 && t.RevealDeadline <= now
	if !all && !some {
		return Effects{}, fmt.Errorf("%w: %d of %d at %d s, reveals end at %d s",
			ErrReveals, t.RevealCounter, t.WinnerCounter, now, t.RevealDeadline)
	}

	t.Status, t.Results = Completed, results
	var out moves
	t.payAssets(&out, kitty)
	scores := t.shareRewards(&out)
	return Effects{Moves: out.list, Scores: scores}, nil
}

// payAssets takes the task's price from its payer, pays app and dataset, frees the pool stake and pays the kitty's bonus. The
// caller shares the pool price.
func (t *Task) payAssets(out *moves, kitty Amount) {
	out.seizeMoney(t.Terms.Payer(), t.Terms.Price())
	out.rewardMoney(AppOwner, t.Terms.App)
	out.rewardMoney(DataOwner, t.Terms.DatasetPrice())
	out.unlockMoney(Scheduler, t.Terms.PoolStake())
	if kitty != nil && kitty.Sign() > 0 {
		bonus := KittyBonus(kitty)
		out.seizeMoney(Kitty, bonus)
		out.rewardMoney(Scheduler, bonus)
	}
}

// shareRewards settles every contributor, in the order of contribution.
func (t *Task) shareRewards(out *moves) []ScoreChange {
	stake := t.Terms.WorkerStake()
	var logWeights []uint64
	for _, c := range t.Contributions {
		if c.Status == Proved {
			logWeights = append(logWeights, c.LogWeight)
		}
	}
	losers := uint64(len(t.Contributions) - len(logWeights))
	pay := Split(t.Terms.Pool, stake, losers, t.Terms.SchedulerPercent, logWeights)

	good := Accurate
	if len(t.Contributions) == 1 {
		good = Alone // a score is earned only against somebody else's answer
	}
	scores := make([]ScoreChange, 0, len(t.Contributions))
	next := 0
	for _, c := range t.Contributions {
		worker := Worker(c.Worker)
		if c.Status == Proved {
			out.unlockMoney(worker, stake)
			out.rewardMoney(worker, pay.Workers[next])
			next++
			scores = append(scores, ScoreChange{Worker: c.Worker, Event: good})
			continue
		}
		out.seizeMoney(worker, stake)
		scores = append(scores, ScoreChange{Worker: c.Worker, Event: Faulty})
	}
	out.rewardMoney(Scheduler, pay.Scheduler)
	return scores
}

// Claim fails a task that was not finalized in time. The payer is refunded, every contributor gets its stake back whatever it did,
// scores stay, and the scheduler's stake goes to the kitty.
//
// Errors: ErrStatus, ErrTooEarly (before 10T).
func (t *Task) Claim(now uint64) (Effects, error) {
	if err := t.requireStatus(Active, Revealing); err != nil {
		return Effects{}, err
	}
	if err := notBefore(now, t.FinalDeadline(), "claiming"); err != nil {
		return Effects{}, err
	}

	t.Status = Failed
	var out moves
	out.unlockMoney(t.Terms.Payer(), t.Terms.Price())
	out.seizeMoney(Scheduler, t.Terms.PoolStake())
	out.addMove(Kitty, new(big.Int), t.Terms.PoolStake())
	for _, c := range t.Contributions {
		out.unlockMoney(Worker(c.Worker), t.Terms.WorkerStake())
	}
	return Effects{Moves: out.list}, nil
}
