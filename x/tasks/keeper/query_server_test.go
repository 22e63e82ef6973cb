package keeper_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/keeper"
	"github.com/credence-chain/credence/x/tasks/types"
)

// TestTasksOf: whoever held a seat finds its tasks, oldest first, a page at a time; those still open apart.
func TestTasksOf(t *testing.T) {
	f := newFixture(t, 4) // few, so that all are drawn often
	q := keeper.NewQueryServer(f.k)
	seats := map[string][]string{}
	var done []string
	for range 5 {
		ids := f.open(1)
		f.finish(ids...)
		done = append(done, ids...)
	}
	open := f.open(1)[0]
	f.begin()
	for _, id := range append(done, open) {
		for _, s := range f.task(id).Seats {
			seats[s.Who] = append(seats[s.Who], id)
		}
	}
	require.NotEmpty(t, seats)
	for who, want := range seats {
		var got []string
		var key []byte
		for {
			res, err := q.TasksOf(f.ctx, &types.QueryTasksOfRequest{Who: who, Pagination: &query.PageRequest{Limit: 2, Key: key}})
			require.NoError(t, err)
			require.LessOrEqual(t, len(res.Tasks), 2)
			for _, x := range res.Tasks {
				got = append(got, x.Id)
			}
			if key = res.Pagination.NextKey; key == nil {
				break
			}
		}
		require.Equal(t, want, got)
	}
	first := f.task(open).Seats[0].Who
	res, err := q.TasksOf(f.ctx, &types.QueryTasksOfRequest{Who: first, Open: true})
	require.NoError(t, err)
	require.Len(t, res.Tasks, 1)
	require.Equal(t, open, res.Tasks[0].Id)
	res, err = q.TasksOf(f.ctx, &types.QueryTasksOfRequest{Who: addressOf("nobody")})
	require.NoError(t, err)
	require.Empty(t, res.Tasks)
}

// TestALostFirstWorkerHasNoPart: a first worker that let its task pass leaves no trace in the lists, even when another
// attempt draws others.
func TestALostFirstWorkerHasNoPart(t *testing.T) {
	f := newFixture(t, 20)
	q := keeper.NewQueryServer(f.k)
	id := f.open(1)[0]
	f.begin()
	lost := f.task(id).Seats[0].Who
	f.end()
	for f.task(id).Attempt == 1 {
		f.begin()
		f.end()
	}
	f.finish(id)
	for _, s := range f.task(id).Seats {
		require.NotEqual(t, lost, s.Who, "the seeds give both attempts the same worker: choose others")
	}
	res, err := q.TasksOf(f.ctx, &types.QueryTasksOfRequest{Who: lost})
	require.NoError(t, err)
	require.Empty(t, res.Tasks)
}

// TestTasksByState: at every moment each task is listed under its state, and nowhere else.
func TestTasksByState(t *testing.T) {
	f := newFixture(t, 20)
	q := keeper.NewQueryServer(f.k)
	ids := f.open(30)
	ids = append(ids, f.open(3, func(d *dealstypes.Deal) { d.Terms.Policy = poco.PolicyCourt })...)
	check := func() map[types.State]int {
		listed, counts := map[string]string{}, map[types.State]int{}
		for s := types.STATE_WAITING; s <= types.STATE_ENDED; s++ {
			for e := types.ENDING_UNSPECIFIED; e <= types.ENDING_UNDECIDED; e++ {
				res, err := q.TasksByState(f.ctx, &types.QueryTasksByStateRequest{State: s, Ending: e})
				if (s == types.STATE_ENDED) != (e != types.ENDING_UNSPECIFIED) {
					require.Equal(t, codes.InvalidArgument, status.Code(err))
					continue
				}
				require.NoError(t, err)
				for _, x := range res.Tasks {
					require.Empty(t, listed[x.Id], "listed twice")
					listed[x.Id] = fmt.Sprint(s, e)
					counts[s]++
				}
			}
		}
		for _, id := range ids {
			task := f.task(id)
			require.Equal(t, fmt.Sprint(task.Phase.State(), task.Ending), listed[id])
		}
		require.Len(t, listed, len(ids))
		return counts
	}
	seen := map[types.State]bool{}
	for i := range 8 {
		for s := range check() {
			seen[s] = true
		}
		f.begin()
		for j, id := range ids {
			o := right
			if j%4 == i%4 {
				o = wrong
			}
			f.work(id, o)
		}
		f.end()
	}
	for s := range check() {
		seen[s] = true
	}
	require.True(t, seen[types.STATE_WAITING] && seen[types.STATE_RUNNING] && seen[types.STATE_COURT] && seen[types.STATE_ENDED], "%v", seen)
}

