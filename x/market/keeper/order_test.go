package keeper_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/keeper"
	"github.com/credence-chain/credence/x/market/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const (
	kindApp     = types.ORDER_KIND_APP
	kindDataset = types.ORDER_KIND_DATASET
	kindPool    = types.ORDER_KIND_POOL
	kindRequest = types.ORDER_KIND_REQUEST
)

func TestPlaceOrder(t *testing.T) {
	for _, tc := range []struct {
		name     string
		malleate func(f *fixture, o *types.Order)
		expErr   error
	}{
		{"pool order", func(*fixture, *types.Order) {}, nil},
		{"app order", func(_ *fixture, o *types.Order) { *o = appOrder("studio/ray:v1", 7, 1, 0) }, nil},
		{"dataset order", func(_ *fixture, o *types.Order) { *o = datasetOrder("data/aa:v1", 7, 1, 0) }, nil},
		{"of a colleague of the owner", func(f *fixture, o *types.Order) { f.member("cyd", "acme"); o.Owner = addr("cyd") }, nil},
		{"of the council's pool", func(f *fixture, o *types.Order) {
			f.setPool("open", func(p *workerstypes.Pool) { p.Operator = "" })
			o.Owner = addr("council")
		}, nil},
		{"free", func(_ *fixture, o *types.Order) { o.Pool.Price = 0 }, nil},
		{"expiring", func(_ *fixture, o *types.Order) { o.Expiry = 2 }, nil},
		{"the same nonce of another kind", func(f *fixture, o *types.Order) {
			f.member("acme", "studio")
			f.place(types.Order{Owner: o.Owner, Nonce: o.Nonce, App: &types.AppOrder{App: "studio/ray:v1"}})
			f.member("acme", "acme")
		}, nil},
		{"presigned before", func(f *fixture, o *types.Order) { f.presign(*o) }, nil},

		{"a request", func(_ *fixture, o *types.Order) { *o = requestOrder("acme", 7, job()) }, types.ErrOrder},
		{"nothing", func(_ *fixture, o *types.Order) { o.Pool = nil }, types.ErrOrder},
		{"two things", func(_ *fixture, o *types.Order) { o.App = &types.AppOrder{App: "studio/ray:v1"} }, types.ErrOrder},
		{"expired", func(_ *fixture, o *types.Order) { o.Expiry = 1 }, types.ErrExpired},
		{"placed before", func(f *fixture, o *types.Order) { f.place(*o) }, types.ErrNonce},
		{"other content under the nonce", func(f *fixture, o *types.Order) {
			f.place(with(*o, func(o *types.Order) { p := *o.Pool; p.Price++; o.Pool = &p }))
		}, types.ErrNonce},
		{"other content presigned", func(f *fixture, o *types.Order) {
			f.presign(with(*o, func(o *types.Order) { p := *o.Pool; p.Price++; o.Pool = &p }))
		}, types.ErrNonce},
		{"taken off", func(f *fixture, o *types.Order) {
			f.place(*o)
			require.NoError(f, f.cancelNonce("acme", kindPool, o.Nonce))
		}, types.ErrCancelled},
		{"cancelled before it was seen", func(f *fixture, o *types.Order) {
			require.NoError(f, f.cancelNonce("acme", kindPool, o.Nonce))
		}, types.ErrCancelled},
		{"below the floor", func(f *fixture, o *types.Order) { require.NoError(f, f.cancelBelow("acme", kindPool, 8)) }, types.ErrCancelled},
		{"unknown pool", func(_ *fixture, o *types.Order) { o.Pool.Pool = "none" }, types.ErrUnknownPool},
		{"no pool", func(_ *fixture, o *types.Order) { o.Pool.Pool = "" }, types.ErrOrder},
		{"pool of another operator", func(_ *fixture, o *types.Order) { o.Pool.Pool = "second" }, types.ErrNotOwner},
		{"app of another provider", func(_ *fixture, o *types.Order) {
			*o = with(appOrder("studio/ray:v1", 7, 1, 0), func(o *types.Order) { o.Owner = addr("acme") })
		}, types.ErrNotOwner},
		{"unknown app", func(_ *fixture, o *types.Order) { *o = appOrder("studio/none:v1", 7, 1, 0) }, types.ErrUnknownApp},
		{"dataset of another provider", func(_ *fixture, o *types.Order) {
			*o = with(datasetOrder("data/aa:v1", 7, 1, 0), func(o *types.Order) { o.Owner = addr("acme") })
		}, types.ErrNotOwner},
		{"unknown dataset", func(_ *fixture, o *types.Order) { *o = datasetOrder("data/none:v1", 7, 1, 0) }, types.ErrUnknownDataset},
		{"revoked operator", func(f *fixture, _ *types.Order) { f.orgs.revoked["acme"] = true }, types.ErrNotOwner},
		{"retired pool", func(f *fixture, _ *types.Order) { f.setPool("open", func(p *workerstypes.Pool) { p.Retired = true }) }, types.ErrStale},
		{"another stake", func(_ *fixture, o *types.Order) { o.Pool.Stake++ }, types.ErrStale},
		{"price below the pool's", func(f *fixture, _ *types.Order) { f.setPool("open", func(p *workerstypes.Pool) { p.MinPrice = 6 }) }, types.ErrStale},
		{"commission over the pool's", func(_ *fixture, o *types.Order) { o.Pool.CommissionBps = 2_001 }, types.ErrStale},
		{"tag that is no capability", func(_ *fixture, o *types.Order) { o.Pool.Tags = []string{"fpga"} }, types.ErrStale},
		{"price that overflows", func(_ *fixture, o *types.Order) { o.Pool.Price = math.MaxUint64 / 25 }, types.ErrPrice},
		{"no fuel", func(_ *fixture, o *types.Order) { o.Pool.MaxFuel = 0 }, types.ErrFuel},
		{"no organisation", func(_ *fixture, o *types.Order) { o.Owner = addr("ann") }, types.ErrNotOwner},
		{"bad owner", func(_ *fixture, o *types.Order) { o.Owner = "x" }, types.ErrOrder},
		{"bad restriction", func(_ *fixture, o *types.Order) { o.Pool.Apps.Ids = []string{"x"} }, types.ErrRestriction},
		{"too many on the book", func(f *fixture, _ *types.Order) {
			for i := range uint64(types.MaxResting) {
				f.place(with(f.poolOrder("open", 100+i, i, 0), func(o *types.Order) {
					o.Pool.Category = []string{"xs", "s", "m", "l"}[i%4]
				}))
			}
		}, types.ErrBookFull},
		{"too many of the seller under one topic", func(f *fixture, _ *types.Order) {
			for i := range uint64(types.MaxRestingOfSeller) {
				f.offer("open", 100+i, i, 0)
			}
		}, types.ErrBookFull},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			o := f.poolOrder("open", 7, 5, 3)
			tc.malleate(f, &o)
			before := f.dump()
			id, err := f.placeErr(o)
			require.ErrorIs(t, err, tc.expErr)
			if tc.expErr != nil {
				require.Equal(t, before, f.dump())
				f.endBlock()
				return
			}
			kind, err := o.Kind()
			require.NoError(t, err)
			require.Equal(t, types.FormatID(poco.OrderID(chainID, kind.Word(), o.Owner, 7)), id)
			org := f.orgs.of[string(rawOf(o.Owner))]
			want := types.OrderRecord{Id: id, Order: o, Kind: kind, Status: types.ORDER_STATUS_RESTING, Organisation: org, Height: 1}
			require.Equal(t, want, f.order(id))
			placed := events[*types.EventOrderPlaced](f)
			f.next()
			if o.Expiry > 0 {
				require.Equal(t, types.ORDER_STATUS_EXPIRED, f.order(id).Status)
				return
			}
			got := f.order(id)
			require.NotEmpty(t, got.Rank)
			require.NotEmpty(t, got.Topic)
			rested := events[*types.EventOrderRested](f)
			require.Contains(t, rested, &types.EventOrderRested{Id: id, Topic: got.Topic, Rank: got.Rank})
			require.Equal(t, want.String(), placed[len(placed)-1].Record.String())
			require.NoError(t, f.cancelNonce(names[o.Owner], kind, 7))
			f.next()
		})
	}
}

