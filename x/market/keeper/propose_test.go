package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/keeper"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// parts is a match of four orders before they are signed.
type parts struct {
	f        *fixture
	relayer  string
	app      *types.Order
	datasets []*types.Order // nil entries for list prices
	pool     types.Order
	request  types.Order
	sign     func(types.Order) types.SignedOrder
}

// four is a match with an order of every kind, each signed, proposed by eve.
func four(f *fixture) *parts {
	f.fund("ann", 10_000)
	app := appOrder("studio/ray:v1", 1, 8, 0)
	data := datasetOrder("data/aa:v1", 1, 3, 0)
	j := job()
	j.Datasets = []string{"data/aa:v1"}
	j.Size_ = 2
	return &parts{f: f, relayer: "eve", app: &app, datasets: []*types.Order{&data}, pool: f.poolOrder("open", 1, 100, 0), request: requestOrder("ann", 1, j), sign: f.sign}
}

func (p *parts) msg() types.MsgMatchOrders {
	m := types.MsgMatchOrders{Relayer: addr(p.relayer), Pool: p.sign(p.pool), Request: p.sign(p.request)}
	if p.app != nil {
		app := p.sign(*p.app)
		m.App = &app
	}
	for _, d := range p.datasets {
		s := types.SignedOrder{}
		if d != nil {
			s = p.sign(*d)
		}
		m.Datasets = append(m.Datasets, s)
	}
	return m
}

func idOf(o types.Order) string { return types.FormatID(o.ID(chainID)) }

func TestMatchOrders(t *testing.T) {
	f := newFixture(t)
	p := four(f)
	reads, _ := f.reads, f.writes
	id, err := f.matchErr(p.msg())
	require.NoError(t, err)
	require.Less(t, f.reads-reads, 60)
	m, err := f.GetMatch(f.ctx, id)
	require.NoError(t, err)
	require.Equal(t, types.Match{
		Id: id, Relayer: addr("eve"), App: idOf(*p.app), Datasets: []string{idOf(*p.datasets[0])}, Pool: idOf(p.pool), Request: idOf(p.request), Height: 1,
	}, m)
	require.EqualValues(t, 10_000, f.balance("ann"), "no coin moves before the match")
	_, err = f.matchErr(p.msg())
	require.ErrorIs(t, err, types.ErrNonce, "it is proposed already")
	f.next()
	d := f.deal(idOf(p.request))
	each := uint64(8 + 3 + 9*100 + 1)
	require.EqualValues(t, []any{idOf(p.pool), idOf(*p.app), idOf(*p.datasets[0]), addr("eve"), 2 * each, uint64(2)},
		[]any{d.PoolOrder, d.AppOrder, d.Datasets[0].Order, d.Relayer, d.Escrow, d.Opened})
	require.EqualValues(t, 10_000-2*each, f.balance("ann"), "exactly the escrow, taken at the match")
	_, err = f.GetMatch(f.ctx, id)
	require.ErrorIs(t, err, types.ErrNotFound)
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(idOf(p.request)).Status)
	require.Equal(t, types.ORDER_STATUS_SIGNED, f.order(idOf(p.pool)).Status, "good for more, without a volume")
	_, err = f.matchErr(p.msg())
	require.ErrorIs(t, err, types.ErrVolume, "what is signed is good once: the request is filled")

	// The orders that the chain knows are named by their ids from now on, or given again without a signature.
	q := requestOrder("ann", 2, *p.request.Request)
	again := p.msg()
	again.App = &types.SignedOrder{Id: idOf(*p.app)}
	again.Pool = types.SignedOrder{Order: &p.pool}
	again.Datasets[0].Signature = nil
	again.Request = f.sign(q)
	_, err = f.matchErr(again)
	require.NoError(t, err)
	f.next()
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(idOf(q)).Status)
	f.next()
}

