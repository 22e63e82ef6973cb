package scenario

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// accepted requests a task whose answer can be challenged for some blocks, and has its worker give this answer with the attestation of its
// enclave. The argument who names the worker that must be drawn; "" takes any worker.
func (a *attested) accepted(who string, o poco.Outcome) taskstypes.Task {
	a.T.Helper()
	return a.acceptedFor(20, who, o)
}

func (a *attested) acceptedFor(blocks int64, who string, o poco.Outcome) taskstypes.Task {
	a.T.Helper()
	for {
		id := a.Submit(a.PayWork(markettypes.Job{
			App: testutil.Provider + "/sealed:1", Policy: poco.PolicyAttested, Trust: 10, FuelLimit: 1 << 20, Args: []string{"7"}, AuditBlocks: blocks,
		}, 60))[0]
		t := a.Task(id)
		require.Equal(a.T, taskstypes.PHASE_FIRST, t.Phase)
		answer := o
		other := who != "" && t.Seats[0].Who != who
		if other {
			answer = testutil.Truth
		}
		key, reveal := a.toReveal(t, answer, a.word(t, a.sessions[t.Seats[0].Who], answer, nil))
		a.Deliver(key, reveal)
		a.untilPhase(id, taskstypes.PHASE_AUDIT)
		if !other {
			return a.Task(id)
		}
	}
}

// untilPhase makes blocks until a task is in a phase.
func (a *attested) untilPhase(id string, phase taskstypes.Phase) {
	a.T.Helper()
	for range 300 {
		if a.Task(id).Phase == phase {
			return
		}
		a.Next()
	}
	require.Equal(a.T, phase, a.Task(id).Phase)
}

// challenge calls the court on an answer and has its seats find the given outcomes. It returns the task once it is final.
func (a *attested) challenge(t taskstypes.Task, found ...poco.Outcome) taskstypes.Task {
	a.T.Helper()
	from := a.Actor("stranger")
	a.Deliver(from, &taskstypes.MsgChallenge{Challenger: from.String(), Task: t.Id, MaxBond: 1 << 40})
	return a.judge(t, found...)
}

// judge has the court's seats find the given outcomes, assigned to the seats in turn, until a task is final.
func (a *attested) judge(t taskstypes.Task, found ...poco.Outcome) taskstypes.Task {
	a.T.Helper()
	for range 120 {
		if end := a.Task(t.Id); end.Final() {
			a.CheckBooks()
			return end
		}
		a.QueueWork(t.Id, func(now taskstypes.Task, seat taskstypes.Seat, _ taskstypes.Bench) (poco.Outcome, bool) {
			i := slices.IndexFunc(now.Court, func(s taskstypes.Seat) bool { return s.Who == seat.Who })
			return found[i%len(found)], true
		})
		a.Next()
	}
	require.Fail(a.T, "the answer does not become final")
	return taskstypes.Task{}
}

func (a *attested) isFrozen(subject string) bool {
	a.T.Helper()
	res, err := enclavestypes.NewQueryClient(a.Conn()).Freeze(a.Ctx(), &enclavestypes.QueryFreezeRequest{Subject: subject})
	require.NoError(a.T, err)
	return res.Freeze != nil
}

func (a *attested) locked(who string) uint64 {
	a.T.Helper()
	w, err := app.WorkersKeeper(a.App).GetWorker(a.Ctx(), who)
	require.NoError(a.T, err)
	return w.Locked
}

// TestLyingEnclave: an enclave signs a lie, which is accepted and paid for. A challenge brings the court, which finds the truth. The worker
// loses its stake, which pays the court and the requester. Its machine is no longer trusted. The image stays, because one machine says
// nothing about the others that run it. When a machine of a second organisation is found wrong, the image is removed too.
func TestLyingEnclave(t *testing.T) {
	a := newAttested(t, 5, nil)
	task := a.accepted("", testutil.Lie)
	who := task.Seats[0].Who
	require.Equal(t, testutil.Lie.Digest, a.verdict(task).Digest)
	require.Equal(t, a.listed, task.Enclave.Measurement)
	require.EqualValues(t, 1000, a.locked(who), "the stake stands for the answer")
	requester := a.Balance(a.Org(testutil.Requester).Member().Addr)

	end := a.challenge(task, testutil.Truth)
	require.Equal(t, taskstypes.AUDIT_RESULT_OVERTURNED, end.Audit.Result)
	require.Equal(t, testutil.Truth.Digest, a.verdict(end).Digest)
	require.Equal(t, "WRONG", end.Audit.Settlement.Seats[0].Fault)
	require.EqualValues(t, 1000, end.Audit.Settlement.Seats[0].Slash)
	require.Equal(t, requester+60, a.Balance(a.Org(testutil.Requester).Member().Addr), "the value at risk, out of the stake")
	require.Zero(t, a.locked(who))
	require.True(t, a.isFrozen(task.Enclave.Machine))
	require.False(t, a.isFrozen(a.listed))
	a.Refuse(a.Key(who), enclavestypes.ErrFrozen, a.registration(who, a.sessions[who]))
	require.Empty(t, a.audits().Counts, "the error debt takes no notice")

	again := a.accepted("", testutil.Lie)
	require.NotEqual(t, who, again.Seats[0].Who, "its organisation cools down")
	require.Equal(t, taskstypes.AUDIT_RESULT_OVERTURNED, a.challenge(again, testutil.Truth).Audit.Result)
	require.True(t, a.isFrozen(again.Enclave.Machine))
	require.True(t, a.isFrozen(a.listed), "two organisations")
	a.refuseRequest("sealed", poco.PolicyAttested, enclavestypes.ErrFrozen)
	require.Equal(t, a.AppHash(), a.Replay(), "another node reaches the same state")
}

