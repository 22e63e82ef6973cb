package poco

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkAudit checks the laws of a settled audit.
func (p *play) checkAudit() {
	audit := p.task.Audit
	judged := p.end.Ending == EndAccepted && !p.end.ByCourt && p.task.Terms.AuditBlocks > 0 && p.task.Terms.policyRules().Court != CourtNever
	require.Equal(p.t, judged, p.final != nil, "answers of replicas, and no others, are under audit")
	if p.final == nil {
		require.Zero(p.t, audit)
		return
	}
	s := *p.final
	require.Equal(p.t, audit.Result, s.Result)
	require.Equal(p.t, audit.Answer, p.end.Verdict)
	require.Equal(p.t, total(s.FromStake), slashes(s.Seats), "stake")
	require.Equal(p.t, audit.Bond, total(s.FromBond)+s.BondBack+s.BondKept, "bond")
	if asked := p.asked; asked != nil {
		require.Equal(p.t, audit.Bytes, asked.Result)
		require.Equal(p.t, total(asked.FromStake), slashes(asked.Seats), "stake")
		require.Equal(p.t, asked.Result == AuditUnserved, len(asked.Seats) > 0)
		for _, e := range asked.Seats {
			require.Equal(p.t, audit.Taken, e.Slash)
			require.Equal(p.t, FaultWithheld, e.Fault)
		}
		if asked.Result == AuditUnserved {
			require.Empty(p.t, asked.FromBond, "the bond comes back")
		}
	}
	switch s.Result {
	case AuditOverturned:
		require.NotEqual(p.t, audit.Answer, p.task.Verdict)
		require.True(p.t, p.task.Verdict.Kind.IsAnswer())
		require.Equal(p.t, audit.Bond, s.BondBack)
	case AuditUnserved:
		require.Equal(p.t, audit.Bond, s.BondBack)
		require.Equal(p.t, audit.Answer, p.task.Verdict, "the answer stands")
		for _, e := range s.Seats {
			require.Equal(p.t, FaultUnserved, e.Fault)
			require.Equal(p.t, min(p.task.Terms.Stake-audit.Taken, p.task.courtCost()), e.Slash)
		}
	case AuditUpheld, AuditNoAnswer:
		if s.Result == AuditUpheld || p.task.owesInputs() {
			require.Zero(p.t, s.BondBack, "a court that found nothing wrong is paid by the bond")
		}
		fallthrough
	default:
		require.Equal(p.t, audit.Answer, p.task.Verdict, "the answer stands")
		require.Zero(p.t, slashes(s.Seats), "nobody is slashed unless the answer is overturned")
	}
	require.Equal(p.t, audit.Cause == AuditNone, s.Result == AuditUnopposed || p.broke())
	for _, pay := range s.FromStake {
		if pay.Party == PartyRequester {
			require.LessOrEqual(p.t, pay.Amount, p.task.Terms.Value)
			require.LessOrEqual(p.t, 2*pay.Amount, slashes(s.Seats), "a requester that owns its liars loses something")
		}
	}
}

// broke says whether the chain gave up the task before the court was requested.
func (p *play) broke() bool {
	return p.final.Result == AuditUndecided && p.task.Audit.Cause == AuditNone
}

func slashes(ends []SeatEnd) (sum uint64) {
	for _, e := range ends {
		sum += e.Slash
	}
	return sum
}

// audited plays a task up to the audit of an answer that three replicas gave.
func audited(t *testing.T, answer Outcome, change ...func(*Terms)) *play {
	terms := testTerms()
	terms.AuditBlocks = 20
	for _, c := range change {
		c(&terms)
	}
	p := newPlay(t, terms)
	p.toReveal(answer, answer, answer)
	p.revealAll(BenchWorkers)
	require.Equal(t, PhaseAudit, p.task.Phase)
	require.Equal(t, EndAccepted, p.task.Ending)
	return p
}

// TestAnswersUnderAudit: the escrow is paid when the answer is accepted. The stakes stay locked until the answer is final.
func TestAnswersUnderAudit(t *testing.T) {
	p := audited(t, truth)
	require.Len(t, p.end.FromEscrow, 4)
	require.Len(t, p.held, 3, "stakes stay locked")
	require.Len(t, p.resolved, 1, "the ledgers do not wait")
	require.Equal(t, p.height+20, p.task.Deadline)
	p.due(p.task.Deadline - 1)
	require.Equal(t, PhaseAudit, p.task.Phase)
	p.due(p.task.Deadline)
	require.Equal(t, AuditUnopposed, p.final.Result)
	require.Len(t, p.resolved, 1)
	p.checkEnd()
}