// Every reason not to make a deal reaches the message; what the conditions between orders are is the table of
// types.TestAgreementCheck.
func TestMatchOrdersRefuses(t *testing.T) {
	other := func(k *types.Order, change func(o *types.Order)) *types.Order { o := with(*k, change); return &o }
	for _, tc := range []struct {
		name     string
		malleate func(p *parts)
		spoil    func(p *parts, m *types.MsgMatchOrders)
		expErr   error
	}{
		{"good", func(*parts) {}, nil, nil},
		{"list prices", func(p *parts) { p.app, p.datasets[0] = nil, nil }, nil, nil},
		{"no dataset orders at all", func(p *parts) { p.datasets = nil }, nil, nil},
		{"everything by id, from the book", func(p *parts) {
			p.f.place(*p.app)
			p.f.place(*p.datasets[0])
			p.f.place(p.pool)
			p.f.presign(p.request)
			p.f.next()
		}, func(p *parts, m *types.MsgMatchOrders) {
			m.App = &types.SignedOrder{Id: idOf(*p.app)}
			m.Datasets[0] = types.SignedOrder{Id: idOf(*p.datasets[0])}
			m.Pool = types.SignedOrder{Id: idOf(p.pool)}
			m.Request = types.SignedOrder{Id: idOf(p.request)}
		}, nil},
		{"sponsor relays", func(p *parts) { p.request.Request.Sponsor, p.relayer = addr("spo"), "spo"; p.f.fund("spo", 10_000) }, nil, nil},

		{"pool without workers", func(p *parts) { p.f.pools.eligible["open"] = 1 }, nil, types.ErrTooFew},
		{"no signature", nil, func(_ *parts, m *types.MsgMatchOrders) { m.Pool.Signature = nil }, types.ErrSignature},
		{"signature of another's", nil, func(_ *parts, m *types.MsgMatchOrders) { m.Pool.Signature = m.App.Signature }, types.ErrSignature},
		{"signature of another order", nil, func(p *parts, m *types.MsgMatchOrders) {
			m.Pool.Signature = p.f.sign(p.f.poolOrder("open", 2, 100, 0)).Signature
		}, types.ErrSignature},
		{"content changed", nil, func(_ *parts, m *types.MsgMatchOrders) {
			o := *m.Pool.Order
			pool := *o.Pool
			pool.Price++
			o.Pool = &pool
			m.Pool.Order = &o
		}, types.ErrSignature},
		{"request's content changed", nil, func(_ *parts, m *types.MsgMatchOrders) {
			o := *m.Request.Order
			j := *o.Request
			j.MaxPrice++
			o.Request = &j
			m.Request.Order = &o
		}, types.ErrSignature},
		{"signed for another chain", func(p *parts) {
			p.sign = func(o types.Order) types.SignedOrder { return p.f.signFor(o, "other") }
		}, nil, types.ErrSignature},
		{"presigned other content", func(p *parts) {
			p.f.presign(*other(&p.pool, func(o *types.Order) { o.Expiry = 70 }))
		}, nil, types.ErrNonce},
		{"request presigned with other content", func(p *parts) {
			p.f.presign(*other(&p.request, func(o *types.Order) { o.Expiry = 70 }))
		}, nil, types.ErrNonce},
		{"unknown id", nil, func(p *parts, m *types.MsgMatchOrders) { m.Pool = types.SignedOrder{Id: idOf(p.pool)} }, types.ErrNotFound},
		{"nothing at all", nil, func(_ *parts, m *types.MsgMatchOrders) { m.Pool = types.SignedOrder{} }, types.ErrID},
		{"app order in the pool's place", nil, func(_ *parts, m *types.MsgMatchOrders) { m.Pool = *m.App }, types.ErrOrder},
		{"app order's id in the pool's place", func(p *parts) { p.f.presign(*p.app) }, func(p *parts, m *types.MsgMatchOrders) {
			m.Pool = types.SignedOrder{Id: idOf(*p.app)}
		}, types.ErrOrder},
		{"pool order in the request's place", nil, func(_ *parts, m *types.MsgMatchOrders) { m.Request = m.Pool }, types.ErrOrder},
		{"request on the book", func(p *parts) { p.f.rest("ann", 1, *p.request.Request, 50); p.f.next() }, func(p *parts, m *types.MsgMatchOrders) {
			m.Request = types.SignedOrder{Id: idOf(p.request)}
		}, types.ErrOrder},
		{"request that waits for its turn", func(p *parts) { p.f.submit("ann", 1, *p.request.Request) }, func(p *parts, m *types.MsgMatchOrders) {
			m.Request = types.SignedOrder{Id: idOf(p.request)}
		}, types.ErrOrder},
		{"request by its unmatched id", func(p *parts) { p.f.submit("ann", 1, *p.request.Request); p.f.next() }, func(p *parts, m *types.MsgMatchOrders) {
			m.Request = types.SignedOrder{Id: idOf(p.request)}
		}, types.ErrOrder},
		{"request by an unknown id", nil, func(p *parts, m *types.MsgMatchOrders) { m.Request = types.SignedOrder{Id: idOf(p.request)} }, types.ErrNotFound},
		{"pool order cancelled", func(p *parts) { require.NoError(p.f, p.f.cancelNonce("acme", kindPool, 1)) }, nil, types.ErrCancelled},
		{"app orders below a floor", func(p *parts) { require.NoError(p.f, p.f.cancelBelow("studio", kindApp, 2)) }, nil, types.ErrCancelled},
		{"known app order below a floor", func(p *parts) {
			p.f.presign(*p.app)
			require.NoError(p.f, p.f.cancelBelow("studio", kindApp, 2))
		}, func(p *parts, m *types.MsgMatchOrders) { m.App = &types.SignedOrder{Id: idOf(*p.app)} }, types.ErrCancelled},
		{"request cancelled", func(p *parts) { require.NoError(p.f, p.f.cancelNonce("ann", kindRequest, 1)) }, nil, types.ErrCancelled},
		{"presigned request cancelled", func(p *parts) {
			require.NoError(p.f, p.f.cancel("ann", p.f.presign(p.request)))
		}, func(p *parts, m *types.MsgMatchOrders) { m.Request = types.SignedOrder{Id: idOf(p.request)} }, types.ErrCancelled},
		{"requests below a floor", func(p *parts) { require.NoError(p.f, p.f.cancelBelow("ann", kindRequest, 2)) }, nil, types.ErrCancelled},
		{"presigned request below a floor", func(p *parts) {
			p.f.presign(p.request)
			require.NoError(p.f, p.f.cancelBelow("ann", kindRequest, 2))
		}, func(p *parts, m *types.MsgMatchOrders) { m.Request = types.SignedOrder{Id: idOf(p.request)} }, types.ErrCancelled},
		{"pool order expired", func(p *parts) { p.pool.Expiry = 1 }, nil, types.ErrExpired},
		{"request expired", func(p *parts) { p.request.Expiry = 1 }, nil, types.ErrExpired},
		{"known dataset order expired", func(p *parts) { p.datasets[0].Expiry = 2; p.f.presign(*p.datasets[0]); p.f.next() },
			func(p *parts, m *types.MsgMatchOrders) { m.Datasets[0] = types.SignedOrder{Id: idOf(*p.datasets[0])} }, types.ErrExpired},
		{"pool is stale", func(p *parts) { p.f.setPool("open", func(o *workerstypes.Pool) { o.Stake++ }) }, nil, types.ErrStale},
		{"known pool order is stale", func(p *parts) {
			p.f.presign(p.pool)
			p.f.setPool("open", func(o *workerstypes.Pool) { o.Stake++ })
		}, nil, types.ErrStale},
		{"owner of the app order moved", func(p *parts) { p.f.presign(*p.app); p.f.member("studio", "bolt") }, nil, types.ErrNotOwner},
		{"operator revoked", func(p *parts) { p.f.orgs.revoked["acme"] = true }, nil, types.ErrNotOwner},
		{"requester revoked", func(p *parts) { p.f.member("ann", "anns"); p.f.orgs.revoked["anns"] = true }, nil, orgstypes.ErrRole},
		{"app by order alone, without one", func(p *parts) {
			p.app = nil
			p.f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.ByOrder = true })
		}, nil, types.ErrByOrder},
		{"two orders for one dataset", func(p *parts) { p.datasets = append(p.datasets, nil) }, nil, types.ErrDatasetMismatch},
		{"order of another dataset", func(p *parts) { o := datasetOrder("data/bb:v1", 9, 1, 0); p.datasets[0] = &o }, nil, types.ErrDatasetMismatch},
		{"app order restricts the requester", func(p *parts) { p.app.App.Requesters.Accounts = []string{addr("bob")} }, nil, types.ErrAppRestrictsRequester},
		{"app order restricts the dataset", func(p *parts) { p.app.App.Datasets.Ids = []string{"data/bb"} }, nil, types.ErrAppRestrictsDataset},
		{"dataset order restricts the pool", func(p *parts) { p.datasets[0].Dataset.Pools.Ids = []string{"second"} }, nil, types.ErrDatasetRestrictsPool},
		{"pool order restricts the app", func(p *parts) { p.pool.Pool.Apps.Ids = []string{"studio/other"} }, nil, types.ErrPoolRestrictsApp},
		{"category", func(p *parts) { p.pool.Pool.Category = "xs" }, nil, types.ErrCategoryMismatch},
		{"max_pool_price", func(p *parts) { p.request.Request.MaxPoolPrice = 99 }, nil, types.ErrPoolPrice},
		{"tags", func(p *parts) { p.pool.Pool.Tags, p.request.Request.Tags = nil, []string{"gpu"} }, nil, types.ErrTags},
		{"fuel", func(p *parts) { p.pool.Pool.MaxFuel = 1 }, nil, types.ErrFuel},
		{"volume below the bag", func(p *parts) { p.pool.Pool.Volume = 1 }, nil, types.ErrVolume},
		{"sponsor does not relay", func(p *parts) { p.request.Request.Sponsor = addr("spo") }, nil, types.ErrSponsor},
		{"unknown callback", func(p *parts) { p.request.Request.Callback = "none" }, nil, types.ErrCallback},
		{"unknown voucher", func(p *parts) { p.request.Request.Voucher = idOf(p.pool) }, nil, voucherstypes.ErrNotFound},
		{"voucher of another holder", func(p *parts) {
			p.f.fund("iss", 9)
			p.request.Request.Voucher = p.f.issue("iss", 1, "bob", 9, 50)
		}, nil, voucherstypes.ErrSpender},
		{"voucher for another pool", func(p *parts) {
			p.f.fund("iss", 9)
			id, err := p.f.issueErr(voucherstypes.MsgIssueVoucher{Issuer: addr("iss"), Holder: addr("ann"), Amount: 9, Expiry: 50, Pools: []string{"second"}})
			require.NoError(p.f, err)
			p.request.Request.Voucher = id
		}, nil, voucherstypes.ErrAsset},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			p := four(f)
			if tc.malleate != nil {
				tc.malleate(p)
			}
			m := p.msg()
			if tc.spoil != nil {
				tc.spoil(p, &m)
			}
			before := f.dump()
			v, err := keeper.NewQueryServer(f.Keeper).Volume(f.ctx, &types.QueryVolumeRequest{
				Relayer: m.Relayer, App: m.App, Datasets: m.Datasets, Pool: m.Pool, Request: m.Request,
			})
			require.NoError(t, err)
			require.Equal(t, before, f.dump(), "a question changes nothing")
			_, err = f.matchErr(m)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr != nil {
				require.Equal(t, before, f.dump())
				require.Contains(t, v.Reason, tc.expErr.Error())
				f.next()
				return
			}
			require.Empty(t, v.Reason)
			require.EqualValues(t, 2, v.Volume)
			f.next()
			d := f.deal(idOf(p.request))
			require.Equal(t, v.Terms, d.Terms)
			require.Equal(t, v.Escrow, d.Escrow)
			f.next()
		})
	}
}