func rawOf(text string) []byte { _, raw := account(names[text]); return raw }

// The signer is the owner of the order.
func TestOrdersAreTheirOwners(t *testing.T) {
	f := newFixture(t)
	o := f.poolOrder("open", 1, 5, 0)
	require.ErrorIs(t, f.tx(func(ctx sdkContext, m types.MsgServer) error {
		_, err := m.PlaceOrder(ctx, &types.MsgPlaceOrder{Owner: addr("bolt"), Order: o})
		return err
	}), types.ErrNotOwner)
	require.ErrorIs(t, f.tx(func(ctx sdkContext, m types.MsgServer) error {
		_, err := m.PresignOrder(ctx, &types.MsgPresignOrder{Owner: addr("bolt"), Order: o})
		return err
	}), types.ErrNotOwner)
}

func TestPresignOrder(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	o := f.poolOrder("open", 1, 5, 3)
	id := f.presign(o)
	require.Equal(t, types.ORDER_STATUS_SIGNED, f.order(id).Status)
	f.next()
	r := f.submit("ann", 1, job())
	f.next()
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, f.request(r).Status, "it is not on the book")
	_, err := f.presignErr(o)
	require.ErrorIs(t, err, types.ErrNonce)
	_, err = f.presignErr(with(o, func(o *types.Order) { o.Expiry = 99 }))
	require.ErrorIs(t, err, types.ErrNonce)
	require.Equal(t, id, f.place(o), "it comes on the book as well")
	f.next()
	r = f.submit("ann", 2, job())
	f.next()
	require.Equal(t, id, f.deal(r).PoolOrder)

	q := requestOrder("ann", 3, job())
	rid := f.presign(q)
	require.Equal(t, types.REQUEST_STATUS_SIGNED, f.request(rid).Status)
	_, err = f.presignErr(q)
	require.ErrorIs(t, err, types.ErrNonce)
	q.Expiry = 99
	_, err = f.presignErr(q)
	require.ErrorIs(t, err, types.ErrNonce)
	_, err = f.submitErr("ann", 3, job())
	require.ErrorIs(t, err, types.ErrNonce, "however a request reaches the chain, its nonce is used once")
	f.next()
	require.Zero(t, f.request(rid).Escrow)
}

