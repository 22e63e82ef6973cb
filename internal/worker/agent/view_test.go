package agent

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func TestTableIsTotal(t *testing.T) {
	require.Len(t, table, len(journal.States()))
	for _, s := range journal.States() {
		row, ok := table[s]
		require.True(t, ok, s)
		for _, v := range ListViews() {
			action := row[v]
			require.NotEmpty(t, action.String())
			if s.Terminal() {
				require.Equal(t, Wait, action, "%s is left under %s", s, v)
			}
			if action == Commit {
				require.Equal(t, Wanted, v, "a commit is only sent while the chain has none of ours")
			}
			if action == Reveal {
				require.Equal(t, Opening, v, "a reveal is only sent when the chain takes it")
			}
			if v == Unknown && !s.Terminal() {
				require.Equal(t, Ask, action, "absence is no answer")
			}
		}
	}
}

func TestLook(t *testing.T) {
	const (
		first, second, reveal, turn, done = taskstypes.PHASE_FIRST, taskstypes.PHASE_SECOND, taskstypes.PHASE_REVEAL, taskstypes.PHASE_TURN, taskstypes.PHASE_DONE
		drawn, committed, revealed        = taskstypes.SEAT_STATE_DRAWN, taskstypes.SEAT_STATE_COMMITTED, taskstypes.SEAT_STATE_REVEALED
	)
	for _, tc := range []struct {
		name    string
		phase   taskstypes.Phase
		seat    taskstypes.SeatState
		attempt uint32
		from    int64
		exp     View
	}{
		{"drawn first", first, drawn, 2, 0, Wanted},
		{"drawn second", second, drawn, 2, 0, Wanted},
		{"committed, others run", second, committed, 2, 0, Locked},
		{"reveals open with the block after the next", reveal, committed, 2, 52, Locked},
		{"reveals open with the next block", reveal, committed, 2, 51, Opening},
		{"reveals are open", reveal, committed, 2, 50, Opening},
		{"revealed", reveal, revealed, 2, 50, Opened},
		{"provisional", turn, revealed, 2, 50, Opened},
		{"silent", second, taskstypes.SEAT_STATE_SILENT, 2, 0, Lost},
		{"ended", done, revealed, 2, 0, Ended},
		{"no seat", second, 0, 2, 0, Unknown},
		{"an older state", first, drawn, 1, 0, Unknown},
		{"a later attempt", first, drawn, 3, 0, Lost},
		{"a later attempt, ended", done, 0, 3, 0, Ended},
		{"drawn in a phase without commits", turn, drawn, 2, 0, Unknown},
	} {
		t.Run(tc.name, func(t *testing.T) {
			task := taskstypes.Task{Phase: tc.phase, Attempt: tc.attempt, From: tc.from, Deadline: 60}
			if tc.seat != 0 {
				task.Seats = []taskstypes.Seat{{Who: "other", State: committed}, {Who: me, State: tc.seat}}
			}
			a := chain.Assignment{Task: task, Bench: taskstypes.BENCH_WORKERS}
			require.Equal(t, tc.exp, viewSeat(a, journal.Key{Attempt: 2}, me, 50).view)
			// The bench of workers says nothing about the bench of the court.
			a.Bench = taskstypes.BENCH_COURT
			if tc.phase != done && tc.attempt == 2 {
				require.Equal(t, Unknown, viewSeat(a, journal.Key{Attempt: 2}, me, 50).view)
			}
		})
	}
	for height, exp := range map[int64]View{58: Wanted, 59: Late, 60: Late} {
		a := chain.Assignment{Bench: taskstypes.BENCH_WORKERS, Task: taskstypes.Task{Phase: first, Attempt: 1, Deadline: 60,
			Seats: []taskstypes.Seat{{Who: me, State: drawn}}}}
		require.Equal(t, exp, viewSeat(a, journal.Key{Attempt: 1}, me, height).view, height)
		a.Task.Phase, a.Task.Seats[0].State = reveal, committed
		if exp == Wanted {
			exp = Opening
		}
		require.Equal(t, exp, viewSeat(a, journal.Key{Attempt: 1}, me, height).view, height)
		a.Task.Seats[0].Missed = 40
		require.Equal(t, Late, viewSeat(a, journal.Key{Attempt: 1}, me, height).view, "a reveal missed with its own wave stays missed")

		// The court is called. Until it reveals, the commitment can be opened late; in the court's line no deadline runs.
		a.Task.Phase = taskstypes.PHASE_COURT_COMMIT
		if exp == Late {
			exp = Locked
		}
		require.Equal(t, exp, viewSeat(a, journal.Key{Attempt: 1}, me, height).view, height)
		a.Task.Recalls = 1
		require.Equal(t, Locked, viewSeat(a, journal.Key{Attempt: 1}, me, height).view, "a court that is called again has shown what it found")
		a.Task.Recalls, a.Task.Phase, a.Task.Deadline = 0, taskstypes.PHASE_COURT_WAIT, 0
		require.Equal(t, Opening, viewSeat(a, journal.Key{Attempt: 1}, me, height).view, height)
		a.Task.Phase = taskstypes.PHASE_COURT_REVEAL
		require.Equal(t, Locked, viewSeat(a, journal.Key{Attempt: 1}, me, height).view)
	}
}

func TestGivesBack(t *testing.T) {
	absent, broken := fmt.Errorf("module: %w", errAbsent), errors.New("the disk is full")
	for _, tc := range []struct {
		name    string
		bench   taskstypes.Bench
		wave    uint32
		attempt uint32
		why     error
		exp     bool
	}{
		{"first, bytes missing", taskstypes.BENCH_WORKERS, 1, 1, absent, true},
		{"first again, bytes missing", taskstypes.BENCH_WORKERS, 1, 2, absent, false},
		{"first again, machine broken", taskstypes.BENCH_WORKERS, 1, 2, broken, true},
		{"second, machine broken", taskstypes.BENCH_WORKERS, 2, 1, broken, false},
		{"court, bytes missing", taskstypes.BENCH_COURT, 0, 1, absent, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := sight{Assignment: chain.Assignment{Bench: tc.bench}, key: journal.Key{Attempt: tc.attempt}, seat: taskstypes.Seat{Wave: tc.wave}}
			require.Equal(t, tc.exp, s.givesBack(tc.why))
		})
	}
}
