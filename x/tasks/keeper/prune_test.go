package keeper_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
)

// pruneAfter has tasks pruned so many blocks after they are final, and so many in a block.
func (f *fixture) pruneAfter(blocks int64, each uint32) {
	f.t.Helper()
	p, err := f.k.Params.Get(f.ctx)
	require.NoError(f.t, err)
	p.PruneBlocks, p.PrunesPerBlock = blocks, each
	require.NoError(f.t, p.Validate())
	require.NoError(f.t, f.k.Params.Set(f.ctx, p))
}

// next makes an empty block.
func (f *fixture) next() { f.t.Helper(); f.begin(); f.end() }

// pruned lists the compact records.
func (f *fixture) pruned() (out []types.PrunedTask) {
	f.t.Helper()
	require.NoError(f.t, f.k.Pruned.Walk(f.ctx, nil, func(id string, p types.PrunedTask) (bool, error) {
		p.Id = id
		out = append(out, p)
		return false, nil
	}))
	return out
}

// TestFinalTasksArePruned: once they are old enough, the oldest first, so many in a block and no more; what is left says how each ended
// and who was right, is small, and nothing else of the task is in the state.
func TestFinalTasksArePruned(t *testing.T) {
	f := newFixture(t, 20)
	f.pruneAfter(0, 0)
	ids := f.open(5)
	f.finish(ids...)
	whole := map[string]types.Task{}
	last := int64(0)
	for _, id := range ids {
		whole[id] = f.task(id)
		last = max(last, whole[id].Done)
	}
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	for range 30 {
		f.next()
	}
	require.Empty(t, f.pruned(), "nothing is pruned with prune_blocks 0")

	f.pruneAfter(40, 2)
	for f.ctx.BlockHeight() < last+40 {
		for _, p := range f.pruned() {
			require.LessOrEqual(t, whole[p.Id].Done+40, f.ctx.BlockHeight(), "not before it is old enough")
		}
		f.next()
	}
	f.pruneAfter(1, 2)
	for before := len(f.pruned()); before < 5; before = len(f.pruned()) {
		f.next()
		require.LessOrEqual(t, len(f.pruned()), before+2)
		require.Greater(t, len(f.pruned()), before)
		require.NoError(t, f.k.CheckInvariants(f.ctx))
	}
	queries := keeper.NewQueryServer(f.k)
	for _, p := range f.pruned() {
		was := whole[p.Id]
		want := was.Prune()
		want.Pruned = p.Pruned
		require.Equal(t, want, p)
		require.Greater(t, p.Pruned, was.Done)
		require.Equal(t, was.Verdict, p.Verdict)
		stored, err := f.k.Pruned.Get(f.ctx, p.Id)
		require.NoError(t, err)
		raw, err := f.k.Pruned.ValueCodec().Encode(stored)
		require.NoError(t, err)
		require.LessOrEqual(t, len(raw)+1+32, 227, "bytes of a compact record and its key")

		answer, err := queries.Task(f.ctx, &types.QueryTaskRequest{Id: p.Id})
		require.NoError(t, err)
		require.Equal(t, p.Pruned, answer.Task.Pruned)
		require.Equal(t, was.Seats[0].Who, answer.Task.Seats[0].Who)
		require.Equal(t, was.Settlement.Seats[0].Right, answer.Task.Settlement.Seats[0].Right)
		require.Equal(t, types.PHASE_DONE, answer.Task.Phase)
		require.Equal(t, was.Ending, answer.Task.Ending)
		require.Equal(t, was.Done, answer.Task.Done)
		result, err := queries.Result(f.ctx, &types.QueryResultRequest{Id: p.Id})
		require.NoError(t, err)
		require.Equal(t, was.Verdict, result.Outcome)
		require.True(t, result.Final)
		require.Len(t, result.Holders, len(was.Seats))
		found, err := queries.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: p.Id[:8]})
		require.NoError(t, err)
		require.Equal(t, []string{p.Id}, found.Tasks)

		_, err = queries.ReplayDraw(f.ctx, &types.QueryReplayDrawRequest{Id: p.Id})
		require.ErrorContains(t, err, "was pruned")
		_, err = f.msgs.Commit(f.ctx, &types.MsgCommit{Who: was.Seats[0].Who, Task: p.Id, Attempt: 1, Bench: types.BENCH_WORKERS, Commitment: bytes.Repeat([]byte{1}, 32)})
		require.ErrorIs(t, err, types.ErrNotFound)
	}
	require.Empty(t, indexes(t, f), "no list has any of them")
	require.EqualValues(t, 5, f.books.get(f.ctx, "pruned/"+whole[ids[0]].Deal), "the deal is told of each")
	listed, err := queries.TasksOfDeal(f.ctx, &types.QueryTasksOfDealRequest{Deal: whole[ids[0]].Deal})
	require.NoError(t, err)
	require.Len(t, listed.Tasks, 5)
	require.NotZero(t, listed.Tasks[0].Pruned)
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Empty(t, g.Tasks)
	require.Len(t, g.Pruned, 5)
	require.NoError(t, g.Validate())
	other := newFixture(t, 20)
	require.NoError(t, other.k.InitGenesis(other.ctx, *g))
	again, err := other.k.ExportGenesis(other.ctx)
	require.NoError(t, err)
	require.Equal(t, g, again)
	err = other.k.OpenTask(other.ctx, f.market.deals[whole[ids[0]].Deal], whole[ids[0]].Index)
	require.ErrorIs(t, err, types.ErrExists, "no task has the id of one that was pruned")
}