func TestCancelOrder(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 100_000)
	for _, kind := range []types.OrderKind{0, 5} {
		require.ErrorIs(t, f.cancelNonce("acme", kind, 1), types.ErrOrder)
		require.ErrorIs(t, f.cancelBelow("acme", kind, 1), types.ErrOrder)
	}
	filled := f.offer("open", 1, 50, 1)
	f.next()
	f.submit("ann", 1, job())
	f.next()
	require.Equal(t, types.ORDER_STATUS_FILLED, f.order(filled).Status)
	require.ErrorIs(t, f.cancelNonce("acme", kindPool, 1), types.ErrEnded)

	rests := f.offer("open", 2, 50, 1)
	f.next()
	require.NoError(t, f.cancelNonce("bolt", kindPool, 2), "that is another order: of bolt's, not seen yet")
	require.Equal(t, types.ORDER_STATUS_RESTING, f.order(rests).Status)
	require.NoError(t, f.cancelNonce("acme", kindPool, 2))
	require.ErrorIs(t, f.cancelNonce("acme", kindPool, 2), types.ErrEnded)
	r := f.submit("ann", 2, job())
	f.next()
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, f.request(r).Status)

	sameBlock := f.offer("open", 3, 50, 1)
	require.NoError(t, f.cancelNonce("acme", kindPool, 3))
	r = f.submit("ann", 3, job())
	f.next()
	require.Equal(t, types.ORDER_STATUS_CANCELLED, f.order(sameBlock).Status, "it never arrived")
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, f.request(r).Status)

	presigned := f.presign(f.poolOrder("open", 4, 5, 0))
	require.NoError(t, f.cancelNonce("acme", kindPool, 4))
	require.Equal(t, types.ORDER_STATUS_CANCELLED, f.order(presigned).Status)

	f.orgs.revoked["acme"] = true
	f.next()
	require.NoError(t, f.cancelNonce("acme", kindPool, 9), "taking back is open to everybody")
	f.next()
}

