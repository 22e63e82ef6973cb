package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
)

const auditBlocks = 30

// audits gives a deal an audit window.
func audits(d *dealstypes.Deal) { d.Terms.AuditBlocks, d.Callback = auditBlocks, "hook" }

func (f *fixture) setParams(change func(*types.Params)) {
	f.t.Helper()
	p, err := f.k.Params.Get(f.ctx)
	require.NoError(f.t, err)
	change(&p)
	require.NoError(f.t, p.Validate())
	require.NoError(f.t, f.k.Params.Set(f.ctx, p))
}

// accept has every worker answer so until the answer is accepted.
func (f *fixture) accept(answer poco.Outcome, ids ...string) {
	f.t.Helper()
	for range 60 {
		open := false
		for _, id := range ids {
			if !f.task(id).Ended() {
				open = true
				f.work(id, answer)
			}
		}
		if !open {
			return
		}
		f.end()
		f.begin()
	}
	require.Fail(f.t, "answers are not accepted")
}

// close makes blocks, in which the court finds the answer, until the tasks are final.
func (f *fixture) close(found poco.Outcome, ids ...string) {
	f.t.Helper()
	for range 200 {
		open := false
		for _, id := range ids {
			if t := f.task(id); !t.Final() {
				open = true
				f.work(id, found)
			}
		}
		if !open {
			return
		}
		f.end()
		f.begin()
	}
	require.Fail(f.t, "tasks do not become final")
}

func (f *fixture) challenge(id, who string, maxBond uint64) (uint64, error) {
	res, err := f.msgs.Challenge(f.ctx, &types.MsgChallenge{Challenger: addressOf(who), Task: id, MaxBond: maxBond})
	if err != nil {
		return 0, err
	}
	return res.Bond, nil
}

// check checks the module's books.
func (f *fixture) check() {
	f.t.Helper()
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	require.NoError(f.t, g.Validate())
}

func (f *fixture) coins(who string) int64 { return int64(f.books.get(f.ctx, purseOf+addressOf(who))) }

// TestAuditWindow: the answer is paid for and can be read at once. The stakes are locked to the end of the window, and the
// callback is told then.
func TestAuditWindow(t *testing.T) {
	f := newFixture(t, 20)
	f.setParams(func(p *types.Params) { p.PatrolPerMille = 0 })
	id := f.open(1, audits)[0]
	f.accept(right, id)
	task := f.task(id)
	require.Equal(t, types.PHASE_AUDIT, task.Phase)
	require.Equal(t, types.ENDING_ACCEPTED, task.Ending)
	require.EqualValues(t, 1, f.books.get(f.ctx, "settled/"+id), "paid")
	require.EqualValues(t, 1_000*len(task.Seats), f.books.get(f.ctx, "locked"), "stakes stay")
	require.Zero(t, f.books.get(f.ctx, "told/"+id))
	res, err := keeper.NewQueryServer(f.k).Result(f.ctx, &types.QueryResultRequest{Id: id})
	require.NoError(t, err)
	require.False(t, res.Final)
	require.Equal(t, task.Audit.End, res.FinalHeight)
	require.Equal(t, types.OutcomeFromPoco(right), *res.Outcome)
	mine, err := keeper.NewQueryServer(f.k).Assignments(f.ctx, &types.QueryAssignmentsRequest{Who: task.Seats[0].Who})
	require.NoError(t, err)
	require.Empty(t, mine.Assignments, "its worker has nothing more to do")

	for f.ctx.BlockHeight() < task.Audit.End {
		require.Equal(t, types.PHASE_AUDIT, f.task(id).Phase)
		f.end()
		f.begin()
	}
	require.Equal(t, types.PHASE_DONE, f.task(id).Phase, "at the first height that is too late")
	require.Equal(t, types.AUDIT_RESULT_UNOPPOSED, f.task(id).Audit.Result)
	require.Zero(t, f.books.get(f.ctx, "locked"))
	require.EqualValues(t, 1, f.books.get(f.ctx, "told/"+id))
	require.EqualValues(t, 1, f.books.get(f.ctx, "settled/"+id), "once")
	res, err = keeper.NewQueryServer(f.k).Result(f.ctx, &types.QueryResultRequest{Id: id})
	require.NoError(t, err)
	require.True(t, res.Final)
	f.check()
}

