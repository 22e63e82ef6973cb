package scenario

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

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

// courtLine says who waits for the court, in which order.
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

// money is what every organisation has: coins, and what its workers have bonded.
func (s *stage) money() map[string]uint64 {
	out := map[string]uint64{}
	for _, org := range s.organisations() {
		out[org] = uint64(s.chain.Balance(s.chain.Actor(org).Addr))
		if strings.HasPrefix(org, "lab-") {
			w, err := s.chain.App.WorkersKeeper.GetWorker(s.chain.Ctx(), s.chain.WorkerKey(org).String())
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

// balances says what everyone has gained or lost since the first request, coins and bonded stake together.
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
		w, err := s.chain.App.WorkersKeeper.GetWorker(s.chain.Ctx(), s.chain.WorkerKey(org).String())
		require.NoError(s.t, err)
		line := fmt.Sprintf("%s bonded %d locked %d, right %d, confirmed %d", org, w.Bonded, w.Locked, w.Record.Right, w.Record.Confirmations)
		if w.Record.Wrong+w.Record.Unrevealed+w.Record.Silent+w.Record.Abstained > 0 {
			line += fmt.Sprintf(", wrong %d, unrevealed %d, silent %d, abstained %d", w.Record.Wrong, w.Record.Unrevealed, w.Record.Silent, w.Record.Abstained)
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