func TestCancelUnseenRequest(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	require.NoError(t, f.cancelNonce("ann", kindRequest, 1))
	_, err := f.submitErr("ann", 1, job())
	require.ErrorIs(t, err, types.ErrNonce)
	_, err = f.presignErr(requestOrder("ann", 1, job()))
	require.ErrorIs(t, err, types.ErrCancelled)
	require.ErrorIs(t, f.cancelNonce("ann", kindRequest, 1), types.ErrEnded)
	id := f.submit("ann", 2, job())
	require.NoError(t, f.cancelNonce("ann", kindRequest, 2), "one that is there, by its nonce")
	f.next()
	require.Equal(t, types.REQUEST_STATUS_CANCELLED, f.request(id).Status)
	require.EqualValues(t, 10_000, f.balance("ann"))
	f.next()
}

// A floor stops what was not seen at once; what rests leaves the book when it is met.
func TestCancelOrders(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	low, high := f.offer("open", 4, 20, 0), f.offer("open", 5, 30, 0)
	signed := f.presign(f.poolOrder("open", 3, 10, 0))
	f.next()
	require.NoError(t, f.cancelBelow("acme", kindPool, 5))
	require.ErrorIs(t, f.cancelBelow("acme", kindPool, 5), types.ErrNonce, "a floor rises")
	require.ErrorIs(t, f.cancelBelow("acme", kindPool, 2), types.ErrNonce)
	require.Equal(t, types.ORDER_STATUS_RESTING, f.order(low).Status)
	_, err := f.placeErr(f.poolOrder("open", 3, 10, 0))
	require.ErrorIs(t, err, types.ErrCancelled, "nor can the presigned one come on the book")
	_, err = f.placeErr(f.poolOrder("open", 2, 10, 0))
	require.ErrorIs(t, err, types.ErrCancelled)
	r := f.submit("ann", 1, job())
	f.next()
	require.Equal(t, high, f.deal(r).PoolOrder)
	require.Equal(t, types.ORDER_STATUS_CANCELLED, f.order(low).Status)
	require.Equal(t, types.ORDER_STATUS_SIGNED, f.order(signed).Status)
	_, err = f.submitErr("acme", 1, job())
	require.NotErrorIs(t, err, types.ErrCancelled, "requests have a floor of their own")
	require.NoError(t, f.cancelBelow("ann", kindRequest, 9))
	_, err = f.submitErr("ann", 8, job())
	require.ErrorIs(t, err, types.ErrCancelled)
	f.submit("ann", 9, job())
	f.next()
}

// An order is met below its expiry, and not at it, whether or not the block has come to ending it.
func TestOrderExpiry(t *testing.T) {
	for _, cap := range []uint32{1, 200} {
		for height := int64(3); height <= 5; height++ { // of the match
			f := newFixture(t)
			f.setParams(func(p *types.Params) { p.EndsPerBlock = cap })
			f.fund("ann", 10_000)
			filler := f.place(with(f.poolOrder("second", 1, 900, 0), func(o *types.Order) { o.Expiry = 4 })) // ends first, perhaps
			id := f.place(with(f.poolOrder("open", 1, 20, 0), func(o *types.Order) { o.Expiry = 4 }))
			f.until(height - 1)
			r := f.submit("ann", 1, job())
			f.next()
			if height < 4 {
				require.Equal(t, id, f.deal(r).PoolOrder)
				require.Equal(t, types.ORDER_STATUS_RESTING, f.order(id).Status)
			} else {
				require.Equal(t, types.REQUEST_STATUS_UNMATCHED, f.request(r).Status)
			}
			f.until(5)
			require.Equal(t, types.ORDER_STATUS_EXPIRED, f.order(id).Status)
			require.Equal(t, types.ORDER_STATUS_EXPIRED, f.order(filler).Status)
			f.next()
		}
	}
}