// TestChallengedLie: a bond calls the court; the liars pay, the bond comes back, and what is left funds the audits.
func TestChallengedLie(t *testing.T) {
	f := newFixture(t, 20)
	f.setParams(func(p *types.Params) { p.ChallengeBond = 100 })
	id := f.open(1, audits)[0]
	f.accept(wrong, id)
	seats := uint64(len(f.task(id).Seats))
	_, err := f.challenge(id, "checker", 99)
	require.ErrorIs(t, err, types.ErrBond)
	require.ErrorContains(t, err, "max_bond: got 99 ucred, expected at least 100")
	require.Zero(t, f.coins("checker"))
	bond, err := f.challenge(id, "checker", 100)
	require.NoError(t, err)
	require.EqualValues(t, 100, bond)
	require.EqualValues(t, -100, f.coins("checker"))
	_, err = f.challenge(id, "another", 100)
	require.ErrorIs(t, err, types.ErrAlready)
	f.end()
	require.Equal(t, types.PHASE_COURT_COMMIT, f.task(id).Phase)
	require.Equal(t, types.STATE_COURT, f.task(id).Phase.State())
	f.check()
	f.begin()
	f.close(right, id)

	task := f.task(id)
	require.Equal(t, types.AUDIT_RESULT_OVERTURNED, task.Audit.Result)
	require.Equal(t, types.OutcomeFromPoco(wrong), task.Audit.Answer)
	require.Equal(t, types.OutcomeFromPoco(right), *task.Verdict)
	require.True(t, task.ByCourt)
	require.Zero(t, f.coins("checker"), "the bond came back")
	require.EqualValues(t, seats*1_000, f.books.get(f.ctx, "slashed"))
	res, err := keeper.NewQueryServer(f.k).Audits(f.ctx, &types.QueryAuditsRequest{})
	require.NoError(t, err)
	require.EqualValues(t, seats*1_000-4*10-150, res.Budget, "what the court (4 at 10) and the requester (its value, 150) left")
	require.Equal(t, []types.AuditCount{{Cause: types.AUDIT_CAUSE_CHALLENGE, Called: 1, Overturned: 1, Pairs: btoi(seats == 2), PairsOverturned: btoi(seats == 2)}}, res.Counts)
	require.EqualValues(t, 1_000_000, res.ErrorsPpm, "only the patrol's audits are drawn at random")
	f.check()
}

