package iexec

import "fmt"

// Contribute commits a worker to an answer: its hash and its seal, at the
// worker's current score. It locks the worker's stake and counts the hash at
// once; when that gives the hash consensus the task turns REVEALING and takes
// no more contributions. The seal cannot be checked yet.
//
// Errors: ErrStatus, ErrTooLate (from 7T on), ErrAlreadyContributed,
// ErrOverflow.
func (t *Task) Contribute(now uint64, worker string, hash, seal Digest, score uint64) (Effects, error) {
	if err := t.requireStatus(Active); err != nil {
		return Effects{}, err
	}
	if err := checkBefore(now, t.ContributionDeadline(), "contribution"); err != nil {
		return Effects{}, err
	}
	if t.indexOf(worker) >= 0 {
		return Effects{}, fmt.Errorf("%w: %q", ErrAlreadyContributed, worker)
	}
	weight := Weight(score)
	tally, err := t.Tally.Add(hash, weight)
	if err != nil {
		return Effects{}, fmt.Errorf("%w: group of %q", err, worker)
	}
	reached, err := tally.Reached(hash, t.Terms.EffectiveTrust())
	if err != nil {
		return Effects{}, fmt.Errorf("%w: consensus test at trust %s", err, t.Terms.Trust)
	}

	t.Tally = tally
	t.Contributions = append(t.Contributions, Contribution{
		Worker: worker, Status: Contributed, Hash: hash, Seal: seal, LogWeight: LogWeight(weight),
	})
	if reached {
		t.openReveal(now, hash)
	}

	var out moves
	out.lockMoney(Worker(worker), t.Terms.WorkerStake())
	return Effects{Moves: out.list}, nil
}

// openReveal starts the reveal phase for a hash that reached consensus. Contributions that were rejected in an earlier round do not
// count.
func (t *Task) openReveal(now uint64, hash Digest) {
	t.Status = Revealing
	t.HasConsensus = true
	t.Winner = hash
	t.RevealDeadline = now + RevealPeriods*t.Terms.Period
	t.RevealCounter = 0
	t.WinnerCounter = 0
	for _, c := range t.Contributions {
		if c.Status == Contributed && c.Hash == hash {
			t.WinnerCounter++
		}
	}
}

// ContributeAndFinalize is the shortcut of a trusted lone worker: one
// transition from nothing to COMPLETED. No stake is locked and no score
// changes; the contribution's log weight is 0.
//
// Errors: ErrStatus, ErrTooLate (from 7T on), ErrNotAlone (trust above 1, or
// anyone contributed before).
func (t *Task) ContributeAndFinalize(now uint64, worker string, digest []byte, results string, kitty Amount) (Effects, error) {
	if err := t.requireStatus(Active); err != nil {
		return Effects{}, err
	}
	if err := checkBefore(now, t.ContributionDeadline(), "contribution"); err != nil {
		return Effects{}, err
	}
	if len(t.Contributions) > 0 || t.Terms.EffectiveTrust().BitLen() > 1 {
		return Effects{}, fmt.Errorf("%w: trust %s, %d contributions", ErrNotAlone, t.Terms.Trust, len(t.Contributions))
	}

	hash := ResultHash(t.ID, digest)
	t.Contributions = []Contribution{{
		Worker: worker, Status: Proved, Hash: hash, Seal: ResultSeal(worker, t.ID, digest),
	}}
	t.openReveal(now, hash)
	t.Status, t.WinnerCounter, t.RevealCounter = Completed, 1, 1
	t.ResultDigest, t.Results = append([]byte(nil), digest...), results

	var out moves
	t.payAssets(&out, kitty)
	share := percentOf(t.Terms.Pool, 100-t.Terms.SchedulerPercent)
	out.rewardMoney(Worker(worker), share)
	out.rewardMoney(Scheduler, cloneAmount(t.Terms.Pool).Sub(t.Terms.Pool, share))
	return Effects{Moves: out.list}, nil
}
