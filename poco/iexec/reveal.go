package iexec

import "fmt"

// Reveal proves a winning contribution: both its hash and its seal must be
// those of the digest.
//
// Errors: ErrStatus, ErrTooLate (from the reveal deadline on),
// ErrNoContribution, ErrNotWinner, ErrHashMismatch, ErrSealMismatch.
func (t *Task) Reveal(now uint64, worker string, digest []byte) (Effects, error) {
	if err := t.requireStatus(Revealing); err != nil {
		return Effects{}, err
	}
	if err := checkBefore(now, t.RevealDeadline, "reveal"); err != nil {
		return Effects{}, err
	}
	i := t.indexOf(worker)
	if i < 0 || t.Contributions[i].Status != Contributed {
		return Effects{}, fmt.Errorf("%w: %q is %s", ErrNoContribution, worker, t.Contribution(worker).Status)
	}
	c := &t.Contributions[i]
	if c.Hash != t.Winner {
		return Effects{}, fmt.Errorf("%w: %q", ErrNotWinner, worker)
	}
	if c.Hash != ResultHash(t.ID, digest) {
		return Effects{}, fmt.Errorf("%w: %q", ErrHashMismatch, worker)
	}
	if c.Seal != ResultSeal(worker, t.ID, digest) {
		return Effects{}, fmt.Errorf("%w: %q", ErrSealMismatch, worker)
	}

	c.Status = Proved
	t.RevealCounter++
	t.ResultDigest = append([]byte(nil), digest...)
	return Effects{}, nil
}

// Reopen gives a task another round if all its winners stayed silent: the winners are rejected, their group leaves the tally, and
// groups of the minority stay. The contribution deadline does not move.
//
// Errors: ErrStatus, ErrTooLate (from 10T on), ErrTooEarly (before the reveal
// deadline), ErrReveals (somebody revealed).
func (t *Task) Reopen(now uint64) (Effects, error) {
	if err := t.requireStatus(Revealing); err != nil {
		return Effects{}, err
	}
	if err := checkBefore(now, t.FinalDeadline(), "the task"); err != nil {
		return Effects{}, err
	}
	if err := notBefore(now, t.RevealDeadline, "reopening"); err != nil {
		return Effects{}, err
	}
	if t.RevealCounter > 0 {
		return Effects{}, fmt.Errorf("%w: %d, expected 0", ErrReveals, t.RevealCounter)
	}

	for i := range t.Contributions {
		if t.Contributions[i].Hash == t.Winner {
			t.Contributions[i].Status = Rejected
		}
	}
	t.Tally = t.Tally.Remove(t.Winner)
	t.Status, t.HasConsensus, t.Winner = Active, false, Digest{}
	t.RevealDeadline, t.WinnerCounter = 0, 0
	return Effects{}, nil
}
