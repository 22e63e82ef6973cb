package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

const (
	isWaiting = types.REQUEST_STATUS_WAITING
	isQueued  = types.REQUEST_STATUS_QUEUED
	isMatched = types.REQUEST_STATUS_MATCHED
	isSkipped = types.REQUEST_STATUS_SKIPPED
)

// newGraph is a market in which every request finds a pool, and ann is rich.
func newGraph(t testing.TB) *fixture {
	f := newFixture(t)
	f.fund("ann", 10_000_000)
	f.fund("bob", 10_000_000)
	f.offer("open", 1, 20, 0)
	f.next()
	return f
}

// after is a job that waits for requests.
func after(ids ...string) types.Job {
	j := job()
	j.After = ids
	return j
}

// reading is a job whose input is the answer of a request.
func reading(id string) types.Job {
	j := job()
	j.Inputs = []*dealstypes.Input{{Name: "a", Digest: digest, Size_: 1}, {Name: "answer", Size_: 1_000, Tree: true, Of: id}}
	return j
}

// waitFor submits a request that waits.
func (f *fixture) waitFor(who string, nonce uint64, j types.Job) string {
	return f.rest(who, nonce, j, f.height()+1_000)
}

// end ends all opened tasks of a request's deals: with a result, with the failure of the program, or without an answer.
func (f *fixture) end(id string, how string) {
	for _, d := range f.deals(id) {
		each, err := d.Terms.Escrow()
		require.NoError(f, err)
		open := d.Opened - d.Ended
		if d.Cancelled {
			open = d.Unended() // what was not opened has ended
		}
		for range open {
			s := dealstypes.TaskSettlement{Deal: d.Id, Task: "t", Index: d.First + d.Ended, Refund: each, Accepted: how != "nothing", Failed: how == "failure"}
			if how == "result" && d.Bag == 1 {
				f.tasks.setResult(id)
			}
			require.NoError(f, f.dealing.Settle(f.ctx, s))
			d.Ended++
		}
	}
}

func (f *fixture) requireStatus(id string, status types.RequestStatus) types.Request {
	f.Helper()
	r := f.request(id)
	require.Equal(f, status, r.Status, r.Reason)
	return r
}

// A request that waits has its escrow locked and no place in the queue. It is queued in the block after the one in which the answer is
// accepted, with the answer as its input, and matched in the next.
func TestARequestWaitsForAResult(t *testing.T) {
	f := newGraph(t)
	first := f.submit("ann", 1, job())
	second := f.waitFor("ann", 2, reading(first))
	third := f.waitFor("ann", 3, after(first, second))
	had := f.balance("ann")
	require.EqualValues(t, 10_000_000-3_000, had, "each locks what it can cost when it is submitted")
	r := f.requireStatus(second, isWaiting)
	require.Equal(t, []string{first}, r.WaitsFor)
	require.EqualValues(t, 1_000, r.Escrow)
	require.Empty(t, r.Job.Inputs[1].Digest)
	require.Len(t, f.requireStatus(third, isWaiting).WaitsFor, 2)
	require.True(t, f.request(first).Awaited)
	for range 5 {
		f.next()
	}
	f.requireStatus(first, isMatched)
	f.requireStatus(second, isWaiting)
	require.True(t, f.deal(first).Awaited, "its deal tells its end")
	f.end(first, "result")
	f.requireStatus(second, isWaiting)
	f.next()
	r = f.requireStatus(second, isQueued)
	require.Empty(t, r.WaitsFor)
	require.Equal(t, digest, r.Job.Inputs[1].Digest)
	require.Equal(t, "a", r.Job.Inputs[0].Name)
	require.Equal(t, []string{second}, f.requireStatus(third, isWaiting).WaitsFor)
	f.next()
	f.requireStatus(second, isMatched)
	d := f.deal(second)
	require.Equal(t, digest, d.Inputs[1].Digest)
	require.Equal(t, first, d.Inputs[1].Of)
	f.end(second, "result")
	f.next()
	f.requireStatus(third, isQueued)
	f.next()
	f.requireStatus(third, isMatched)
	f.end(third, "result")
	f.next()
}

// What has ended with a result needs no waiting: the answer is taken when the request is submitted.
func TestAnAnswerThatIsThere(t *testing.T) {
	f := newGraph(t)
	first := f.submit("ann", 1, job())
	f.next()
	f.end(first, "result")
	f.next()
	r := f.requireStatus(f.waitFor("ann", 2, reading(first)), isQueued)
	require.Equal(t, digest, r.Job.Inputs[1].Digest)
	f.requireStatus(f.waitFor("ann", 3, after(first)), isQueued)
	f.next()
}

