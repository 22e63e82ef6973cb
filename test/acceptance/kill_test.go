package acceptance

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// A worker is killed between its commit and its reveal, and is started again. It reveals in time and is paid. This is done to the first
// worker and to one of the second wave.
func TestWorkerKilledBetweenCommitAndReveal(t *testing.T) {
	n := start(t, 10*time.Minute, devnet.Options{})
	app := n.publish("echo", echo(), appPrice)
	before := n.open()

	first := n.submit(job(app, lyingTrust, 3))
	task := n.reaches(first.Id, "commit 1", func(t taskstypes.Task) bool { return t.Phase >= taskstypes.PHASE_LOCKED })
	victim := task.Seats[0].Organisation
	n.Worker(victim).Kill()
	require.Zero(t, n.Worker(victim).PID())
	n.revives(first.Id, victim)

	// In the second wave another worker is stopped, so that the victim's commit is not the last.
	var second string
	n.until("a worker of wave 2 is ahead of another", func() bool {
		second = n.submit(job(app, lyingTrust, 3)).Id
		task := n.reaches(second, "wave 2", func(t taskstypes.Task) bool { return t.Phase >= taskstypes.PHASE_SECOND })
		slow := seatOf(task, func(s taskstypes.Seat) bool { return s.Wave == 2 && s.State == taskstypes.SEAT_STATE_DRAWN })
		if slow == nil {
			n.ended(second)
			return false // the workers were quicker than the test
		}
		pid := n.Worker(slow.Organisation).PID()
		require.NoError(t, syscall.Kill(-pid, syscall.SIGSTOP))
		defer func() { require.NoError(t, syscall.Kill(-pid, syscall.SIGCONT)) }()
		task = n.reaches(second, "a commit in wave 2", func(t taskstypes.Task) bool {
			return t.Phase > taskstypes.PHASE_SECOND || committed(t, 2, slow.Organisation) != nil
		})
		ahead := committed(task, 2, slow.Organisation)
		if task.Phase != taskstypes.PHASE_SECOND || ahead == nil {
			return false // it had committed before it was stopped
		}
		victim = ahead.Organisation
		n.Worker(victim).Kill()
		return true
	})
	n.revives(second, victim)

	var pieces []piece
	for _, deal := range n.deals() {
		task := n.ended(deal.Id)
		require.Equal(t, n.truth(task, deal), *task.Verdict)
		pieces = append(pieces, piece{task, deal})
	}
	n.audit(before, pieces)
	n.auditLedgers(pieces)
}

// revives waits until the task awaits only the killed worker, starts it, and checks that it reveals and is paid.
func (n *network) revives(deal, victim string) {
	n.t.Helper()
	task := n.reaches(deal, "the reveals of the others", func(t taskstypes.Task) bool {
		others := seatOf(t, func(s taskstypes.Seat) bool {
			return s.Organisation != victim && s.State != taskstypes.SEAT_STATE_REVEALED
		})
		return t.Phase == taskstypes.PHASE_REVEAL && others == nil
	})
	require.Equal(n.t, taskstypes.SEAT_STATE_COMMITTED, seatOf(task, func(s taskstypes.Seat) bool { return s.Organisation == victim }).State)
	require.Zero(n.t, n.Worker(victim).PID(), "%s was killed", victim)
	earned := n.worker(victim).Record.Earned
	require.NoError(n.t, n.Worker(victim).Start())
	task = n.ended(deal)
	n.t.Log(story(task))
	require.Equal(n.t, taskstypes.ENDING_ACCEPTED, task.Ending)
	require.False(n.t, task.ByCourt)
	for _, end := range task.Settlement.Seats {
		require.True(n.t, end.Right, end.Organisation)
		require.Equal(n.t, "NONE", end.Fault)
	}
	record := n.worker(victim).Record
	require.Equal(n.t, workerstypes.Record{Confirmations: record.Right, Right: record.Right, Earned: earned + devnet.Price}, record)
}

// seatOf returns the first seat that satisfies a condition, or nil when there is none.
func seatOf(t taskstypes.Task, is func(taskstypes.Seat) bool) *taskstypes.Seat {
	for _, s := range t.Seats {
		if is(s) {
			return &s
		}
	}
	return nil
}

// committed returns a seat of a wave that has committed and is not of the given organisation.
func committed(t taskstypes.Task, wave uint32, except string) *taskstypes.Seat {
	return seatOf(t, func(s taskstypes.Seat) bool {
		return s.Wave == wave && s.Organisation != except && s.State == taskstypes.SEAT_STATE_COMMITTED
	})
}