// TestNoAudit: an answer of the court is final at once. An answer under terms without an audit window or without a court is final at once
// too.
func TestNoAudit(t *testing.T) {
	terms := testTerms()
	terms.AuditBlocks = 20
	p := newPlay(t, terms)
	p.toReveal(lie, truth, truth)
	p.revealAll(BenchWorkers)
	p.courtSays(truth, truth, truth, truth)
	require.True(t, p.task.ByCourt)
	p.checkEnd()
	require.Contains(t, p.end.FromStake, Pay{PartyAudits, "", 768}, "what would be burnt pays for audits of the convicted's other answers")
	require.Zero(t, p.end.Burn)

	terms.Policy = PolicyQuorum
	p = newPlay(t, terms)
	p.toReveal(truth, truth, truth)
	p.revealAll(BenchWorkers)
	p.checkEnd()
}

// TestChallenge plays every end of a challenge. There are four seats at 10, a bond of 100, stakes of 1,000 and a value of 300.
func TestChallenge(t *testing.T) {
	court := func(amount uint64, n int) (pays []Pay) {
		for _, who := range []string{"v1", "v2", "v3", "v4"}[:n] {
			pays = append(pays, Pay{PartyCourt, who, amount})
		}
		return pays
	}
	for _, tc := range []struct {
		name    string
		answer  Outcome
		court   []Outcome
		result  AuditResult
		verdict Outcome
		stake   []Pay
		bond    []Pay
		back    uint64
		kept    uint64
		wrong   []string
		silent  []string
		flag    bool
	}{
		{
			name: "overturned: the liars pay the court, the requester and the audits", answer: lie, court: []Outcome{truth, truth, truth, truth},
			result: AuditOverturned, verdict: truth, stake: append(court(10, 4), Pay{PartyRequester, "requester", 300}, Pay{PartyAudits, "", 2_660}), back: 100,
		},
		{
			name: "overturned to a failure", answer: truth, court: []Outcome{failing, failing, failing, truth},
			result: AuditOverturned, verdict: failing, stake: append(court(10, 3), Pay{PartyRequester, "requester", 300}, Pay{PartyAudits, "", 2_670}), back: 100, wrong: []string{"v4"},
		},
		{
			name: "upheld: the bond pays the court and the audits", answer: truth, court: []Outcome{truth, truth, truth, lie},
			result: AuditUpheld, verdict: truth, bond: court(10, 3), kept: 70, wrong: []string{"v4"},
		},
		{
			name:   "no input any more: the answer stands, those who owe it pay the court, the bond comes back",
			answer: lie, court: []Outcome{noInput, noInput, noInput, noInput},
			result: AuditUnserved, verdict: lie, stake: append(court(10, 4), Pay{PartyAudits, "", 80}), back: 100,
		},
		{
			name: "half of the court has no input", answer: lie, court: []Outcome{truth, truth, noInput, noInput},
			result: AuditUnserved, verdict: lie, stake: append(court(10, 4), Pay{PartyAudits, "", 80}), back: 100,
		},
		{
			name: "the court has no time: the answer stands, the bond pays it", answer: truth, court: []Outcome{abstain, abstain, abstain, abstain},
			result: AuditNoAnswer, verdict: truth, bond: court(10, 4), kept: 60,
		},
		{
			name: "no two thirds: the answer stands, the bond comes back, the app is flagged", answer: truth, court: []Outcome{truth, truth, lie, lie},
			result: AuditUndecided, verdict: truth, back: 100, flag: true,
		},
		{
			name: "silence: the answer stands, the bond comes back", answer: truth, court: []Outcome{truth, truth, {}, {}},
			result: AuditUndecided, verdict: truth, back: 100, // the silences were recorded when the court was given up
		},
		{
			name: "one is silent", answer: truth, court: []Outcome{truth, truth, truth, {}},
			result: AuditUpheld, verdict: truth, bond: court(10, 3), kept: 70, silent: []string{"v4"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := audited(t, tc.answer)
			require.NoError(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 100}))
			require.ErrorIs(t, p.user(Challenged{Height: p.height, By: "another", Bond: 100}), ErrAlready, "the court looks at a task once")
			p.due(p.height)
			p.courtSays(tc.court...)
			p.checkEnd()
			s := *p.final
			require.Equal(t, tc.result, s.Result)
			require.Equal(t, tc.verdict, p.task.Verdict)
			require.Equal(t, EndAccepted, p.task.Ending)
			require.Equal(t, tc.result == AuditOverturned || tc.result == AuditUpheld, p.task.ByCourt)
			require.Equal(t, tc.stake, s.FromStake)
			require.Equal(t, tc.bond, s.FromBond)
			require.Equal(t, []uint64{tc.back, tc.kept}, []uint64{s.BondBack, s.BondKept})
			require.Equal(t, tc.wrong, s.CourtWrong)
			require.Equal(t, tc.silent, s.CourtSilent)
			require.Equal(t, tc.flag, s.FlagApp)
			require.Len(t, p.resolved, 1, "the ledgers were told when it was accepted")
			for _, e := range s.Seats {
				require.Equal(t, tc.result == AuditOverturned, e.Fault == FaultWrong)
				require.Equal(t, tc.result != AuditOverturned, e.Right)
			}
		})
	}
}

