package scenario

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func (s *stage) ledger(key string) []string {
	l, err := taskstypes.NewQueryClient(s.chain.Conn()).Ledger(s.chain.Ctx(), &taskstypes.QueryLedgerRequest{Key: key})
	if err != nil {
		return []string{err.Error()}
	}
	return []string{fmt.Sprintf("debt %s of %s, tasks counted %d, unsettled %d, draws %d",
		l.View.Debt, l.View.Budget, l.View.Ledger.Counted, l.View.Ledger.Unsettled, l.View.Ledger.Next)}
}

// ledgerMoney prints a ledger's account in money.
func (s *stage) ledgerMoney(key string) []string {
	l, err := taskstypes.NewQueryClient(s.chain.Conn()).Ledger(s.chain.Ctx(), &taskstypes.QueryLedgerRequest{Key: key})
	require.NoError(s.t, err)
	return []string{fmt.Sprintf("charged %s of %s ucred, premiums %s", l.View.ValueDebt, l.View.ValueBudget, l.View.Premiums)}
}

// courtLine prints the tasks that wait for the court, in order.
func (s *stage) courtLine() (out []string) {
	q := taskstypes.NewQueryClient(s.chain.Conn())
	line, err := q.CourtLine(s.chain.Ctx(), &taskstypes.QueryCourtLineRequest{})
	require.NoError(s.t, err)
	for _, t := range line.Tasks {
		res, err := q.Task(s.chain.Ctx(), &taskstypes.QueryTaskRequest{Id: t.Id})
		require.NoError(s.t, err)
		out = append(out, s.short(s.chain.Named(fmt.Sprintf("%s  place %d of %d", t.Id, res.CourtPlace, res.CourtWaiting))))
	}
	return append(out, fmt.Sprintf("in session: %d", line.Courts.Sessions))
}

// money returns the wealth of every organisation: its coins, and the stakes of its workers.
func (s *stage) money() map[string]uint64 {
	out := map[string]uint64{}
	for _, org := range s.organisations() {
		out[org] = uint64(s.chain.Balance(s.chain.Actor(org).Addr))
		if strings.HasPrefix(org, "lab-") {
			w, err := app.WorkersKeeper(s.chain.App).GetWorker(s.chain.Ctx(), s.chain.WorkerKey(org).String())
			require.NoError(s.t, err)
			out[org] += w.Bonded
		}
	}
	return out
}

func (s *stage) organisations() []string {
	out := []string{testutil.Requester, testutil.Provider, testutil.Operator}
	for _, p := range s.options.More {
		out = append(out, p.ID)
	}
	for _, g := range s.options.Groups {
		out = append(out, g.Name)
	}
	out = append(out, "stranger")
	for i := range s.options.Workers {
		out = append(out, testutil.Lab(i+1))
	}
	for _, seat := range s.chain.Seats {
		out = append(out, seat.OrgID)
	}
	return out
}

// balances prints what each organisation has gained or lost since the first request, coins and bonded stake together.
func (s *stage) balances() (out []string) {
	now, sum := s.money(), int64(0)
	for _, org := range s.organisations() {
		if d := int64(now[org] - s.start[org]); d != 0 {
			out = append(out, fmt.Sprintf("%-8s %+d", org, d))
			sum += d
		}
	}
	return append(out, fmt.Sprintf("%-8s %+d", "all", sum))
}

func (s *stage) workers() (out []string) {
	for i := range s.options.Workers {
		org := testutil.Lab(i + 1)
		w, err := app.WorkersKeeper(s.chain.App).GetWorker(s.chain.Ctx(), s.chain.WorkerKey(org).String())
		require.NoError(s.t, err)
		line := fmt.Sprintf("%s bonded %d locked %d, right %d, confirmed %d", org, w.Bonded, w.Locked, w.Record.Right, w.Record.Confirmations)
		if w.Record.Wrong+w.Record.Unrevealed+w.Record.Silent+w.Record.Abstained > 0 {
			line += fmt.Sprintf(", wrong %d, unrevealed %d, silent %d, abstained %d", w.Record.Wrong, w.Record.Unrevealed, w.Record.Silent, w.Record.Abstained)
		}
		if w.Record.Score > 0 {
			line += fmt.Sprintf(", iExec score %d", w.Record.Score)
		}
		if w.Record.DisputedHeight > 0 {
			line += ", a strike pending"
		}
		if w.Cooling() {
			line += ", cooling"
		}
		if w.Jailed {
			line += ", jailed"
		}
		out = append(out, line)
	}
	return out
}

// challenge posts a bond against the task's answer.
func (s *stage) challenge(args []string) []string {
	bond, bytes := uint64(1<<40), len(args) > 1 && args[1] == "bytes"
	if len(args) > 1 && !bytes {
		bond = uint64(s.number(args[1]))
	}
	from := s.chain.Actor(args[0])
	s.chain.Queue(from, &taskstypes.MsgChallenge{Challenger: from.String(), Task: s.id(), MaxBond: bond, Bytes: bytes})
	return s.block()
}

// audits prints what courts found of accepted answers.
func (s *stage) audits() (out []string) {
	res, err := taskstypes.NewQueryClient(s.chain.Conn()).Audits(s.chain.Ctx(), &taskstypes.QueryAuditsRequest{})
	require.NoError(s.t, err)
	for _, c := range res.Counts {
		out = append(out, fmt.Sprintf("%s: called %d, upheld %d, overturned %d, no answer %d, undecided %d",
			strings.ToLower(strings.TrimPrefix(c.Cause.String(), "AUDIT_CAUSE_")), c.Called, c.Upheld, c.Overturned, c.NoAnswer, c.Undecided))
	}
	return append(out, fmt.Sprintf("budget %d; errors at most %d ppm, colluders at most %d ppm of %d assumed", res.Budget, res.ErrorsPpm, res.ColludersPpm, res.AssumedPpm))
}

// final describes how an answer became final.
func (s *stage) final(e *taskstypes.EventFinal) string {
	return fmt.Sprintf("%s  final: %s: %s", e.Task, strings.TrimPrefix(e.Audit.Result.String(), "AUDIT_RESULT_"), s.answer(*e.Verdict)) +
		auditText(e.Audit.Settlement)
}

// askedBytes describes the result of asking for an answer's bytes.
func (s *stage) askedBytes(e *taskstypes.EventBytes) string {
	return fmt.Sprintf("%s  bytes: %s, under audit below height %d", e.Task, strings.TrimPrefix(e.Result.String(), "AUDIT_RESULT_"), e.End) +
		auditText(e.Settlement)
}

// auditText describes who was paid and who lost how much when the court judged an accepted answer.
func auditText(settlement *taskstypes.AuditSettlement) (line string) {
	for _, p := range settlement.Payments {
		line += fmt.Sprintf("\n      %s pays %s %d (%s)", p.Source, p.To, p.Amount, strings.ToLower(p.Party))
	}
	if n := settlement.BondBack; n > 0 {
		line += fmt.Sprintf("\n      bond gives back %d", n)
	}
	if n := settlement.BondKept; n > 0 {
		line += fmt.Sprintf("\n      bond leaves %d to the audits", n)
	}
	for _, seat := range settlement.Seats {
		if seat.Fault != "NONE" {
			line += fmt.Sprintf("\n      %s: %s, loses %d", seat.Who, strings.ToLower(seat.Fault), seat.Slash)
		}
	}
	return line
}