// When one of those that it waits for ends otherwise, a request ends with all of its escrow, and so do those that wait for it.
func TestSkippedInARow(t *testing.T) {
	for _, how := range []string{"failure", "nothing"} {
		f := newGraph(t)
		first, other := f.submit("ann", 1, job()), f.submit("ann", 2, job())
		second := f.waitFor("ann", 3, after(first, other))
		third := f.waitFor("ann", 4, reading(second))
		fourth := f.waitFor("ann", 5, after(third))
		f.next()
		had := f.balance("ann")
		f.end(first, how)
		f.next()
		for _, id := range []string{second, third, fourth} {
			r := f.requireStatus(id, isSkipped)
			require.Zero(t, r.Escrow)
			require.Empty(t, r.WaitsFor)
			require.NotZero(t, r.Done)
		}
		require.Contains(t, f.request(second).Reason, "request "+first+" ended as matched, with results of 0 of its 1 tasks")
		require.Contains(t, f.request(third).Reason, "request "+second+" ended as skipped")
		f.endBlock()
		each, err := f.deal(first).Terms.Escrow()
		require.NoError(t, err)
		require.Equal(t, had+each+3_000, f.balance("ann"), "all of it came back")
		f.end(other, "result")
		f.next()
		f.requireStatus(second, isSkipped)
	}
}

// Every end of a request without all its results ends those that wait for it.
func TestEndsOfWhatIsAwaited(t *testing.T) {
	for name, tc := range map[string]struct {
		job types.Job
		end func(f *fixture, id string)
	}{
		"cancelled while queued": {job(), func(f *fixture, id string) { require.NoError(f, f.cancel("ann", id)) }},
		"unmatched":              {changed(job(), func(j *types.Job) { j.MaxPrice = 3 }), func(*fixture, string) {}},
		"cancelled unopened": {changed(job(), func(j *types.Job) { j.Size_ = 5 }), func(f *fixture, id string) {
			f.open(1)
			f.next()
			require.NoError(f, f.cancel("ann", id))
			f.next()
			f.end(id, "result")
		}},
		"one of a bag failed": {changed(job(), func(j *types.Job) { j.Size_ = 2 }), func(f *fixture, id string) {
			f.next()
			d := f.deal(id)
			each, err := d.Terms.Escrow()
			require.NoError(f, err)
			require.NoError(f, f.dealing.Settle(f.ctx, dealstypes.TaskSettlement{Deal: d.Id, Task: "t", Refund: each, Accepted: true, Failed: true}))
			f.end(id, "result")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newGraph(t)
			id := f.submit("ann", 1, tc.job)
			waits := f.waitFor("ann", 2, after(id))
			tc.end(f, id)
			for range 3 {
				f.next()
			}
			f.requireStatus(waits, isSkipped)
			f.next()
		})
	}
}

func changed(j types.Job, change func(j *types.Job)) types.Job {
	change(&j)
	return j
}

// A bag of which a part met no orders cannot have all its results: who waits for it is told at once, while the other part runs.
func TestAPartIsNotABag(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000_000)
	f.offer("open", 1, 20, 2) // of two tasks
	f.next()
	id := f.submit("ann", 1, changed(job(), func(j *types.Job) { j.Size_, j.Partial = 5, true }))
	waits := f.waitFor("ann", 2, after(id))
	f.next()
	f.requireStatus(id, types.REQUEST_STATUS_UNMATCHED)
	require.EqualValues(t, 2, f.deal(id).Unended())
	f.next()
	f.requireStatus(waits, isSkipped)
	f.end(id, "result")
	f.next()
}

// A bag counts when each of its tasks has a result, in however many deals they are, and whether these ended before somebody waited or later.
func TestWaitingForABag(t *testing.T) {
	f := newGraph(t)
	f.offer("second", 1, 10, 2)
	f.next()
	bag := changed(job(), func(j *types.Job) { j.Size_ = 5 })
	id := f.submit("ann", 1, bag)
	f.next()
	deals := f.deals(id)
	require.Len(t, deals, 2)
	each, err := deals[0].Terms.Escrow()
	require.NoError(t, err)
	for range deals[0].Size_ {
		require.NoError(t, f.dealing.Settle(f.ctx, dealstypes.TaskSettlement{Deal: deals[0].Id, Task: "t", Refund: each, Accepted: true}))
	}
	f.next()
	waits := f.waitFor("ann", 2, after(id))
	require.EqualValues(t, deals[0].Size_, f.request(id).Results)
	f.next()
	f.requireStatus(waits, isWaiting)
	f.end(id, "result")
	f.next()
	f.requireStatus(waits, isQueued)
	require.EqualValues(t, 5, f.request(id).Results)
	_, err = f.restErr("ann", 3, reading(id), 900)
	require.ErrorContains(t, err, "request "+id+" is a bag of 5 tasks, expected one task")
	f.next()
}