// TestPagesAreBounded: no page is longer, and none further away, than a fixed bound, and nothing is counted.
func TestPagesAreBounded(t *testing.T) {
	f := newFixture(t, 20)
	q := keeper.NewQueryServer(f.k)
	f.open(500)
	req := func(p *query.PageRequest) (*types.QueryTasksByStateResponse, int) {
		f.reads = 0
		res, err := q.TasksByState(f.ctx, &types.QueryTasksByStateRequest{State: types.STATE_WAITING, Pagination: p})
		require.NoError(t, err)
		return res, f.reads
	}
	res, reads := req(&query.PageRequest{Limit: 1 << 40, CountTotal: true})
	require.Len(t, res.Tasks, 200)
	require.Zero(t, res.Pagination.Total)
	require.Less(t, reads, 1_000)
	res, _ = req(&query.PageRequest{Offset: 490})
	require.Len(t, res.Tasks, 10)
	_, reads = req(&query.PageRequest{Limit: 5})
	require.Less(t, reads, 20, "a page costs what it holds")
}

func TestResult(t *testing.T) {
	f := newFixture(t, 20)
	q := keeper.NewQueryServer(f.k)
	id := f.open(1, func(d *dealstypes.Deal) {
		d.First, d.Beneficiary, d.OutputPath = 2, addressOf("friend"), "pictures"
		d.Terms.MinReplicas = 3
	})[0]
	result := func(id string) (*types.QueryResultResponse, error) {
		return q.Result(f.ctx, &types.QueryResultRequest{Id: id})
	}
	_, err := result("00")
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	require.ErrorContains(t, err, `"00": expected 64 lower-case hexadecimal digits`)
	_, err = result(strings.Repeat("0", 64))
	require.Equal(t, codes.NotFound, status.Code(err))
	f.begin()
	_, err = result(id)
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	require.ErrorContains(t, err, "PHASE_FIRST")

	// One of three lies: the court finds the answer, and those that revealed it have it.
	liar := ""
	for f.task(id).Phase != types.PHASE_DONE {
		task := f.task(id)
		for i, s := range task.Seats {
			if s.State == types.SEAT_STATE_DRAWN && (task.Phase == types.PHASE_FIRST || task.Phase == types.PHASE_SECOND) {
				o := right
				if i == 2 {
					o, liar = wrong, s.Who
				}
				require.NoError(t, f.commit(id, s.Who, types.BENCH_WORKERS, o))
			}
		}
		f.work(id, right)
		f.end()
		f.begin()
	}
	res, err := result(id)
	require.NoError(t, err)
	task := f.task(id)
	require.Equal(t, types.ENDING_ACCEPTED, res.Ending)
	require.True(t, res.ByCourt)
	want := types.OutcomeFromPoco(right)
	require.Equal(t, &want, res.Outcome)
	require.Equal(t, []any{id, task.Deal, uint64(2), addressOf("requester"), addressOf("friend"), "pictures", task.Done},
		[]any{res.Task, res.Deal, res.Index, res.Requester, res.Beneficiary, res.OutputPath, res.Height})
	require.NotEmpty(t, liar)
	require.NotContains(t, res.Holders, liar)
	require.Len(t, res.Holders, 2+4)
	require.Equal(t, task.Seats[0].Who, res.Holders[0])

	cancelled := f.open(1, func(d *dealstypes.Deal) { d.Cancelled = true })[0]
	f.begin()
	f.end()
	f.begin()
	res, err = result(cancelled)
	require.NoError(t, err)
	require.Equal(t, types.ENDING_CANCELLED, res.Ending)
	require.Nil(t, res.Outcome)
	require.Empty(t, res.Holders)
}