// What holds when a match is proposed may not hold in the next block: then nothing happens at all, and the orders stay
// as good as they were.
func TestMatchOrdersJudgesAgain(t *testing.T) {
	for _, tc := range []struct {
		name   string
		before func(p *parts)
		change func(p *parts)
		expErr error
	}{
		{"payer unfunded", nil, func(p *parts) {
			_, ann := account("ann")
			_, bob := account("bob")
			require.NoError(p.f, p.f.bank.SendCoins(p.f.ctx, ann, bob, sdk.NewCoins(sdk.NewInt64Coin(types.Denom, 9_000))))
		}, dealstypes.ErrUnfunded},
		{"sponsor unfunded", func(p *parts) { p.relayer, p.request.Request.Sponsor = "spo", addr("spo") }, nil, dealstypes.ErrUnfunded},
		{"sponsor blocked", func(p *parts) { p.relayer, p.request.Request.Sponsor = "blocked", addr("blocked") }, nil, dealstypes.ErrPayer},
		{"voucher spent", func(p *parts) {
			p.f.fund("iss", 100)
			p.request.Request.Voucher = p.f.issue("iss", 1, "ann", 100, 50)
		}, nil, voucherstypes.ErrBalance},
		{"voucher expires", func(p *parts) {
			p.f.fund("iss", 10_000)
			p.request.Request.Voucher = p.f.issue("iss", 1, "ann", 10_000, 2)
		}, nil, voucherstypes.ErrExpired},
		{"pool order cancelled", nil, func(p *parts) { require.NoError(p.f, p.f.cancelNonce("acme", kindPool, 1)) }, types.ErrCancelled},
		{"dataset orders cancelled", nil, func(p *parts) { require.NoError(p.f, p.f.cancelBelow("data", kindDataset, 5)) }, types.ErrCancelled},
		{"request cancelled", nil, func(p *parts) { require.NoError(p.f, p.f.cancel("ann", idOf(p.request))) }, types.ErrCancelled},
		{"request expires", func(p *parts) { p.request.Expiry = 2 }, nil, types.ErrExpired},
		{"app order expires", func(p *parts) { p.app.Expiry = 2 }, nil, types.ErrExpired},
		{"operator revoked", nil, func(p *parts) { p.f.orgs.revoked["acme"] = true }, types.ErrNotOwner},
		{"pool changed", nil, func(p *parts) { p.f.setPool("open", func(o *workerstypes.Pool) { o.MinPrice = 101 }) }, types.ErrStale},
		{"pool has no workers any more", nil, func(p *parts) { p.f.pools.eligible["open"] = 1 }, types.ErrTooFew},
		{"app deprecated", nil, func(p *parts) {
			p.f.setApp("studio/ray:v1", func(a *appstypes.App, _ *appstypes.Version) { a.Deprecated = true })
		}, types.ErrDeprecated},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			p := four(f)
			if tc.before != nil {
				tc.before(p)
			}
			id, err := f.matchErr(p.msg())
			require.NoError(t, err)
			if tc.change != nil {
				tc.change(p)
			}
			ann, spo := f.balance("ann"), f.balance("spo")
			f.next()
			met := events[*types.EventMatch](f)
			require.Len(t, met, 1)
			require.Equal(t, id, met[0].Id)
			require.Contains(t, met[0].Reason, tc.expErr.Error())
			require.Empty(t, events[*types.EventOrderFilled](f))
			r := f.request(idOf(p.request))
			require.Empty(t, r.Deal)
			require.Zero(t, r.Filled)
			require.Equal(t, []uint64{ann, spo}, []uint64{f.balance("ann"), f.balance("spo")})
			_, err = f.GetMatch(f.ctx, id)
			require.ErrorIs(t, err, types.ErrNotFound, "it is not tried again")
			f.next()
		})
	}
}