// What is refused when a request is submitted.
func TestWaitingRefuses(t *testing.T) {
	f := newGraph(t)
	mine, others := f.submit("ann", 1, job()), f.submit("bob", 1, job())
	failed := f.submit("ann", 2, job())
	f.next()
	f.end(failed, "failure")
	f.next()
	many := make([]string, types.MaxAwaited+1)
	for i := range many {
		many[i] = f.submit("ann", uint64(100+i), job())
	}
	nobody := fmt.Sprintf("%064x", 1)
	filled := reading(mine)
	filled.Inputs[1].Digest = digest
	file := reading(mine)
	file.Inputs[1].Tree = false
	for name, tc := range map[string]struct {
		job    types.Job
		expiry int64
		expErr error
	}{
		"unknown":            {after(nobody), 900, types.ErrNotFound},
		"no id":              {after("x"), 900, types.ErrID},
		"an input of no id":  {reading("x"), 900, types.ErrID},
		"another's":          {after(others), 900, types.ErrNotOwner},
		"another's answer":   {reading(others), 900, types.ErrNotOwner},
		"no expiry":          {after(mine), 0, types.ErrExpired},
		"ended without":      {after(failed), 900, types.ErrAwaited},
		"twice":              {after(mine, mine), 900, types.ErrAwaited},
		"too many":           {after(many...), 900, types.ErrAwaited},
		"its digest claimed": {filled, 900, types.ErrAwaited},
		"a file":             {file, 900, types.ErrInputs},
		"too large":          {changed(reading(mine), func(j *types.Job) { j.Inputs[1].Size_ = 1 << 40 }), 900, types.ErrInputs},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.restErr("ann", 50, tc.job, tc.expiry)
			require.ErrorIs(t, err, tc.expErr)
		})
	}
	_, err := f.restErr("ann", 51, after(many[:types.MaxAwaited]...), 900)
	require.NoError(t, err)
	_, err = f.presignErr(requestOrder("ann", 52, after(mine)))
	require.ErrorIs(t, err, types.ErrAwaited)
	_, err = f.matchErr(types.MsgMatchOrders{Relayer: addr("bob"), Request: f.sign(requestOrder("ann", 52, after(mine))), Pool: types.SignedOrder{Id: f.place(f.poolOrder("open", 9, 5, 0))}})
	require.ErrorIs(t, err, types.ErrAwaited)
	f.next()
}

// A request that waits can be taken back, and expires.
func TestWaitingEndsEarly(t *testing.T) {
	f := newGraph(t)
	first := f.submit("ann", 1, job())
	taken := f.waitFor("ann", 2, after(first))
	expires := f.rest("ann", 3, after(first), f.height()+4)
	behind := f.waitFor("ann", 4, after(expires))
	f.next()
	had := f.balance("ann")
	require.ErrorIs(t, f.cancel("bob", taken), types.ErrNotOwner)
	require.NoError(t, f.cancel("ann", taken))
	f.next()
	f.next()
	f.requireStatus(taken, types.REQUEST_STATUS_CANCELLED)
	require.EqualValues(t, had+1_000, f.balance("ann"))
	f.next()
	f.next()
	f.requireStatus(expires, types.REQUEST_STATUS_EXPIRED)
	f.requireStatus(behind, isSkipped)
	f.endBlock()
	require.EqualValues(t, had+3_000, f.balance("ann"))
	f.end(first, "result")
	f.next()
	f.requireStatus(taken, types.REQUEST_STATUS_CANCELLED)
}

// An answer that the court overturned after it was accepted, and before the request was told, is not used.
func TestAnOverturnedAnswerIsNotUsed(t *testing.T) {
	f := newGraph(t)
	first := f.submit("ann", 1, job())
	second := f.waitFor("ann", 2, reading(first))
	f.next()
	f.end(first, "result")
	f.tasks.results = nil
	f.next()
	require.Contains(t, f.requireStatus(second, isSkipped).Reason, "overturned")
	f.next()
}

