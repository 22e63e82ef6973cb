package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// trial is the result of a task whose first worker lies, so that the court judges it.
type trial struct {
	task     taskstypes.Task
	height   int64
	balances map[string]int64             // of all accounts but those of the seats and of the flood
	stakes   map[string]uint64            // bonded by each worker
	ledgers  map[string]taskstypes.Ledger // the two ledgers of the task
	seats    int64                        // the sum of the operators' balances and of the fees that are not shared yet
	rich     int64
}

// try runs a task to its end and calls flood before each block. Its first worker lies, so that the court has to answer too. Every answer of
// workers and seats has to be in the very next block, and before all transactions of the flood.
func (s *town) try(flood func()) (out trial) {
	t := s.T
	t.Helper()
	id := s.Submit(s.Job())[0]
	lie := func(task taskstypes.Task, seat taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool) {
		if bench == taskstypes.BENCH_WORKERS && seat.Who == task.Seats[0].Who {
			return testutil.Lie, true
		}
		return testutil.Truth, true
	}
	phases := map[taskstypes.Phase]bool{}
	for range 500 {
		task := s.Task(id)
		phases[task.Phase] = true
		if task.Final() {
			break
		}
		flood()
		owed := s.owed(id, lie)
		for _, tx := range owed {
			s.taken(tx)
		}
		block := s.pool.Next()
		for i := range owed {
			require.Less(t, i, len(block), "an answer of phase %s is not in the next block", task.Phase)
			require.Contains(t, owed, block[i], "in phase %s an answer is not among the first %d of %d transactions", task.Phase, len(owed), len(block))
			require.Zero(t, s.Results()[i].Code, s.Results()[i].Log)
		}
	}
	for _, phase := range []taskstypes.Phase{taskstypes.PHASE_REVEAL, taskstypes.PHASE_COURT_COMMIT, taskstypes.PHASE_COURT_REVEAL} {
		require.True(t, phases[phase], "the flood met the task in phase %s", phase)
	}
	s.CheckBooks()
	return s.verdict(id)
}

// verdict reads the result of a task.
func (s *town) verdict(id string) trial {
	t, ctx := s.T, s.Ctx()
	out := trial{
		task: s.Task(id), height: s.Height(), balances: map[string]int64{}, stakes: map[string]uint64{}, ledgers: map[string]taskstypes.Ledger{},
		rich: s.Balance(s.Account("rich").Addr), seats: s.Balance(authtypes.NewModuleAddress(authtypes.FeeCollectorName)),
	}
	for _, seat := range s.Seats {
		out.seats += s.Balance(seat.Operator.Addr)
	}
	for _, org := range []string{testutil.Requester, testutil.Provider, testutil.Operator} {
		out.balances[org] = s.Balance(s.Org(org).Member().Addr)
	}
	for i := 1; i <= s.Options.Workers; i++ {
		lab := testutil.Lab(i)
		out.balances[lab] = s.Balance(s.Org(lab).Member().Addr)
		worker, err := app.WorkersKeeper(s.App).GetWorker(ctx, s.WorkerKey(lab).String())
		require.NoError(t, err)
		out.stakes[lab] = worker.Bonded
	}
	for _, module := range []string{"deals", "market", "tasks", "workers"} {
		out.balances[module] = s.Balance(authtypes.NewModuleAddress(module))
	}
	require.NoError(t, app.TasksKeeper(s.App).Ledgers.Walk(ctx, nil, func(key string, l taskstypes.Ledger) (bool, error) {
		out.ledgers[key] = l
		return false, nil
	}))
	return out
}

// TestFloodWhileTheCourtAnswers: a lie goes to the court under a flood. Before every block of the task's life, an account with 1 ucred
// sends free messages, a stranger answers in the place of the seats, and another account pays for whole blocks. The result equals that of a
// chain without a flood to the last ucred: the digest, all payments, the slash of the liar alone, and both ledgers. The money paid for the
// blocks has gone to the seats.
func TestFloodWhileTheCourtAnswers(t *testing.T) {
	quiet := newTown(t, nil)
	want := quiet.try(func() {})

	s := newTown(t, nil)
	pauper, stranger := s.Account("pauper"), s.Account("stranger")
	rich := s.Balance(s.Account("rich").Addr)
	for range 100 {
		s.taken(s.pays())
	}
	got := s.try(func() {
		for range 10 {
			s.taken(s.pays())
		}
		for _, id := range s.OpenTasks() {
			task := s.Task(id)
			for _, from := range []*testutil.Account{pauper, stranger} {
				for _, msg := range []sdk.Msg{
					&taskstypes.MsgDecline{Who: from.String(), Task: id, Attempt: task.Attempt, Reason: taskstypes.DECLINE_REASON_OTHER},
					s.CommitMsg(task, from.String(), taskstypes.BENCH_WORKERS, testutil.Lie),
					s.CommitMsg(task, from.String(), taskstypes.BENCH_COURT, testutil.Lie),
				} {
					for _, tx := range [][]byte{s.sign(from, taskstypes.AnswersGas(1), 0, msg), s.sign(from, testutil.TxGas, 0, msg)} {
						res, err := s.pool.Send(tx)
						require.NoError(t, err)
						require.NotZero(t, res.Code)
					}
				}
			}
		}
	})

	require.Equal(t, want.task, got.task)
	require.Equal(t, want.height, got.height, "it took no block longer")
	require.Equal(t, want.balances, got.balances)
	require.Equal(t, want.stakes, got.stakes)
	require.Equal(t, want.ledgers, got.ledgers)
	paid := rich - got.rich
	require.Positive(t, paid)
	require.Equal(t, want.seats+paid, got.seats, "the seats have the court's fees, and what the flood paid")

	require.Equal(t, taskstypes.ENDING_ACCEPTED, got.task.Ending)
	require.True(t, got.task.ByCourt)
	require.Equal(t, taskstypes.OutcomeFromPoco(testutil.Truth).Digest, got.task.Verdict.Digest)
	require.Empty(t, got.task.Settlement.CourtSilent)
	require.Empty(t, got.task.Settlement.CourtWrong)
	for i, seat := range got.task.Settlement.Seats {
		if i == 0 {
			require.Equal(t, []any{"WRONG", s.Options.PoolStake}, []any{seat.Fault, seat.Slash})
			continue
		}
		require.Equal(t, []any{"NONE", uint64(0)}, []any{seat.Fault, seat.Slash})
	}
	charged := 0
	for _, l := range got.ledgers {
		for _, b := range l.Debt {
			if b != 0 {
				charged++
				break
			}
		}
	}
	require.Equal(t, 2, charged, "the lie is charged in the ledgers of the class and of the requester")
}