func (a *attested) verdict(t taskstypes.Task) poco.Outcome {
	a.T.Helper()
	o, err := t.Verdict.ToPoco()
	require.NoError(a.T, err)
	return o
}

func (a *attested) audits() *taskstypes.QueryAuditsResponse {
	a.T.Helper()
	res, err := taskstypes.NewQueryClient(a.Conn()).Audits(a.Ctx(), &taskstypes.QueryAuditsRequest{})
	require.NoError(a.T, err)
	return res
}

// TestVerdictsThatFreezeNoImage: somebody wants an image frozen that others run too, and lies with machines of two organisations. In a pool
// whose stakes are less than the bond of a challenge, that would cost next to nothing: the verdicts freeze its machines alone. The same holds for
// verdicts that are further apart than the window in which convictions count together.
func TestVerdictsThatFreezeNoImage(t *testing.T) {
	for name, change := range map[string]func(*taskstypes.Params){
		"small stakes": func(p *taskstypes.Params) { p.ChallengeBond = 1001 },
		"far apart":    func(p *taskstypes.Params) { p.AppWindowBlocks = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			a := newAttested(t, 5, nil, testutil.WithParams(change, nil, nil))
			for range 2 {
				task := a.accepted("", testutil.Lie)
				require.Equal(t, taskstypes.AUDIT_RESULT_OVERTURNED, a.challenge(task, testutil.Truth).Audit.Result)
				require.True(t, a.isFrozen(task.Enclave.Machine))
			}
			require.False(t, a.isFrozen(a.listed))
			require.Equal(t, a.AppHash(), a.Replay(), "another node reaches the same state")
		})
	}
}

// TestHonestEnclaveUnderAudit: a court that finds the same answer is paid from the bond. A court can also find no answer, because it has no
// input or because its seats contradict each other. It costs the worker nothing either. The worker's stake is free, and its machine stays
// valid.
func TestHonestEnclaveUnderAudit(t *testing.T) {
	for name, c := range map[string]struct {
		found poco.Outcome
		want  taskstypes.AuditResult
	}{
		"the same":             {testutil.Truth, taskstypes.AUDIT_RESULT_UPHELD},
		"the input is hidden":  {poco.Outcome{Kind: poco.KindInputUnavailable}, taskstypes.AUDIT_RESULT_NO_ANSWER},
		"the court has no way": {poco.Outcome{Kind: poco.KindAbstain}, taskstypes.AUDIT_RESULT_NO_ANSWER},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAttested(t, 5, nil)
			task := a.accepted("", testutil.Truth)
			owner := a.Balance(a.Org(task.Seats[0].Organisation).Member().Addr)
			end := a.challenge(task, c.found)
			require.Equal(t, c.want, end.Audit.Result)
			require.Equal(t, testutil.Truth.Digest, a.verdict(end).Digest)
			require.Equal(t, "NONE", end.Audit.Settlement.Seats[0].Fault)
			require.Zero(t, end.Audit.Settlement.Seats[0].Slash)
			require.Len(t, end.Audit.Settlement.Payments, 4, "each seat of the court")
			for _, p := range end.Audit.Settlement.Payments {
				require.Equal(t, []any{"COURT", "bond"}, []any{p.Party, p.Source})
			}
			require.Zero(t, a.locked(task.Seats[0].Who))
			require.Equal(t, owner, a.Balance(a.Org(task.Seats[0].Organisation).Member().Addr), "it keeps what it was paid")
			require.False(t, a.isFrozen(task.Enclave.Machine))
		})
	}
}