// A request is filled once, whoever proposes what in one block; a partial one by several matches, up to its size.
func TestMatchOrdersTwiceInABlock(t *testing.T) {
	for _, partial := range []bool{false, true} {
		f := newFixture(t)
		p := four(f)
		p.request.Request.Size_, p.request.Request.Partial = 4, partial
		other := f.poolOrder("second", 1, 100, 0)
		if partial {
			p.pool.Pool.Volume, other.Pool.Volume = 3, 3
		}
		_, err := f.matchErr(p.msg())
		require.NoError(t, err)
		p.relayer, p.pool = "bob", other
		_, err = f.matchErr(p.msg())
		require.NoError(t, err)
		f.next()
		deals := f.deals(idOf(p.request))
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(idOf(p.request)).Status)
		if !partial {
			require.Len(t, deals, 1)
			require.Len(t, events[*types.EventMatch](f), 1)
			continue
		}
		require.Len(t, deals, 2)
		require.EqualValues(t, []uint64{3, 1}, []uint64{deals[0].Size_, deals[1].Size_})
		require.NotEqual(t, deals[0].PoolOrder, deals[1].PoolOrder)
	}
}

// An order whose volume is small is met until it is used up, however often it is proposed.
func TestMatchOrdersWithinVolume(t *testing.T) {
	f := newFixture(t)
	p := four(f)
	p.app.App.Volume = 3
	f.fund("bob", 10_000)
	p.request.Request.Size_ = 2
	_, err := f.matchErr(p.msg())
	require.NoError(t, err)
	f.next()
	p.request = requestOrder("bob", 1, *p.request.Request)
	_, err = f.matchErr(p.msg())
	require.ErrorIs(t, err, types.ErrVolume, "2 of 3 are gone, and 2 are wanted whole")
	p.request.Request.Partial = true
	_, err = f.matchErr(p.msg())
	require.NoError(t, err)
	f.next()
	require.EqualValues(t, 1, f.deal(idOf(p.request)).Size_)
	require.Equal(t, types.ORDER_STATUS_FILLED, f.order(idOf(*p.app)).Status)
	require.Equal(t, types.REQUEST_STATUS_SIGNED, f.request(idOf(p.request)).Status)
	_, err = f.matchErr(p.msg())
	require.ErrorIs(t, err, types.ErrVolume)
	require.NoError(t, f.cancel("bob", idOf(p.request)), "the rest of it is taken back, and its deal cancelled")
	f.next()
	require.True(t, f.deal(idOf(p.request)).Cancelled)
}

func TestMatchOrdersNeedsARelayer(t *testing.T) {
	f := newFixture(t)
	m := four(f).msg()
	m.Relayer = "x"
	_, err := f.matchErr(m)
	require.ErrorContains(t, err, "relayer")
	f.next()
}
