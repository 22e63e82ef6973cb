package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// voting makes a deal's tasks ones of a policy without a court.
func voting(policy string, trust uint64) func(*dealstypes.Deal) {
	return func(d *dealstypes.Deal) {
		d.Terms.Policy, d.Terms.Trust, d.Terms.MinReplicas, d.Terms.CourtFee = policy, trust, 0, 0
	}
}

// TestBallotsWeighTheRecordOfThePolicy: iExec's rule weighs its own score, a jury confirmations; each as it was at the draw.
func TestBallotsWeighTheRecordOfThePolicy(t *testing.T) {
	for policy, want := range map[string]struct {
		score    uint64
		replicas int
	}{poco.PolicyIExec: {303, 1}, poco.PolicyJury: {6, 2}} { // a weight of 100 is enough alone; 29 * 4 >= 99
		f := newFixture(t, 9)
		f.books.add(f.ctx, "score", 303)
		f.books.add(f.ctx, "confirmations", 6)
		ids := f.open(1, voting(policy, 100))
		f.begin()
		require.Equal(t, want.score, f.task(ids[0]).Seats[0].Score, policy)
		f.books.add(f.ctx, "score", 700)
		f.books.add(f.ctx, "confirmations", 700)
		f.finish(ids[0])
		task := f.task(ids[0])
		require.Equal(t, types.ENDING_ACCEPTED, task.Ending, policy)
		require.Len(t, task.Seats, want.replicas, policy)
		require.Equal(t, want.score, task.Seats[0].Score, policy)
	}
}

// TestMoreSeatsAreDrawnUntilAVoteDecides: a liar costs a jury a further wave, of organisations that hold no seat yet. Stakes come back,
// and x/workers is told who was outvoted.
func TestMoreSeatsAreDrawnUntilAVoteDecides(t *testing.T) {
	f := newFixture(t, 9)
	id := f.open(1, voting(poco.PolicyJury, 100))[0]
	f.begin()
	liar := f.task(id).Seats[0].Who
	require.NoError(t, f.commit(id, liar, types.BENCH_WORKERS, wrong))
	f.finish(id)
	task, waves, orgs := f.task(id), map[uint32]int{}, map[string]bool{}
	for _, s := range task.Seats {
		waves[s.Wave]++
		orgs[s.Organisation] = true
	}
	require.Equal(t, types.ENDING_ACCEPTED, task.Ending)
	require.Equal(t, types.OutcomeFromPoco(right), *task.Verdict)
	require.Equal(t, map[uint32]int{1: 1, 2: 3, 3: 2}, waves)
	require.Len(t, orgs, 6)
	require.Len(t, task.Draws, 3)
	require.EqualValues(t, poco.MarkOutvoted, f.books.get(f.ctx, "vote/"+liar))
	for _, s := range task.Seats[1:] {
		require.Zero(t, f.books.get(f.ctx, "vote/"+s.Who))
	}
	require.Zero(t, f.books.get(f.ctx, "locked"))
	require.Zero(t, f.books.get(f.ctx, "slashed"))
}

// TestAVoteWithoutOrganisationsEnds: where too few are left for a further wave, the task is looked at until its wait is over, and ends
// undecided, with nobody's stake locked.
func TestAVoteWithoutOrganisationsEnds(t *testing.T) {
	f := newFixture(t, 5)
	id := f.open(1, voting(poco.PolicyJury, 100))[0]
	f.begin()
	require.NoError(t, f.commit(id, f.task(id).Seats[0].Who, types.BENCH_WORKERS, wrong))
	f.finish(id)
	task := f.task(id)
	require.Equal(t, types.ENDING_UNDECIDED, task.Ending)
	require.Len(t, task.Seats, 4, "two more are asked for, and one is left")
	require.Zero(t, f.books.get(f.ctx, "locked"))
}
