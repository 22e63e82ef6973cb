package scenario

import (
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

var (
	soakBlocks = flag.Int("soak.blocks", 40, "blocks of a simulated life")
	soakLives  = flag.Int("soak.lives", 3, "simulated lives")
	soakFirst  = flag.Int("soak.first", 0, "number of the first of them")
)

// TestSimulation has all participants take random actions, right or wrong, in any order. After every block all books add up, and the supply
// loses only the burnt units. In the end every task has ended, and a replay agrees.
func TestSimulation(t *testing.T) {
	t.Parallel()
	sent, deals := map[string]int{}, 0
	for life := range *soakLives {
		deals += simulate(t, *soakFirst+life, sent)
	}
	require.Greater(t, deals, 5**soakLives, "deals are made")
	t.Logf("messages: %v", sent)
	require.GreaterOrEqual(t, len(sent), 30, "messages of every kind are sent")
}

// sim is a simulated chain with a crowd.
type sim struct {
	*crowd
	supplied uint64
	good     int // the number of transactions that succeeded
	refused  int
}

// newSimChain starts the chain of a simulated life.
func newSimChain(t *testing.T, more ...testutil.Option) *testutil.Compute {
	t.Helper()
	return testutil.NewCompute(t, crowdOptions(testutil.ComputeOptions{Workers: 6, Slots: 3, Seats: 4, Stake: 5_000, Commission: 300}),
		append([]testutil.Option{testutil.WithApp(callbacks), fewOpenings(3), testutil.WithParams(
			func(p *taskstypes.Params) {
				p.DuePerBlock, p.CourtStrikes, p.WindowBlocks = 7, 3, 30
				p.PatrolPerMille, p.ChallengeBond = 300, 50
			},
			func(p *markettypes.Params) {
				shortWindows(p)
				p.CommitBlocks, p.WaitBlocks, p.MatchesPerBlock, p.EndsPerBlock, p.AuditBlocks = 5, 8, 3, 2, 5
			},
			func(p *workerstypes.Params) {
				p.CoolingBlocks, p.UnbondingBlocks, p.ForgivenessBlocks, p.DuePerBlock, p.NoticeBlocks = 6, 60, 25, 3, 5
				p.MinUnbond = 500 // the stakes are 5,000
			},
		)}, more...)...)
}

// live plays a life until every task has ended.
func live(t *testing.T, life int) *sim {
	t.Helper()
	s := &sim{crowd: newCrowd(newSimChain(t), fmt.Sprint("life ", life))}
	s.supplied = s.supply()
	for range *soakBlocks {
		for range s.below(12) {
			s.somebody()
		}
		s.work()
		s.block()
	}
	for range 400 {
		open := s.work()
		s.block()
		if open == 0 && !s.Running() {
			break
		}
	}
	return s
}

func simulate(t *testing.T, life int, sent map[string]int) (deals int) {
	t.Helper()
	s := live(t, life)
	require.Empty(t, s.OpenTasks(), "tasks that do not end")
	endings := map[string]int{}
	require.NoError(t, app.TasksKeeper(s.App).Tasks.Walk(s.Ctx(), nil, func(_ string, task taskstypes.Task) (bool, error) {
		endings[task.Ending.String()]++
		if task.Audit != nil {
			endings[task.Audit.Result.String()]++
		}
		for _, e := range task.Settlement.Payments {
			require.NotZero(t, e.Amount)
		}
		return false, nil
	}))
	require.NotContains(t, endings, taskstypes.ENDING_BROKEN.String(), "the chain failed to process a task")
	requests := map[string]int{}
	require.NoError(t, app.MarketKeeper(s.App).Requests.Walk(s.Ctx(), nil, func(_ []byte, r markettypes.Request) (bool, error) {
		requests[r.Status.String()]++
		return false, nil
	}))
	require.NoError(t, app.DealsKeeper(s.App).Deals.Walk(s.Ctx(), nil, func([]byte, dealstypes.Deal) (bool, error) { deals++; return false, nil }))
	require.Equal(t, s.AppHash(), s.Replay())
	for msg, n := range s.sent {
		sent[msg] += n
	}
	t.Logf("life %d: %d blocks, %d transactions and %d refused, %d deals, %v, %v, burnt %d",
		life, s.Height(), s.good, s.refused, deals, endings, requests, s.supplied-s.supply())
	return deals
}

// work has the seats of most open tasks act. It returns the number of open tasks.
func (s *sim) work() int {
	open := s.OpenTasks()
	for _, id := range open {
		if s.below(3) > 0 {
			s.QueueWork(id, s.answer)
		}
	}
	return len(open)
}

// block makes a block and checks all laws.
func (s *sim) block() {
	s.Next()
	for _, r := range s.Results() {
		if r.Code == 0 {
			s.good++
			continue
		}
		s.refused++
		require.NotEqual(s.T, "undefined", r.Codespace, "an error without a registered code: %s", r.Log)
		require.NotContains(s.T, r.Log, "panic", r.Log)
	}
	s.CheckBooks()
	require.Equal(s.T, s.supplied-s.burnt(), s.supply(), "the supply shrinks by what was burnt")
	if s.Height()%8 == 0 {
		ctx := s.Ctx()
		apps, err := app.AppsKeeper(s.App).ExportGenesis(ctx)
		require.NoError(s.T, err)
		require.NoError(s.T, apps.Validate(encoding.Addresses()))
		tasks, err := app.TasksKeeper(s.App).ExportGenesis(ctx)
		require.NoError(s.T, err)
		require.NoError(s.T, tasks.Validate())
	}
}

// burnt returns the sum that all settlements have burnt.
func (s *sim) burnt() (sum uint64) {
	require.NoError(s.T, app.TasksKeeper(s.App).Tasks.Walk(s.Ctx(), nil, func(_ string, t taskstypes.Task) (bool, error) {
		if t.Settlement != nil {
			sum += t.Settlement.Burnt + t.Settlement.Premium
		}
		return false, nil
	}))
	return sum
}

func (s *sim) supply() uint64 {
	return app.BankKeeper(s.App).GetSupply(s.Ctx(), encoding.BaseDenom).Amount.Uint64()
}

func (s *sim) answer(_ taskstypes.Task, _ taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool) {
	if bench == taskstypes.BENCH_COURT {
		if s.below(15) == 0 {
			return testutil.Lie, true
		}
		return testutil.Truth, s.below(8) > 0
	}
	return pick(s.crowd, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Lie, testutil.Lie,
		testutil.Failed, testutil.NoInput, testutil.Abstain), s.below(6) > 0
}