func btoi(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// TestChallengedTruth: the bond pays the court.
func TestChallengedTruth(t *testing.T) {
	f := newFixture(t, 20)
	f.setParams(func(p *types.Params) { p.ChallengeBond = 100 })
	id := f.open(1, audits)[0]
	f.accept(right, id)
	_, err := f.challenge(id, "checker", 1_000)
	require.NoError(t, err)
	f.end()
	f.begin()
	f.close(right, id)
	require.Equal(t, types.AUDIT_RESULT_UPHELD, f.task(id).Audit.Result)
	require.EqualValues(t, -100, f.coins("checker"))
	require.EqualValues(t, 10, f.coins("operator of val-0"))
	require.Zero(t, f.books.get(f.ctx, "slashed"))
	res, err := keeper.NewQueryServer(f.k).Audits(f.ctx, &types.QueryAuditsRequest{})
	require.NoError(t, err)
	require.EqualValues(t, 60, res.Budget)
	f.check()
}

// TestConvictionsAreFollowed: a conviction sends the other answers of the organisation to the court when their windows end,
// paid by what the convicted lost. Answers of others, and of tasks opened later, are left alone.
func TestConvictionsAreFollowed(t *testing.T) {
	f := newFixture(t, 4)
	f.setParams(func(p *types.Params) { p.PatrolPerMille, p.CourtSlots = 0, 100 })
	ids := f.open(8, audits)
	f.accept(wrong, ids...)
	_, err := f.challenge(ids[0], "checker", 1_000)
	require.NoError(t, err)
	f.end()
	f.begin()
	f.close(right, ids[0])
	convicted := map[string]bool{}
	for _, s := range f.task(ids[0]).Seats {
		convicted[s.Organisation] = true
	}
	require.Less(t, len(convicted), 4)
	f.close(right, ids...)
	later := f.open(4, audits)
	f.accept(right, later...)
	f.close(right, later...)
	followed, spared := 0, 0
	for _, id := range ids[1:] {
		task, signed := f.task(id), false
		for _, s := range task.Seats {
			signed = signed || convicted[s.Organisation]
		}
		if signed {
			followed++
			require.Equal(t, types.AUDIT_CAUSE_CONVICTION, task.Audit.Cause)
			require.Equal(t, types.AUDIT_RESULT_OVERTURNED, task.Audit.Result)
			require.EqualValues(t, 40, task.Audit.Bond, "set aside of what the convicted lost")
		} else {
			spared++
		}
	}
	require.Positive(t, followed)
	t.Logf("%d followed, %d of others", followed, spared)
	for _, id := range later {
		require.Equal(t, types.AUDIT_RESULT_UNOPPOSED, f.task(id).Audit.Result)
	}
	require.Zero(t, f.books.get(f.ctx, "locked"))
	f.check()
}

// TestPatrol: the seed of the height at which the window ends draws, whatever block the task is processed in.
func TestPatrol(t *testing.T) {
	f := newFixture(t, 20)
	f.setParams(func(p *types.Params) { p.PatrolPerMille, p.CourtSlots = 500, 100 })
	ids := f.open(12, audits)
	f.accept(right, ids...)
	want := map[string]types.AuditCause{}
	for _, id := range ids {
		raw, err := types.ParseID(id)
		require.NoError(t, err)
		seed, err := beacon{}.SeedAt(f.ctx, f.task(id).Audit.End)
		require.NoError(t, err)
		if poco.DrawPatrol(seed, raw, 500) {
			want[id] = types.AUDIT_CAUSE_PATROL
		}
	}
	require.Greater(t, len(want), 1)
	require.Less(t, len(want), len(ids)-1)
	f.setParams(func(p *types.Params) { p.DuePerBlock = 1 }) // they are carried over to later blocks, with other seeds
	f.close(right, ids...)
	for _, id := range ids {
		require.Equal(t, want[id], f.task(id).Audit.Cause)
	}
	res, err := keeper.NewQueryServer(f.k).Audits(f.ctx, &types.QueryAuditsRequest{})
	require.NoError(t, err)
	require.EqualValues(t, len(want), res.Counts[0].Upheld)
	require.Equal(t, poco.BoundErrors(uint64(len(want)), 0), res.ErrorsPpm)
	require.EqualValues(t, 200_000, res.AssumedPpm)
	f.check()
}

// TestAuditsOverAnExport: tasks under audit, challenged and before the court are the same after an import, with their bonds.
func TestAuditsOverAnExport(t *testing.T) {
	f := newFixture(t, 20)
	f.setParams(func(p *types.Params) { p.PatrolPerMille, p.CourtSlots, p.ChallengeBond = 0, 1, 100 })
	ids := f.open(4, audits)
	f.accept(wrong, ids...)
	for _, id := range ids[:3] { // one is judged, one is before the court, one waits for it; the last is under audit
		_, err := f.challenge(id, "checker", 1_000)
		require.NoError(t, err)
		f.end()
		f.begin()
		if id == ids[0] {
			f.close(right, id)
		}
	}
	g, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())
	require.NotEmpty(t, g.Convicted)
	require.NotEmpty(t, g.AuditCounts)
	require.NotZero(t, g.AuditBudget)

	other := newFixture(t, 20)
	other.books.add(other.ctx, purseOf+types.ModuleName, int64(f.books.get(f.ctx, purseOf+types.ModuleName)))
	require.NoError(t, other.k.InitGenesis(other.ctx, *g))
	again, err := other.k.ExportGenesis(other.ctx)
	require.NoError(t, err)
	require.Equal(t, g, again)
	require.Equal(t, indexes(t, f), indexes(t, other))
	require.NoError(t, other.k.CheckInvariants(other.ctx))

	poor := newFixture(t, 20)
	require.ErrorContains(t, poor.k.InitGenesis(poor.ctx, *g), "more than the balance")
	for _, tc := range []struct {
		name   string
		spoil  func(*types.GenesisState)
		expErr string
	}{
		{"an audit without an answer", func(g *types.GenesisState) { g.Tasks[0].Audit, g.Tasks[0].Phase = nil, types.PHASE_AUDIT }, "without an accepted answer"},
		{"an ending too early", func(g *types.GenesisState) { g.Tasks[0].Audit, g.Tasks[0].Phase = nil, types.PHASE_FIRST }, "expected PHASE_DONE"},
		{"an audit with a cause that is none", func(g *types.GenesisState) {
			audit := *g.Tasks[0].Audit // the task's record is shared
			audit.Cause, g.Tasks[0].Audit = 9, &audit
		}, "the cause 9"},
		{"convicted twice", func(g *types.GenesisState) { g.Convicted = append(g.Convicted, g.Convicted[0]) }, "convicted:"},
		{"a count without a cause", func(g *types.GenesisState) { g.AuditCounts[0].Cause = 0 }, "audit_counts:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g, err := f.k.ExportGenesis(f.ctx)
			require.NoError(t, err)
			tc.spoil(g)
			require.ErrorContains(t, g.Validate(), tc.expErr)
		})
	}
}

