package acceptance

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const (
	// mostTasks is the number of tasks within which every case has to occur. Each case is frequent enough for that.
	mostTasks = 100
	// ample is the number of tasks with exactly three replicas. The later tasks have four, which produce the rarest case sooner.
	ample = 20
	// lyingTrust is the trust of the tasks with at least three replicas. A lie would need more liars than there are.
	lyingTrust = 10_000
	// looseTrust is the trust of the tasks with two replicas. Two liars may deceive them, and their ledgers are charged for it.
	looseTrust = 1_000
)

// sightings records which of the required cases have occurred.
type sightings struct{ wave1, wave2, both, charge bool }

func (s sightings) all() bool { return s.wave1 && s.wave2 && s.both && s.charge }

// Two of seven organisations collude on one wrong answer. Whenever one of them is drawn, it is caught. The right answer is accepted. The
// saboteur's stake falls by the amount in the settlements, and no other stake falls. Ledgers and balances equal those computed from the
// tasks' records.
func TestSaboteursAreCaught(t *testing.T) {
	var seen sightings
	for tasks, networks := 0, 0; !seen.all(); networks++ {
		// Two convictions in one block jail a saboteur, even when each fault is forgiven in the next block. In that case another network
		// goes on.
		require.Less(t, tasks, mostTasks, "after %d tasks: %+v", tasks, seen)
		require.Less(t, networks, 8, "saboteurs were jailed each time: %+v", seen)
		tasks += sabotage(t, &seen, mostTasks-tasks)
	}
}

// sabotage runs one network until all cases were seen, a saboteur is jailed, or the given number of tasks was submitted. It returns the
// number of submitted tasks.
func sabotage(t *testing.T, seen *sightings, most int) int {
	t.Helper()
	n := start(t, 12*time.Minute, devnet.Options{Saboteurs: 2, Cooling: 1, Forgiveness: 1})
	defer n.Stop() // before another network starts
	require.Len(t, n.Info.Saboteurs, 2)
	app := n.publish("echo", echo(), appPrice)
	before := n.open()

	var pieces []piece
	running := map[string]dealstypes.Deal{}
	collect := func() {
		for id, deal := range running {
			if task := n.task(id); task.Phase == taskstypes.PHASE_DONE {
				delete(running, id)
				p := piece{task, n.deal(deal.Id)}
				pieces = append(pieces, p)
				seen.note(n.Network, p)
				t.Log(story(task))
			}
		}
	}
	submitted := 0
	for !seen.all() && submitted < most && !n.jailed() {
		replicas := uint32(3)
		if submitted >= ample {
			replicas = 4
		}
		deal := n.submit(job(app, lyingTrust, replicas))
		running[deal.Id] = deal
		submitted++
		if !seen.charge {
			deal = n.submit(job(app, looseTrust, 2))
			running[deal.Id] = deal
		}
		// The requests are staggered, so that two convictions rarely fall into one block. No more run at once than there are slots.
		n.blocks(4)
		n.until("a slot is free", func() bool { collect(); return len(running) < 5 })
	}
	n.until("all tasks end", func() bool { collect(); return len(running) == 0 })
	t.Logf("%d tasks of three replicas and more, %d in all; seen %+v", submitted, len(pieces), *seen)

	for _, p := range pieces {
		n.judged(p)
	}
	for _, w := range n.Info.Workers {
		record := n.worker(w.Organisation).Record
		if !w.Saboteur {
			require.Equal(t, workerstypes.Record{
				Confirmations: record.Confirmations, Right: record.Right, Earned: record.Earned,
			}, record, "%s is honest", w.Organisation)
		}
	}
	n.audit(before, pieces)
	charges := n.auditLedgers(pieces)
	require.True(t, !seen.charge || charges > 0)
	return submitted
}

// note records which cases a task was.
func (s *sightings) note(n *devnet.Network, p piece) {
	liars, first := 0, false
	for _, seat := range p.task.Seats {
		if !slices.Contains(n.Info.Saboteurs, seat.Organisation) {
			continue
		}
		liars++
		if p.deal.Terms.Trust != lyingTrust {
			first = first || seat.Wave == 1
			continue
		}
		s.wave1 = s.wave1 || seat.Wave == 1
		s.wave2 = s.wave2 || seat.Wave == 2
		s.both = s.both || liars == 2
	}
	// A first worker that lies and is caught leaves the charge of its plan on the ledger.
	s.charge = s.charge || first && p.task.Gate != "shut" && p.task.ByCourt && p.task.Plan.Replicas == 2
}

func (n *network) jailed() bool {
	n.t.Helper()
	return slices.ContainsFunc(n.Info.Saboteurs, func(org string) bool { return n.worker(org).Jailed })
}

// judged checks that the accepted answer is right and that only the liars pay for theirs.
func (n *network) judged(p piece) {
	n.t.Helper()
	require.Equal(n.t, taskstypes.ENDING_ACCEPTED, p.task.Ending, story(p.task))
	truth := n.truth(p.task, p.deal)
	deceived := *p.task.Verdict != truth
	liars := 0
	for i, seat := range p.task.Seats {
		require.NotNil(n.t, seat.Outcome, "%s did not reveal: %s", seat.Organisation, story(p.task))
		end := p.task.Settlement.Seats[i]
		require.Equal(n.t, seat.Who, end.Who)
		if !slices.Contains(n.Info.Saboteurs, seat.Organisation) {
			require.Equal(n.t, truth, *seat.Outcome, "%s is honest", seat.Organisation)
			require.Equal(n.t, taskstypes.SeatEnd{Who: seat.Who, Organisation: seat.Organisation, Fault: "NONE", Right: true}, end)
			continue
		}
		liars++
		require.NotEqual(n.t, truth, *seat.Outcome, "%s is a saboteur", seat.Organisation)
		if !deceived {
			require.Equal(n.t, taskstypes.SeatEnd{Who: seat.Who, Organisation: seat.Organisation, Fault: "WRONG", Slash: devnet.Stake}, end)
		}
	}
	if deceived {
		// The claim allows this case, and the ledger is charged for it in expectation: two liars hold both seats.
		require.Equal(n.t, uint64(looseTrust), p.deal.Terms.Trust, "a lie was accepted: %s", story(p.task))
		require.Len(n.t, p.task.Seats, liars, "a lie was accepted against an honest worker: %s", story(p.task))
		n.t.Logf("both seats were saboteurs': %s", story(p.task))
	}
	require.Equal(n.t, liars > 0 && !deceived || p.task.Gate == "shut" || p.task.Plan.Court, p.task.ByCourt, story(p.task))
	replay, err := n.conn.Tasks().ReplayDraw(n.ctx, &taskstypes.QueryReplayDrawRequest{Id: p.task.Id})
	require.NoError(n.t, err)
	require.True(n.t, replay.Equal_, "draw of %s", p.task.Id)
}