// Many that wait for one request are told over many blocks, those of another request have their turns meanwhile, and each block's part of the
// queue stays free for what is submitted in it.
func TestManyWaitForOne(t *testing.T) {
	f := newGraph(t)
	f.fund("ann", 100_000_000)
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 32 })
	first, other := f.submit("ann", 1, job()), f.submit("bob", 1, job())
	const n = 100
	var ids []string
	for i := range n {
		ids = append(ids, f.waitFor("ann", uint64(10+i), after(first)))
	}
	late := f.waitFor("bob", 2, after(other))
	f.next()
	f.end(first, "result")
	f.next()
	f.end(other, "result")
	count := func() (waiting int) {
		for _, id := range ids {
			if f.request(id).Status == isWaiting {
				waiting++
			}
		}
		return waiting
	}
	require.Equal(t, n-8, count(), "a quarter of the block's places")
	f.next()
	f.requireStatus(late, isQueued)
	require.Less(t, count(), n-8)
	blocks := 0
	for before := count(); before > 0; before = count() {
		f.next()
		require.LessOrEqual(t, before-count(), 8)
		require.LessOrEqual(t, blocks, n)
		blocks++
	}
	require.GreaterOrEqual(t, blocks, n/8-3)
}

// What others wait for is not pruned before they were told.
func TestWhatIsAwaitedIsPrunedLater(t *testing.T) {
	f := newGraph(t)
	f.pruneAfter(1)
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 4 })
	first := f.submit("ann", 1, changed(job(), func(j *types.Job) { j.MaxPrice = 3 })) // nothing meets it
	var ids []string
	for i := range 12 {
		ids = append(ids, f.waitFor("ann", uint64(10+i), after(first)))
	}
	for range 5 {
		f.next()
	}
	f.request(first)
	for range 20 {
		f.next()
	}
	for _, id := range ids {
		r, err := f.FindRequest(f.ctx, id)
		require.NoError(t, err)
		require.Equal(t, isSkipped, r.Status)
	}
	_, err := f.GetRequest(f.ctx, first)
	require.ErrorIs(t, err, types.ErrEnded, "it was pruned in the end")
	_, err = f.restErr("ann", 99, after(first), 900)
	require.ErrorIs(t, err, types.ErrEnded)
}

// An export in the midst of it goes on as the chain does.
func TestGenesisOfWaiting(t *testing.T) {
	f := newGraph(t)
	first, done := f.submit("ann", 1, job()), f.submit("ann", 2, job())
	second := f.waitFor("ann", 3, reading(first))
	third := f.waitFor("ann", 4, after(second, done))
	f.next()
	f.end(done, "result")
	f.next()
	f.end(first, "result") // and nobody is told yet
	f.endBlock()
	g, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	deals, err := f.dealing.ExportGenesis(f.ctx)
	require.NoError(t, err)
	to := newFixture(t)
	to.tasks.results = f.tasks.results
	to.ctx = to.ctx.WithBlockHeight(f.height())
	for _, module := range []string{types.ModuleName, dealstypes.ModuleName} {
		coins := f.bankBalance(f, module)
		require.NoError(t, to.bank.MintCoins(to.ctx, faucet, coins))
		require.NoError(t, to.bank.SendCoinsFromModuleToModule(to.ctx, faucet, module, coins))
	}
	require.NoError(t, to.dealing.InitGenesis(to.ctx, *deals))
	require.NoError(t, to.InitGenesis(to.ctx, *g))
	to.checkInvariants()
	for _, one := range []*fixture{f, to} {
		one.next()
		one.requireStatus(second, isQueued)
		require.Equal(t, []string{second}, one.requireStatus(third, isWaiting).WaitsFor)
	}
	for name, break_ := range map[string]func(g *types.GenesisState, r *types.Request){
		"waits for nobody":   func(_ *types.GenesisState, r *types.Request) { r.WaitsFor = nil },
		"for an unknown one": func(_ *types.GenesisState, r *types.Request) { r.WaitsFor = []string{fmt.Sprintf("%064x", 7)} },
		"for one of its own": func(_ *types.GenesisState, r *types.Request) { r.WaitsFor = []string{done, done} },
		"for one that is not awaited": func(g *types.GenesisState, _ *types.Request) {
			for i := range g.Requests {
				g.Requests[i].Awaited, g.Requests[i].Results = false, 0
			}
		},
		"has an escrow too small": func(_ *types.GenesisState, r *types.Request) { r.Escrow-- },
	} {
		bad, err := f.ExportGenesis(f.ctx)
		require.NoError(t, err)
		for i := range bad.Requests {
			if bad.Requests[i].Id == third {
				break_(bad, &bad.Requests[i])
			}
		}
		require.ErrorIs(t, bad.Validate(addresses), types.ErrGenesis, name)
	}
}