// TestQuote: what a task is expected to cost counts the datasets, and the stake weighs the worker's part of the price.
func TestQuote(t *testing.T) {
	f := newFixture(t, 20)
	q := keeper.NewQueryServer(f.k)
	draft := dealstypes.Deal{Pool: "pool", Terms: terms(), AppOrganisation: "org-001", First: 3}
	draft.Terms.CourtDeposit = 4 * draft.Terms.CourtFee
	quote := func() *types.QueryQuoteResponse {
		res, err := q.Quote(f.ctx, &types.QueryQuoteRequest{Deal: draft})
		require.NoError(t, err)
		return res
	}
	plain := quote()
	seats := uint64(plain.Plan.Replicas)
	if plain.Plan.Lottery > 0 {
		seats++
	}
	require.EqualValues(t, 19, plain.Plan.Eligible, "the app's organisation is not drawn")
	require.Equal(t, 50+10*seats+1, plain.ExpectedPrice, "with the premium")
	require.Equal(t, 50+10*(seats+2)+4*10+1, plain.MaxPrice, "two replicas more and a court of four")

	// The forecast of one task is its plan; a bag's tasks get cheaper, and cost what their replicas, the app and the premium cost.
	one := plain.Forecast
	require.Equal(t, []uint64{1, uint64(16*plain.Plan.Replicas + plain.Plan.Lottery), 0}, []uint64{one.Tasks, one.Sixteenths, one.ToCourt})
	require.Equal(t, plain.Plan, one.Last)
	res, err := q.Quote(f.ctx, &types.QueryQuoteRequest{Deal: draft, Tasks: 100_000})
	require.NoError(t, err)
	bag := res.Forecast
	require.Less(t, bag.Sixteenths, 100_000*one.Sixteenths)
	require.Equal(t, 100_000*uint64(50+1)+(10*bag.Sixteenths+15)/16, bag.Cost)
	require.Less(t, 16*bag.Last.Replicas+bag.Last.Lottery, 16*one.Last.Replicas+one.Last.Lottery)
	_, err = q.Quote(f.ctx, &types.QueryQuoteRequest{Deal: draft, Tasks: 1 << 63})
	require.ErrorContains(t, err, "InvalidArgument")

	draft.Terms.DatasetPrice = 33
	dear := quote()
	require.Equal(t, plain.ExpectedPrice+33, dear.ExpectedPrice)
	require.Equal(t, plain.MaxPrice+33, dear.MaxPrice)

	// Nothing but the cost of running to lose: stake c/(1-x) - c is less where the worker's part is less.
	d := &draft
	d.Terms.Value, d.Terms.CourtFee, d.Terms.Price = 0, 0, 1<<40
	d.Terms.Stake = 1 << 40
	whole := quote().Plan
	d.Terms.CommissionBps = 5_000
	half := quote().Plan
	require.Equal(t, whole.X, half.X)
	require.NotZero(t, half.StakeFloor)
	require.InDelta(t, whole.StakeFloor/2, half.StakeFloor, 1)

	draft.Terms.Price = 1 << 62
	_, err = q.Quote(f.ctx, &types.QueryQuoteRequest{Deal: draft})
	require.ErrorContains(t, err, "InvalidArgument", "no task runs under such terms")
	_, err = q.Quote(f.ctx, &types.QueryQuoteRequest{})
	require.ErrorContains(t, err, "InvalidArgument")
}

// A task is found by the beginning of its id.
func TestQueryResolve(t *testing.T) {
	f := newFixture(t, 4)
	q := keeper.NewQueryServer(f.k)
	ids := f.open(3)
	for _, id := range ids {
		for _, n := range []int{12, 64} {
			res, err := q.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: id[:n]})
			require.NoError(t, err)
			require.Equal(t, []string{id}, res.Tasks)
		}
	}
	begin := "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	for i := range 20 {
		require.NoError(t, f.k.Tasks.Set(f.ctx, fmt.Sprintf("%s%02x", begin, 255-i), types.Task{}))
	}
	res, err := q.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: "ffff"})
	require.NoError(t, err)
	require.Len(t, res.Tasks, 10)
	require.Equal(t, begin+"ec", res.Tasks[0])
	for _, bad := range []string{"", "fff", "FFFF", "ffff\xff"} {
		_, err := q.Resolve(f.ctx, &types.QueryResolveRequest{Prefix: bad})
		require.Equal(t, codes.InvalidArgument, status.Code(err), bad)
	}
}