// TestManyAuditsCostNothing: a block costs the same however many answers are under audit.
func TestManyAuditsCostNothing(t *testing.T) {
	idle := map[uint64][2]int{}
	for _, n := range []uint64{5, 50} {
		f := newFixture(t, 20)
		ids := f.open(n, audits)
		f.accept(right, ids...)
		f.end()
		f.begin()
		f.save()
		idle[n] = f.cost()
	}
	require.Equal(t, idle[5], idle[50])
	require.Zero(t, idle[5][1], "an idle block writes nothing")
}

// TestABrokenAuditFreesAll: an audit that the chain cannot process gives stakes and bond back.
func TestABrokenAuditFreesAll(t *testing.T) {
	f := newFixture(t, 20)
	f.setParams(func(p *types.Params) { p.ChallengeBond = 100 })
	id := f.open(1, audits)[0]
	f.accept(right, id)
	_, err := f.challenge(id, "checker", 1_000)
	require.NoError(t, err)
	failed := false
	f.books.fail = func(call, what string) error {
		if call == "workers.SettleHeld" && !failed {
			failed = true
			panic("it cannot be")
		}
		return nil
	}
	f.end()
	f.begin()
	f.close(right, id)
	require.True(t, failed)
	require.Equal(t, types.AUDIT_RESULT_UNDECIDED, f.task(id).Audit.Result)
	require.Zero(t, f.coins("checker"))
	require.Zero(t, f.books.get(f.ctx, "locked"))
	f.check()
}

// TestPatrolOfALostSeed: only a seed that is kept no more is replaced, by the block's own. Where the beacon fails otherwise, no other
// draw is made in its place: the task ends with everybody whole, and no court.
func TestPatrolOfALostSeed(t *testing.T) {
	for _, tc := range []struct {
		lost   error
		cause  types.AuditCause
		result types.AuditResult
	}{
		{nil, types.AUDIT_CAUSE_PATROL, types.AUDIT_RESULT_UPHELD},
		{beacontypes.ErrNoSeed.Wrap("height 7"), types.AUDIT_CAUSE_PATROL, types.AUDIT_RESULT_UPHELD},
		{errors.New("the store cannot be read"), types.AUDIT_CAUSE_UNSPECIFIED, types.AUDIT_RESULT_UNDECIDED},
	} {
		f := newFixture(t, 20)
		f.setParams(func(p *types.Params) { p.PatrolPerMille = 1_000 })
		id := f.open(1, audits)[0]
		f.accept(right, id)
		f.seedLost = tc.lost
		f.close(right, id)
		require.Equal(t, tc.cause, f.task(id).Audit.Cause, "%v", tc.lost)
		require.Equal(t, tc.result, f.task(id).Audit.Result, "%v", tc.lost)
		require.Zero(t, f.books.get(f.ctx, "locked"))
	}
}