// An order with a volume meets so many tasks and no more; one without meets any number.
func TestOrderVolume(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000_000)
	some, all := f.offer("open", 1, 20, 3), f.offer("second", 1, 30, 0)
	f.next()
	j := job()
	j.Size_, j.MaxPrice = 1_000, 100
	r := f.submit("ann", 1, j)
	f.next()
	require.Equal(t, types.ORDER_STATUS_FILLED, f.order(some).Status)
	require.EqualValues(t, 3, f.order(some).Filled)
	require.EqualValues(t, 997, f.order(all).Filled)
	require.Equal(t, types.ORDER_STATUS_RESTING, f.order(all).Status)
	deals := f.deals(r)
	require.Len(t, deals, 2)
	require.Equal(t, []uint64{0, 3, 3, 997}, []uint64{deals[0].First, deals[0].Size_, deals[1].First, deals[1].Size_})
	require.EqualValues(t, 1_000, deals[1].Bag)
	require.EqualValues(t, 2, f.request(r).Deals)
	filled := events[*types.EventOrderFilled](f)
	require.Equal(t, []*types.EventOrderFilled{
		{Id: some, Tasks: 3, Filled: 3, Deal: deals[0].Id}, {Id: all, Tasks: 997, Filled: 997, Deal: deals[1].Id},
	}, filled)
	require.Equal(t, []*types.EventOrderClosed{{Id: some, Status: types.ORDER_STATUS_FILLED}}, events[*types.EventOrderClosed](f))
	require.ErrorIs(t, f.cancelNonce("acme", kindPool, 1), types.ErrEnded)
}

// Of equal prices and heights the rank decides, which nobody knew.
func TestOrdersOfOneBlockAreRanked(t *testing.T) {
	first := map[string]bool{}
	for height := int64(1); height < 12; height++ {
		f := newFixture(t)
		f.ctx = f.ctx.WithBlockHeight(height)
		f.fund("ann", 10_000)
		f.offer("open", 1, 20, 0)
		f.offer("second", 1, 20, 0)
		r := f.submit("ann", 1, job()) // in the block of the orders, and met with them in the next
		f.next()
		first[f.deal(r).Pool] = true
	}
	require.Len(t, first, 2)
}

func TestGetOrder(t *testing.T) {
	f := newFixture(t)
	_, err := f.GetOrder(f.ctx, strings.Repeat("0", 64))
	require.ErrorIs(t, err, types.ErrNotFound)
	_, err = f.GetOrder(f.ctx, "x")
	require.ErrorIs(t, err, types.ErrID)
}

// An order is as old as its place on the book: presigning early buys no priority.
func TestPresignedOrdersAreNotOlder(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	early := f.poolOrder("open", 1, 20, 0)
	f.presign(early)
	f.next()
	rested := f.offer("second", 1, 20, 0)
	f.next()
	id := f.place(early)
	require.Equal(t, f.height(), f.order(id).Height)
	f.next()
	request := f.submit("ann", 1, job())
	f.next()
	require.Equal(t, rested, f.deal(request).PoolOrder)
	list, err := keeper.NewQueryServer(f.Keeper).Orders(f.ctx, &types.QueryOrdersRequest{Pool: "open"})
	require.NoError(t, err)
	require.Len(t, list.Orders, 1, "found once")
	f.next()
}
