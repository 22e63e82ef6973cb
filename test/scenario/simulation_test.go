package scenario

import (
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/testutil"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

var (
	soakBlocks = flag.Int("soak.blocks", 40, "blocks of a simulated life")
	soakLives  = flag.Int("soak.lives", 4, "simulated lives")
)

// TestSimulation lets everybody do anything, right or wrong, in any order. After every block every book adds up, no unit
// of the supply is lost but what was burnt, and in the end every task has ended, and a replay agrees.
func TestSimulation(t *testing.T) {
	t.Parallel()
	for life := range *soakLives {
		simulate(t, life)
	}
}

// sim is a simulated chain and what is known of it.
type sim struct {
	*testutil.Compute
	dice   poco.Entropy
	throws uint32
	ids    []string
	nonce  uint64
}

// below throws dice: the simulation is repeatable, whatever else runs.
func (s *sim) below(n int) int {
	s.throws++
	return int(s.dice.Below(s.throws, uint64(n)))
}

func pick[T any](s *sim, from ...T) T { return from[s.below(len(from))] }

func simulate(t *testing.T, life int) {
	t.Helper()
	s := &sim{dice: poco.Entropy{Beacon: []byte(fmt.Sprint("life ", life))}, nonce: 1_000}
	s.Compute = testutil.NewCompute(t, testutil.ComputeOptions{Workers: 6, Slots: 3, Seats: 4, Stake: 5_000}, testutil.WithParams(
		func(p *taskstypes.Params) { p.DuePerBlock, p.CourtStrikes, p.WindowBlocks = 7, 3, 30 },
		func(p *markettypes.Params) {
			shortWindows(p)
			p.CommitBlocks, p.WaitBlocks, p.OpensPerBlock, p.MatchesPerBlock = 5, 8, 3, 2
		},
		func(p *workerstypes.Params) {
			p.CoolingBlocks, p.UnbondingBlocks, p.ForgivenessBlocks, p.DuePerBlock = 6, 9, 25, 3
		},
	))
	burnt := s.supply()
	for range *soakBlocks {
		for range s.below(6) {
			s.somebody()
		}
		for _, id := range s.ids {
			if s.HasTask(id) && s.below(3) > 0 {
				s.QueueWork(id, s.answer)
			}
		}
		s.Next()
		s.CheckBooks()
	}
	for range 400 {
		left := 0
		for _, id := range s.ids {
			if s.HasTask(id) && s.Task(id).Phase != taskstypes.PHASE_DONE {
				left++
				s.QueueWork(id, s.answer)
			}
		}
		s.Next()
		if left == 0 && !s.opening() {
			break
		}
	}
	s.CheckBooks()
	endings := map[string]int{}
	slashed := uint64(0)
	for _, id := range s.ids {
		if !s.HasTask(id) {
			continue // refused, unmatched, or taken back before it was opened
		}
		task := s.Task(id)
		require.Equal(t, taskstypes.PHASE_DONE, task.Phase, "task %s", id)
		endings[task.Ending.String()]++
		slashed += task.Settlement.Burnt
		for _, e := range task.Settlement.Payments {
			require.NotZero(t, e.Amount)
		}
	}
	require.NotContains(t, endings, taskstypes.ENDING_BROKEN.String(), "the chain failed to process a task")
	require.Equal(t, burnt-slashed, s.supply(), "the supply shrinks by what was burnt")
	require.Equal(t, s.AppHash(), s.Replay())
	t.Logf("life %d: %d blocks, %v, burnt %d", life, s.Height(), endings, slashed)
}

func (s *sim) supply() uint64 {
	return s.App.BankKeeper.GetSupply(s.Ctx(), encoding.BaseDenom).Amount.Uint64()
}

// opening says whether tasks are still to be opened.
func (s *sim) opening() bool {
	it, err := s.App.MarketKeeper.Opening.Iterate(s.Ctx(), nil)
	require.NoError(s.T, err)
	defer it.Close()
	return it.Valid()
}

func (s *sim) answer(_ taskstypes.Task, _ taskstypes.Seat, bench taskstypes.Bench) (poco.Outcome, bool) {
	if bench == taskstypes.BENCH_COURT {
		return pick(s, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Lie), s.below(8) > 0
	}
	return pick(s, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Truth, testutil.Lie, testutil.Lie,
		testutil.Failed, testutil.NoInput, testutil.Abstain), s.below(6) > 0
}

// somebody queues one message of somebody, sensible or not.
func (s *sim) somebody() {
	lab := testutil.Lab(1 + s.below(s.Options.Workers))
	owner, worker := s.Org(lab).Member(), s.WorkerKey(lab)
	acme := s.Org(testutil.Requester).Member()
	grid := s.Org(testutil.Operator).Member()
	s.nonce++
	var from *testutil.Account
	var msg sdk.Msg
	switch s.below(12) {
	case 0, 1, 2:
		job := s.Job()
		job.Trust, job.Size_ = pick[uint64](s, 2, 100, 10_000), uint64(1+s.below(3))
		job.MinReplicas, job.MaxPrice = uint32(s.below(5)), pick[uint64](s, 60, 80, 120, 150)
		job.Policy = pick(s, "", "", "", poco.PolicyCourt)
		job.StaticCredibility = s.below(8) == 0
		s.ids = append(s.ids, s.QueueSubmit(job)...)
		return
	case 3:
		from, msg = acme, &markettypes.MsgCancelRequest{Requester: acme.String(), Id: s.LastRequest()}
	case 4:
		from, msg = owner, &workerstypes.MsgBond{Owner: owner.String(), Worker: worker.String(), Amount: uint64(s.below(3_000))}
	case 5:
		from, msg = owner, &workerstypes.MsgUnbond{Owner: owner.String(), Worker: worker.String(), Amount: uint64(s.below(3_000))}
	case 6:
		from, msg = owner, &workerstypes.MsgUpdate{
			Owner: owner.String(), Worker: worker.String(), Endpoint: "http://" + lab + ".example",
			Slots: uint32(1 + s.below(5)), Pools: []string{testutil.Pool}, Paused: s.below(4) == 0,
		}
	case 7:
		if len(s.ids) == 0 || !s.HasTask(s.ids[len(s.ids)-1]) {
			return
		}
		t := s.Task(s.ids[len(s.ids)-1])
		from, msg = worker, &taskstypes.MsgDecline{Who: worker.String(), Task: t.Id, Attempt: t.Attempt}
	case 8:
		if len(s.ids) == 0 || !s.HasTask(s.ids[0]) {
			return
		}
		t := s.Task(pick(s, s.ids[0]))
		from, msg = worker, &taskstypes.MsgReveal{
			Who: worker.String(), Task: t.Id, Attempt: t.Attempt, Bench: pick(s, taskstypes.BENCH_WORKERS, taskstypes.BENCH_COURT),
			Outcome: taskstypes.OutcomeFromPoco(testutil.Lie), Salt: make([]byte, s.below(40)),
		}
	case 9:
		from, msg = grid, &markettypes.MsgPlaceOrder{Owner: grid.String(), Order: markettypes.Order{
			Owner: grid.String(), Nonce: s.nonce, Pool: &markettypes.PoolOrder{
				Pool: testutil.Pool, Price: uint64(s.below(20)), MaxFuel: 1 << 30, Volume: uint64(s.below(4)), Stake: s.Options.PoolStake,
			},
		}}
	case 10: // outside of any transaction, as the council's messages run
		s.council(&orgstypes.MsgSetStatus{
			Authority: app.Authority(), OrgId: lab, Status: pick(s, orgstypes.STATUS_ACTIVE, orgstypes.STATUS_ACTIVE, orgstypes.STATUS_REVOKED),
		})
		return
	default:
		s.council(&workerstypes.MsgUnjail{Authority: app.Authority(), Worker: worker.String()})
		return
	}
	s.Queue(from, msg)
}

// council proposes and votes now and then; a vote takes blocks, which the simulation makes.
func (s *sim) council(msg sdk.Msg) {
	if s.below(6) == 0 {
		s.Vote(msg)
		s.CheckBooks()
	}
}
