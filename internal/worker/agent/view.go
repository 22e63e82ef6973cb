package agent

import (
	"bytes"
	"fmt"

	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// View is how the chain sees our seat in one attempt at a task. Every view except Unknown is a fact that no later state
// contradicts in a way that matters: acting on the state of a node that lags is late, but never wrong.
type View int

// The views.
const (
	// Unknown: the state says nothing about this attempt; perhaps it is older than the attempt.
	Unknown View = iota
	// Wanted: we hold the seat, have not committed, and commitments are taken.
	Wanted
	// Late: we have not committed, or not revealed, and the next block is too late for it. The chain will note that itself.
	Late
	// Locked: the chain holds our commitment; reveals are not yet taken.
	Locked
	// Opening: the chain holds our commitment, and takes reveals.
	Opening
	// Opened: the chain holds our outcome.
	Opened
	// Lost: we can no longer answer: the seat was silent or declined, or another attempt runs.
	Lost
	// Ended: the task has ended.
	Ended
)

// ListViews lists every view.
func ListViews() []View { return []View{Unknown, Wanted, Late, Locked, Opening, Opened, Lost, Ended} }

// String names the view in logs.
func (v View) String() string {
	return [...]string{"unknown", "wanted", "late", "locked", "opening", "opened", "lost", "ended"}[v]
}

// sight is a view of our seat, with the state from which it was read.
type sight struct {
	chain.Assignment
	key    journal.Key
	view   View
	height int64 // of the state read
	seat   taskstypes.Seat
}

// isFirst says whether the seat is the first worker's. Only that seat may be given back.
func (s sight) isFirst() bool { return s.Bench == taskstypes.BENCH_WORKERS && s.seat.Wave == 1 }

// keyOf returns the key of an assignment's record. An error means that the node's answer is malformed.
func keyOf(a chain.Assignment) (journal.Key, error) {
	bench, err := a.Bench.ToPoco()
	if err != nil {
		return journal.Key{}, err
	}
	id, err := taskstypes.ParseID(a.Task.Id)
	if err != nil {
		return journal.Key{}, err
	}
	if a.Task.Attempt == 0 {
		return journal.Key{}, fmt.Errorf("task %s: attempt 0, expected one from 1 on", a.Task.Id)
	}
	return journal.Key{Bench: bench, Task: id, Attempt: a.Task.AttemptOn(a.Bench)}, nil
}

// viewSeat reads from a state of a task, at a height, how the chain sees our seat in the attempt of key.
func viewSeat(a chain.Assignment, key journal.Key, who string, height int64) sight {
	s := sight{Assignment: a, key: key, height: height}
	seats, commits, reveal := a.Task.Seats, []taskstypes.Phase{taskstypes.PHASE_FIRST, taskstypes.PHASE_SECOND}, taskstypes.PHASE_REVEAL
	if a.Bench == taskstypes.BENCH_COURT {
		seats, commits, reveal = a.Task.Court, []taskstypes.Phase{taskstypes.PHASE_COURT_COMMIT}, taskstypes.PHASE_COURT_REVEAL
	}
	held, attempt := false, a.Task.AttemptOn(a.Bench)
	for _, seat := range seats {
		if seat.Who == who && attempt == key.Attempt {
			s.seat, held = seat, true
		}
	}
	open := height+1 < a.Task.Deadline // the next block is the earliest that can hold a message
	switch {
	case attempt < key.Attempt:
		s.view = Unknown // a state from before our attempt
	case a.Task.Final() || a.Task.Ended() && a.Bench == taskstypes.BENCH_WORKERS:
		s.view = Ended
	case attempt > key.Attempt:
		s.view = Lost
	case !held:
		s.view = Unknown // a state from before our draw: seats are removed only with their attempt or at the end
	case s.seat.State == taskstypes.SEAT_STATE_SILENT:
		s.view = Lost
	case s.seat.State == taskstypes.SEAT_STATE_REVEALED:
		s.view = Opened
	case s.seat.State == taskstypes.SEAT_STATE_COMMITTED:
		switch {
		case s.seat.Missed > 0 && a.Task.TakesLate() && (open || a.Task.Phase == taskstypes.PHASE_COURT_WAIT):
			s.view = Opening // late, which saves most of the stake; no deadline runs in the line of the court
		case a.Task.Phase == reveal && s.seat.Missed > 0: // these are the reveals of a later wave
			s.view = Late
		case a.Task.Phase != reveal || a.Task.From > height+1: // likewise: every commitment is in a block already
			s.view = Locked
		case open:
			s.view = Opening
		default:
			s.view = Late
		}
	case s.seat.State == taskstypes.SEAT_STATE_DRAWN && (a.Task.Phase == commits[0] || a.Task.Phase == commits[len(commits)-1]):
		s.view = Late
		if open {
			s.view = Wanted
		}
	}
	return s
}

// holdsOther says whether the chain holds a commitment of ours other than this one.
func (s sight) holdsOther(commitment [32]byte) bool {
	return len(s.seat.Commitment) > 0 && !bytes.Equal(s.seat.Commitment, commitment[:])
}
