package iexec

import (
	"fmt"
	"math/big"
)

// Status is a task's state.
type Status uint8

// The states of a task: ACTIVE until consensus, REVEALING until finalized or
// reopened, then COMPLETED; FAILED when claimed.
const (
	Active Status = iota + 1
	Revealing
	Completed
	Failed
)

// String is the state's name in iExec's vocabulary.
func (s Status) String() string {
	switch s {
	case Active:
		return "ACTIVE"
	case Revealing:
		return "REVEALING"
	case Completed:
		return "COMPLETED"
	case Failed:
		return "FAILED"
	default:
		return "UNSET"
	}
}

// ContributionStatus is a contribution's state.
type ContributionStatus uint8

// The states of a contribution. A worker without one is Unset.
const (
	Unset ContributionStatus = iota
	Contributed
	Proved
	Rejected
)

// String is the state's name in iExec's vocabulary.
func (s ContributionStatus) String() string {
	switch s {
	case Contributed:
		return "CONTRIBUTED"
	case Proved:
		return "PROVED"
	case Rejected:
		return "REJECTED"
	default:
		return "UNSET"
	}
}

// Contribution is one worker's answer.
type Contribution struct {
	Worker    string
	Status    ContributionStatus
	Hash      Digest // ResultHash of the answer
	Seal      Digest // claimed ResultSeal; checked only at the reveal
	LogWeight uint64 // floor(log2 weight) at the time of contributing
}

// Task is one task of a deal. Times are seconds after the deal.
type Task struct {
	ID     TaskID
	Terms  Terms
	Status Status

	Tally         Consensus
	Contributions []Contribution // in the order they arrived

	HasConsensus   bool
	Winner         Digest // the hash that reached consensus
	WinnerCounter  uint64 // contributions that may reveal
	RevealCounter  uint64 // those that did
	RevealDeadline uint64 // 0 when no consensus stands
	ResultDigest   []byte // digest of the last reveal
	Results        string // free text of the scheduler; nothing binds it to the digest
}

// NewTask initialises a task of a deal. It returns ErrTerms if the terms are invalid.
func NewTask(id TaskID, terms Terms) (*Task, error) {
	if err := terms.Validate(); err != nil {
		return nil, err
	}
	return &Task{ID: id, Terms: terms, Status: Active, Tally: NewConsensus()}, nil
}

// ContributionDeadline is the first second at which contributions are refused.
func (t *Task) ContributionDeadline() uint64 { return ContributionPeriods * t.Terms.Period }

// FinalDeadline is the first second at which the task may be claimed, and may
// no longer be finalized or reopened.
func (t *Task) FinalDeadline() uint64 { return FinalPeriods * t.Terms.Period }

// Contribution returns a worker's contribution. Its status is Unset if there is none.
func (t *Task) Contribution(worker string) Contribution {
	if i := t.indexOf(worker); i >= 0 {
		return t.Contributions[i]
	}
	return Contribution{Worker: worker}
}

func (t *Task) indexOf(worker string) int {
	for i := range t.Contributions {
		if t.Contributions[i].Worker == worker {
			return i
		}
	}
	return -1
}

// ScoreChange says how a finished task changes a worker's score; apply it with [Score].
type ScoreChange struct {
	Worker string
	Event  ScoreEvent
}

// Effects are the consequences of an accepted transition.
type Effects struct {
	Moves  []Move
	Scores []ScoreChange
}

func (t *Task) requireStatus(allowed ...Status) error {
	for _, s := range allowed {
		if t.Status == s {
			return nil
		}
	}
	return fmt.Errorf("%w: task is %s, expected %v", ErrStatus, t.Status, allowed)
}

func checkBefore(now, deadline uint64, what string) error {
	if now >= deadline {
		return fmt.Errorf("%w: %s ended at %d s, it is %d s", ErrTooLate, what, deadline, now)
	}
	return nil
}

func notBefore(now, deadline uint64, what string) error {
	if now < deadline {
		return fmt.Errorf("%w: %s opens at %d s, it is %d s", ErrTooEarly, what, deadline, now)
	}
	return nil
}

// cloneAmount returns an amount nobody else holds.
func cloneAmount(v *big.Int) *big.Int { return new(big.Int).Set(v) }