// TestNoFreeCourtOfEnclaves: one party requests an answer over its own input and challenges it. It serves the input to half of the court, so
// that no two thirds agree. Each time it pays the whole court from its bond, and the rest of the bond comes back.
func TestNoFreeCourtOfEnclaves(t *testing.T) {
	a := newAttested(t, 5, nil)
	for range 2 {
		task := a.accepted("", testutil.Truth)
		before := a.Balance(a.Actor("stranger").Addr)
		end := a.challenge(task, testutil.Truth, poco.Outcome{Kind: poco.KindInputUnavailable})
		require.Equal(t, taskstypes.AUDIT_RESULT_NO_ANSWER, end.Audit.Result)
		require.Len(t, end.Audit.Settlement.Payments, 4, "each seat of the court")
		var fees uint64
		for _, pay := range end.Audit.Settlement.Payments {
			fees += pay.Amount
		}
		require.Equal(t, end.Audit.Bond, fees+end.Audit.Settlement.BondBack)
		require.Positive(t, fees)
		require.LessOrEqual(t, a.Balance(a.Actor("stranger").Addr)+int64(fees), before)
		require.Zero(t, end.Audit.Settlement.Seats[0].Slash, "the worker owes no inputs")
		require.Equal(t, testutil.Truth.Digest, a.verdict(end).Digest)
	}
}

// TestConvictedEnclaveCallsNoCourt: a verdict against one answer does not send the organisation's other answers to the court, because their
// inputs may be for enclaves alone. The other answers can still be challenged.
func TestConvictedEnclaveCallsNoCourt(t *testing.T) {
	a := newAttested(t, 5, nil, testutil.WithParams(func(p *taskstypes.Params) { p.PatrolPerMille = 0 }, nil, nil))
	first := a.acceptedFor(200, "", testutil.Truth)
	other := a.acceptedFor(200, first.Seats[0].Who, testutil.Lie)
	lie := a.accepted(first.Seats[0].Who, testutil.Lie)
	require.Equal(t, taskstypes.AUDIT_RESULT_OVERTURNED, a.challenge(lie, testutil.Truth).Audit.Result)
	require.Equal(t, taskstypes.AUDIT_RESULT_OVERTURNED, a.challenge(other, testutil.Truth).Audit.Result)
	require.Equal(t, taskstypes.PHASE_AUDIT, a.Task(first.Id).Phase)
	budget := a.audits().Budget
	require.Positive(t, budget)
	a.untilPhase(first.Id, taskstypes.PHASE_DONE)
	require.Equal(t, taskstypes.AUDIT_RESULT_UNOPPOSED, a.Task(first.Id).Audit.Result)
	require.Equal(t, budget, a.audits().Budget)
}

// TestConvictedIsNotExcused: a worker has committed to another answer. It signs one lie and challenges the lie itself, so that the verdict
// freezes its machine. It cannot show the other answer, and loses that stake too.
func TestConvictedIsNotExcused(t *testing.T) {
	a := newAttested(t, 60, nil)
	lie := a.acceptedFor(200, "", testutil.Lie)
	who := lie.Seats[0].Who
	task := a.ask("sealed")
	for task.Seats[0].Who != who {
		task = a.ask("sealed")
	}
	key, reveal := a.toReveal(task, testutil.Truth, a.word(task, a.sessions[who], testutil.Truth, nil))
	require.Equal(t, taskstypes.AUDIT_RESULT_OVERTURNED, a.challenge(lie, testutil.Truth).Audit.Result)
	require.Contains(t, a.Refuse(key, taskstypes.ErrEvidence, reveal).Log, enclavestypes.ErrFrozen.Error())
	end := a.untilEnded(task.Id)
	require.Equal(t, taskstypes.ENDING_UNDECIDED, end.Ending)
	require.Equal(t, "UNREVEALED", end.Settlement.Seats[0].Fault)
	require.EqualValues(t, 1000, end.Settlement.Seats[0].Slash)
}

// TestPatrolOfEnclaves: the lottery draws accepted answers of enclaves too, if the audit budget can pay the whole court. Seats freeze the
// image while the court runs an answer. The answer is still judged, because it was accepted.
func TestPatrolOfEnclaves(t *testing.T) {
	a := newAttested(t, 5, nil, testutil.WithParams(func(p *taskstypes.Params) { p.PatrolPerMille = 1000 }, nil, nil))
	unpaid := a.accepted("", testutil.Lie)
	require.Zero(t, a.audits().Budget)
	a.untilPhase(unpaid.Id, taskstypes.PHASE_DONE)
	require.Equal(t, taskstypes.AUDIT_RESULT_UNOPPOSED, a.Task(unpaid.Id).Audit.Result, "nothing would pay the court")
	a.challenge(a.accepted("", testutil.Lie), testutil.Truth)
	require.Positive(t, a.audits().Budget)
	task := a.accepted("", testutil.Lie)
	a.untilPhase(task.Id, taskstypes.PHASE_COURT_COMMIT)
	require.Equal(t, taskstypes.AUDIT_CAUSE_PATROL, a.Task(task.Id).Audit.Cause)
	a.freeze(a.listed)
	end := a.judge(task, testutil.Truth)
	require.Equal(t, taskstypes.AUDIT_RESULT_OVERTURNED, end.Audit.Result)
	require.EqualValues(t, 1000, end.Audit.Settlement.Seats[0].Slash)
	require.True(t, a.isFrozen(task.Enclave.Machine))
}