// TestRestitutionOfAnOverturnedAnswer: a requester owns the liars of its task. It loses half of what the court leaves of their stakes,
// whatever value is at risk.
func TestRestitutionOfAnOverturnedAnswer(t *testing.T) {
	p := audited(t, lie, func(t *Terms) { t.Value = 1 << 40 })
	require.NoError(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 40}))
	p.due(p.height)
	p.courtSays(truth, truth, truth, truth)
	require.Contains(t, p.final.FromStake, Pay{PartyRequester, "requester", (3_000 - 40) / 2})
	require.Contains(t, p.final.FromStake, Pay{PartyAudits, "", (3_000 - 40) / 2})
	p.checkEnd()
}

// TestWhenItCanBeChallenged: a challenge is taken within the window, its last block included, and neither before nor after.
func TestWhenItCanBeChallenged(t *testing.T) {
	p := newPlay(t, testTerms())
	require.ErrorIs(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 1}), ErrWrongPhase)
	p = audited(t, truth)
	end := p.task.Audit.End
	require.ErrorIs(t, p.user(Challenged{Height: end, By: "stranger", Bond: 1}), ErrWindowClosed)
	require.NoError(t, p.user(Challenged{Height: end - 1, By: "stranger", Bond: 1}))
	p.height = end - 1
	p.due(p.height)
	require.Equal(t, PhaseCourtCommit, p.task.Phase)
	// The window would be over two blocks later. A court that has begun keeps its full time.
	require.Greater(t, p.task.Deadline, end)
	require.ErrorIs(t, p.user(Challenged{Height: p.height, By: "another", Bond: 1}), ErrAlready)
}

// TestTheChainAudits: at the end of the window the chain may call the court itself. The bond comes from the audit budget, and it returns
// there when liars pay.
func TestTheChainAudits(t *testing.T) {
	for _, cause := range []AuditCause{AuditConviction, AuditPatrol} {
		p := audited(t, lie)
		p.audit = func() AuditDrawn { return AuditDrawn{Height: p.height, Cause: cause, Bond: 40} }
		p.due(p.task.Deadline)
		p.courtSays(truth, truth, truth, truth)
		p.checkEnd()
		require.Equal(t, cause, p.task.Audit.Cause)
		require.Empty(t, p.task.Audit.Challenger)
		require.Equal(t, AuditOverturned, p.final.Result)
		require.EqualValues(t, 40, p.final.BondBack)
	}
	p := audited(t, truth)
	p.audit = func() AuditDrawn { return AuditDrawn{Height: p.height, Cause: AuditPatrol, Bond: 39} }
	p.due(p.task.Deadline)
	p.courtSays(truth, truth, truth, truth)
	require.EqualValues(t, 36, total(p.final.FromBond), "as much as all can have in equal parts")
	require.EqualValues(t, 3, p.final.BondKept)
}

// TestATaskThatBreaksUnderAudit: the chain gives up a task under audit. Every stake and every bond is freed.
func TestATaskThatBreaksUnderAudit(t *testing.T) {
	p := audited(t, truth)
	require.NoError(t, p.user(Challenged{Height: p.height, By: "stranger", Bond: 100}))
	p.hook(Broke{p.height})
	require.EqualValues(t, 100, p.final.BondBack)
	require.Equal(t, EndAccepted, p.task.Ending, "it was accepted and paid")
	p.checkEnd()
}

func TestChallengeBond(t *testing.T) {
	terms := testTerms()
	require.EqualValues(t, 40, terms.ChallengeBond(4, 39))
	require.EqualValues(t, 41, terms.ChallengeBond(4, 41))
	terms.CourtFee = math.MaxUint64 / 2
	require.EqualValues(t, uint64(math.MaxUint64), terms.ChallengeBond(3, 1), "saturates")
}

// TestWhoseStakeStands: only the stakes of those who gave the accepted answer stand for it, and only where there is an audit.
func TestWhoseStakeStands(t *testing.T) {
	committed := revealedSeat("w", truth)
	committed.State = SeatCommitted
	task := Task{Audit: Audit{End: 9, Answer: truth}}
	require.True(t, task.isHeld(revealedSeat("w", truth)))
	require.False(t, task.isHeld(revealedSeat("w", lie)))
	require.False(t, task.isHeld(revealedSeat("w", abstain)))
	require.False(t, task.isHeld(committed))
	task.Audit.End = 0
	require.False(t, task.isHeld(revealedSeat("w", truth)))
}
