package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/retention"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/keeper"
	"github.com/credence-chain/credence/x/market/types"
)

// pruneAfter has what has ended pruned so many blocks later.
func (f *fixture) pruneAfter(blocks int64) {
	f.tasks.policy = retention.Policy{Blocks: blocks, PerBlock: 100, RetryBlocks: 3}
}

// finish ends all tasks of a deal, each with an answer, and has them pruned, as x/tasks would.
func (f *fixture) finish(d dealstypes.Deal) {
	f.Helper()
	each, err := d.Terms.Escrow()
	require.NoError(f, err)
	_, worker := account("worker")
	for i := range d.Size_ {
		pays := []dealstypes.EscrowPay{{To: worker, Amount: 7}}
		require.NoError(f, f.settleTask(d.Id, d.First+i, pays, each-7, true))
	}
	for range d.Size_ {
		require.NoError(f, f.dealing.TaskPruned(f.ctx, d.Id))
	}
}

// money is what everybody has, and what the modules hold.
func (f *fixture) money(names ...string) (all []uint64) {
	for _, name := range names {
		all = append(all, f.balance(name))
	}
	held, owed := f.solvency()
	return append(all, held, owed)
}

// requireGone checks that an order or request is known by its compact record alone, or by none where its deal stands for it.
func (f *fixture) requireGone(id string, own bool) {
	f.Helper()
	raw, err := types.ParseID(id)
	require.NoError(f, err)
	order, err := f.Orders.Has(f.ctx, raw[:])
	require.NoError(f, err)
	request, err := f.Requests.Has(f.ctx, raw[:])
	require.NoError(f, err)
	progress, err := f.RequestProgress.Has(f.ctx, raw[:])
	require.NoError(f, err)
	require.Equal(f, []bool{false, false, false}, []bool{order, request, progress}, id)
	left, err := f.Pruned.Has(f.ctx, raw[:])
	require.NoError(f, err)
	require.Equal(f, own, left, id)
}

// TestAPrunedOrderIsNeverMetAgain is the attack: somebody who has seen the signed orders of a match relays them once more, long after
// the request was fulfilled and everything of it was pruned. It is refused, by whatever message and with whatever content comes under a
// nonce that was used, here and on a chain that begins with an export; no coin moves, and no record is made.
func TestAPrunedOrderIsNeverMetAgain(t *testing.T) {
	f := newFixture(t)
	f.pruneAfter(5)
	p := four(f)
	p.app.App.Volume, p.datasets[0].Dataset.Volume = 2, 2
	relayed := p.msg()
	_, err := f.matchErr(relayed)
	require.NoError(t, err)
	f.next()
	d := f.deal(idOf(p.request))
	f.finish(d)
	f.until(f.height() + 12)
	f.requireGone(idOf(p.request), false)
	f.requireGone(idOf(*p.app), true)
	f.requireGone(idOf(*p.datasets[0]), true)
	require.Equal(t, types.ORDER_STATUS_SIGNED, f.order(idOf(p.pool)).Status, "one that can be met is never pruned")

	f.attack(p, relayed)
	f.checkInvariants()

	market, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, market.Pruned, 2)
	deals, err := f.dealing.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, deals.Pruned, 1)
	g := newFixture(t)
	g.fund("ann", 10_000)
	require.NoError(t, g.dealing.InitGenesis(g.ctx, *deals))
	require.NoError(t, g.InitGenesis(g.ctx, *market))
	again, err := g.ExportGenesis(g.ctx)
	require.NoError(t, err)
	require.Equal(t, market, again)
	p.f = g
	g.attack(p, relayed)
}