// TestATaskWithAnUnsettledTurnIsKept: its charge is still to be decided in the ledgers, by its record.
func TestATaskWithAnUnsettledTurnIsKept(t *testing.T) {
	f := newFixture(t, 20)
	f.pruneAfter(10, 10)
	id := f.open(1)[0]
	f.finish(id)
	turn := types.Turn{Task: id, ClassKey: "class/10000", RequesterKey: "organisation/acme/10000", Charge: make([]byte, 16)}
	require.NoError(t, f.k.Turns.Set(f.ctx, id, turn))
	for range 30 {
		f.next()
	}
	require.Empty(t, f.pruned())
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	require.NoError(t, f.k.Turns.Remove(f.ctx, id))

	task := f.task(id) // nor is one that could not be processed and is tried again
	task.Queued = f.ctx.BlockHeight() + 2*types.DefaultParams().WindowBlocks
	require.NoError(t, f.k.Tasks.Set(f.ctx, id, task))
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + types.DefaultParams().WindowBlocks)
	f.next()
	require.Empty(t, f.pruned())
	task.Queued = 0
	require.NoError(t, f.k.Tasks.Set(f.ctx, id, task))
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + types.DefaultParams().WindowBlocks)
	f.next()
	require.Len(t, f.pruned(), 1)
}

// TestPruningWaitsForWhatFails: a task that cannot be pruned does not keep the others, and is tried again.
func TestPruningWaitsForWhatFails(t *testing.T) {
	f := newFixture(t, 20)
	f.pruneAfter(10, 10)
	bad, good := f.open(1)[0], f.open(1)[0]
	f.finish(bad, good)
	task := f.task(bad)
	require.NoError(t, f.k.Tasks.Remove(f.ctx, bad))
	for range 30 {
		f.next()
	}
	require.Len(t, f.pruned(), 1)
	require.Equal(t, good, f.pruned()[0].Id)
	require.NoError(t, f.k.Tasks.Set(f.ctx, bad, task))
	require.NoError(t, f.k.CheckInvariants(f.ctx))
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + types.DefaultParams().WindowBlocks)
	f.next()
	require.Len(t, f.pruned(), 2)
}

// TestWhatACompactRecordSaysOfSeats.
func TestWhatACompactRecordSaysOfSeats(t *testing.T) {
	verdict := &types.Outcome{Kind: types.KIND_RESULT, Digest: "sha256:" + strings.Repeat("0", 64)}
	task := types.Task{
		Id: "t", Ending: types.ENDING_ACCEPTED, Opened: 5, Done: 9, Verdict: verdict,
		Settlement: &types.Settlement{Seats: []types.SeatEnd{
			{Who: "a", Fault: "NONE", Right: true}, {Who: "b", Fault: "NONE", Right: true}, {Who: "c", Fault: "SILENT"}, {Who: "d", Fault: "UNREVEALED"},
			{Who: "e", Fault: "WRONG"}, {Who: "f", Fault: "ABSTAINED"}, {Who: "g", Fault: "UNSERVED"}, {Who: "h", Fault: "NONE"},
			{Who: "i", Fault: "LATE"}, {Who: "j", Fault: "LATE", Right: true},
		}},
		Audit: &types.Audit{End: 30, Result: types.AUDIT_RESULT_OVERTURNED, Settlement: &types.AuditSettlement{Seats: []types.SeatEnd{
			{Who: "a", Fault: "WRONG"}, {Who: "b", Fault: "NONE"},
		}}},
	}
	require.Equal(t, int64(30), task.FinalHeight())
	p := task.Prune()
	var marks []types.Mark
	for _, s := range p.Seats {
		marks = append(marks, s.Mark)
	}
	require.Equal(t, []types.Mark{
		types.MARK_WRONG, types.MARK_RIGHT, types.MARK_SILENT, types.MARK_UNREVEALED, types.MARK_WRONG, types.MARK_ABSTAINED, types.MARK_UNSERVED, types.MARK_NO_FAULT,
		types.MARK_UNREVEALED, types.MARK_RIGHT,
	}, marks)
	require.Equal(t, []string{"b", "j"}, p.Holders())
	require.Equal(t, types.AUDIT_RESULT_OVERTURNED, p.Audit)
	back := p.Task()
	require.Equal(t, []any{int64(5), int64(9), verdict}, []any{back.Opened, back.Done, back.Verdict})
	require.Equal(t, types.SEAT_STATE_SILENT, back.Seats[2].State)
	require.Equal(t, types.SEAT_STATE_COMMITTED, back.Seats[3].State)
	require.Nil(t, back.Seats[0].Outcome)
	require.Equal(t, verdict, back.Seats[1].Outcome)
}