// attack tries everything that could have a nonce used again.
func (f *fixture) attack(p *parts, relayed types.MsgMatchOrders) {
	f.Helper()
	before, had := f.dump(), f.money("ann", "studio", "data", "acme", "worker")
	other := *p.request.Request
	other.Args, other.MaxPrice = []string{"other"}, 2_000
	content := requestOrder("ann", 1, other)
	fresh := requestOrder("ann", 99, *p.request.Request)
	newApp := appOrder("studio/ray:v1", 99, 8, 0)
	newData := datasetOrder("data/aa:v1", 99, 3, 0)
	relay := func(change func(m *types.MsgMatchOrders)) error {
		m := relayed
		m.Datasets = append([]types.SignedOrder{}, relayed.Datasets...)
		change(&m)
		_, err := f.matchErr(m)
		return err
	}
	newSellers := func(m *types.MsgMatchOrders) {
		app := f.sign(newApp)
		m.App, m.Datasets[0] = &app, f.sign(newData)
	}
	for _, try := range []struct {
		name string
		err  error
		want error
	}{
		{"the whole match", relay(func(*types.MsgMatchOrders) {}), types.ErrNonce},
		{"the request with other sellers", relay(newSellers), types.ErrNonce},
		{"the request by its id", relay(func(m *types.MsgMatchOrders) { newSellers(m); m.Request = types.SignedOrder{Id: idOf(p.request)} }), types.ErrEnded},
		{"another content under its nonce", relay(func(m *types.MsgMatchOrders) { newSellers(m); m.Request = f.sign(content) }), types.ErrNonce},
		{"the app's order with a new request", relay(func(m *types.MsgMatchOrders) {
			newSellers(m)
			m.App, m.Request = relayed.App, f.sign(fresh)
		}), types.ErrNonce},
		{"the dataset's order by its id", relay(func(m *types.MsgMatchOrders) {
			newSellers(m)
			m.Datasets[0], m.Request = types.SignedOrder{Id: idOf(*p.datasets[0])}, f.sign(fresh)
		}), types.ErrEnded},
		{"submitted", f.tx(func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.SubmitTask(ctx, &types.MsgSubmitTask{Requester: addr("ann"), Nonce: 1, Job: job()})
			return err
		}), types.ErrNonce},
		{"presigned", f.tx(func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.PresignOrder(ctx, &types.MsgPresignOrder{Owner: addr("ann"), Order: p.request})
			return err
		}), types.ErrNonce},
		{"placed", f.tx(func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.PlaceOrder(ctx, &types.MsgPlaceOrder{Owner: addr("studio"), Order: *p.app})
			return err
		}), types.ErrNonce},
		{"cancelled", f.tx(func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.CancelOrder(ctx, &types.MsgCancelOrder{Owner: addr("ann"), Kind: types.ORDER_KIND_REQUEST, Nonce: 1})
			return err
		}), types.ErrEnded},
		{"an order cancelled", f.tx(func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.CancelOrder(ctx, &types.MsgCancelOrder{Owner: addr("studio"), Kind: types.ORDER_KIND_APP, Nonce: 1})
			return err
		}), types.ErrEnded},
		{"taken back", f.tx(func(ctx sdk.Context, m types.MsgServer) error {
			_, err := m.CancelRequest(ctx, &types.MsgCancelRequest{Requester: addr("ann"), Id: idOf(p.request)})
			return err
		}), types.ErrEnded},
	} {
		require.ErrorIs(f, try.err, try.want, try.name)
		require.ErrorContains(f, try.err, "pruned", try.name)
	}
	_, err := f.Volume(f.ctx, keeper.Proposal{Relayer: relayed.Relayer, App: relayed.App, Datasets: relayed.Datasets, Pool: relayed.Pool, Request: relayed.Request})
	require.ErrorIs(f, err, types.ErrNonce)
	require.Equal(f, before, f.dump(), "nothing is recorded")
	f.next()
	f.next()
	require.Equal(f, had, f.money("ann", "studio", "data", "acme", "worker"), "no coin moves")
}

// TestOrdersArePrunedByHowTheyEnd: each order that has ended is pruned after the period, with how it ended in its compact record; one that
// stands is kept, and so is one that has volume back and stands again.
func TestOrdersArePrunedByHowTheyEnd(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.pruneAfter(20)
	stands := f.place(f.poolOrder("open", 1, 100, 0))
	cancelled := f.place(f.poolOrder("open", 2, 100, 0))
	expires := f.poolOrder("open", 3, 100, 0)
	expires.Expiry = 4
	expired := f.presign(expires)
	unseen := appOrder("studio/ray:v1", 7, 1, 0)
	require.NoError(t, f.cancelNonce("studio", types.ORDER_KIND_APP, 7))
	require.NoError(t, f.cancelNonce("acme", types.ORDER_KIND_POOL, 2))
	filled := appOrder("studio/ray:v1", 1, 8, 1)
	f.place(filled)
	f.next()
	j := job()
	j.MaxPrice = 5_000
	id := f.submit("ann", 1, j)
	f.next()
	require.Equal(t, types.ORDER_STATUS_FILLED, f.order(idOf(filled)).Status)
	d := f.deal(id)
	f.settle(d) // without an answer and a payment: the app's order has its volume back
	f.next()
	require.Equal(t, types.ORDER_STATUS_RESTING, f.order(idOf(filled)).Status)
	require.Zero(t, f.order(idOf(filled)).Done)

	f.until(23)
	require.Equal(t, types.ORDER_STATUS_EXPIRED, f.order(expired).Status, "not before it is old enough")
	f.until(60)
	for id, want := range map[string]types.OrderStatus{
		cancelled: types.ORDER_STATUS_CANCELLED, expired: types.ORDER_STATUS_EXPIRED, idOf(unseen): types.ORDER_STATUS_CANCELLED,
	} {
		f.requireGone(id, true)
		left, err := f.FindOrder(f.ctx, id)
		require.NoError(t, err)
		require.Equal(t, want, left.Status)
		require.NotZero(t, left.Pruned)
	}
	require.ErrorIs(t, f.tx(func(ctx sdk.Context, m types.MsgServer) error {
		_, err := m.PlaceOrder(ctx, &types.MsgPlaceOrder{Owner: addr("studio"), Order: unseen})
		return err
	}), types.ErrCancelled, "a nonce that was cancelled stays so")
	require.Equal(t, types.ORDER_STATUS_RESTING, f.order(stands).Status)
	require.Equal(t, types.ORDER_STATUS_RESTING, f.order(idOf(filled)).Status)
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status, "its deal's task is not pruned yet")

	require.NoError(t, f.dealing.TaskPruned(f.ctx, d.Id))
	f.next()
	f.next()
	f.requireGone(id, false)
	pool := f.order(stands)
	require.EqualValues(t, []uint64{0, 1, 1, 1}, []uint64{pool.Filled, pool.Released, pool.Past, pool.PastReleased}, "what its pruned deal took and gave back")
	f.endBlock()
}

// TestRequestsArePrunedByHowTheyEnd: one that was filled in part keeps a record of its own, which says how it ended; one whose coins are
// still held is kept.
func TestRequestsArePrunedByHowTheyEnd(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 1_000_000)
	f.pruneAfter(3)
	pool := f.poolOrder("open", 1, 100, 0)
	pool.Pool.Volume = 1
	f.place(pool)
	f.next()
	j := job()
	j.Size_, j.Partial = 3, true
	part := f.rest("ann", 1, j, 30)
	f.next()
	none := f.submit("ann", 2, job())
	f.next()
	d := f.deal(part)
	f.until(12)
	f.requireGone(none, true)
	require.Equal(t, types.REQUEST_STATUS_RESTING, f.request(part).Status, "one that waits is never pruned")
	f.finish(d)
	f.until(29)
	require.Equal(t, types.REQUEST_STATUS_RESTING, f.request(part).Status, "nor when its deals are pruned already")
	_, err := f.dealing.GetDeal(f.ctx, d.Id)
	require.ErrorIs(t, err, dealstypes.ErrNotFound)
	require.ErrorContains(t, err, "was pruned at height")
	f.until(40)
	f.requireGone(part, true)
	for id, want := range map[string]types.Request{
		part: {Id: part, Requester: addr("ann"), Status: types.REQUEST_STATUS_EXPIRED, Filled: 1, Deal: d.Id, Height: d.Height},
		none: {Id: none, Status: types.REQUEST_STATUS_UNMATCHED},
	} {
		res, err := keeper.NewQueryServer(f.Keeper).Request(f.ctx, &types.QueryRequestRequest{Id: id})
		require.NoError(t, err)
		require.NotZero(t, res.Request.Pruned)
		want.Pruned, want.Job.Size_ = res.Request.Pruned, res.Request.Job.Size_
		require.Equal(t, want, res.Request)
		found, err := keeper.NewQueryServer(f.Keeper).Resolve(f.ctx, &types.QueryResolveRequest{Prefix: id[:10]})
		require.NoError(t, err)
		require.Equal(t, []string{id}, found.Requests)
	}
	f.endBlock()
}

// TestPrunedRecordsAreSmall: a compact order or request is a few bytes and its key.
func TestPrunedRecordsAreSmall(t *testing.T) {
	f := newFixture(t)
	for _, p := range []types.PrunedOrder{
		{Kind: types.ORDER_KIND_POOL, Status: types.ORDER_STATUS_CANCELLED, Filled: 1 << 20, Pruned: 1 << 30},
		{Kind: types.ORDER_KIND_REQUEST, Request: types.REQUEST_STATUS_EXPIRED, Filled: 100, Pruned: 1 << 30},
	} {
		raw, err := f.Pruned.ValueCodec().Encode(p)
		require.NoError(t, err)
		require.LessOrEqual(t, len(raw), 16)
	}
}

// TestWhatAMatchNamesIsKept: a proposed match waits for its block, in a pause for long, and what it names ended meanwhile.
func TestWhatAMatchNamesIsKept(t *testing.T) {
	f := newFixture(t)
	f.pruneAfter(1)
	p := four(f)
	p.pool.Pool.Volume = 2
	_, err := f.matchErr(p.msg())
	require.NoError(t, err)
	second := p.msg()
	second.Relayer = addr("bob")
	_, err = f.matchErr(second)
	require.NoError(t, err)
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 1 })
	f.next()
	f.finish(f.deal(idOf(p.request)))
	f.council.paused = true
	f.until(f.height() + 9)
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(idOf(p.request)).Status)
	require.Equal(t, types.ORDER_STATUS_FILLED, f.order(idOf(p.pool)).Status)
	f.council.paused = false
	f.until(f.height() + 9)
	f.requireGone(idOf(p.request), false)
	f.requireGone(idOf(p.pool), true)
	g, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Empty(t, g.Matches)
}
