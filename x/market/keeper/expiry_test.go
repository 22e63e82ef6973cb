package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

// What ends by its height is capped and carried over, is not met meanwhile, and none of it is lost.
func TestEndsAreCappedAndCarriedOver(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.EndsPerBlock = 2 })
	f.fund("ann", 100_000)
	var orders, requests []string
	none := job()
	none.Category = "xs"
	for i := range uint64(3) {
		orders = append(orders, f.place(with(f.poolOrder("open", i, 20, 0), func(o *types.Order) { o.Expiry = 5 })))
		requests = append(requests, f.rest("ann", i, none, 5))
	}
	f.until(4)
	ended := func() (n int) {
		for i := range orders {
			if f.order(orders[i]).Status == types.ORDER_STATUS_EXPIRED {
				n++
			}
			if f.request(requests[i]).Status == types.REQUEST_STATUS_EXPIRED {
				n++
			}
		}
		return n
	}
	require.Zero(t, ended())
	for want := 2; want <= 8; want += 2 {
		if want == 4 { // an order comes for the requests that are over but not ended: that ends them as well
			f.place(with(f.poolOrder("second", 9, 20, 0), func(o *types.Order) { o.Pool.Category = "xs" }))
		}
		f.next()
		if want < 4 {
			require.Equal(t, want, ended(), "at %d", f.height())
		}
		require.GreaterOrEqual(t, ended(), min(want, 6))
	}
	for _, id := range requests {
		require.Empty(t, f.request(id).Deal)
	}
	require.EqualValues(t, 100_000, f.balance("ann"))
}

// A request that ends before its turn has come is refunded once, and told once.
func TestEndBeforeItsTurn(t *testing.T) {
	f := newFixture(t)
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 1 })
	f.fund("ann", 100_000)
	var ids []string
	for i := range uint64(6) {
		ids = append(ids, f.rest("ann", i, job(), 4))
	}
	told := map[string]int{}
	for range 10 {
		f.next()
		for _, e := range events[*types.EventRequest](f) {
			if e.What == "expired" || e.What == "refunded" {
				told[e.Id]++
			}
		}
	}
	for _, id := range ids {
		require.Equal(t, types.REQUEST_STATUS_EXPIRED, f.request(id).Status)
		require.Equal(t, 1, told[id])
	}
	require.EqualValues(t, 100_000, f.balance("ann"))
}

// What anybody can make known for nothing ends after what holds coins: resting requests end at their height
// behind 5,000 presigned orders of an earlier one. Those, not ended yet, are refused meanwhile.
func TestEndsOfWhatHoldsCoinsComeFirst(t *testing.T) {
	const spam = 5_000
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.fund("iss", 10_000)
	for i := range uint64(spam) {
		f.presign(with(f.poolOrder("open", i, 20, 0), func(o *types.Order) { o.Expiry = 4 }))
	}
	presigned := requestOrder("ann", 1, job())
	presigned.Expiry = 4
	f.presign(presigned)
	voucher := f.issue("iss", 1, "ann", 5_000, 5)
	none := job()
	none.Category = "xs"
	rests := f.rest("ann", 2, none, 5)
	placed := f.place(with(f.poolOrder("open", spam, 900, 0), func(o *types.Order) { o.Expiry = 5 }))
	f.until(5)
	require.True(t, f.voucher(voucher).Expired)
	require.Equal(t, types.REQUEST_STATUS_EXPIRED, f.request(rests).Status)
	require.Equal(t, types.ORDER_STATUS_EXPIRED, f.order(placed).Status)
	require.EqualValues(t, []uint64{10_000, 10_000}, []uint64{f.balance("ann"), f.balance("iss")})

	last := ""
	for i := range uint64(spam) {
		if id := idOf(f.poolOrder("open", i, 20, 0)); f.order(id).Status == types.ORDER_STATUS_SIGNED {
			last = id
			break
		}
	}
	require.NotEmpty(t, last, "not all of them have ended")
	fresh := func(pool string, request types.Order) types.MsgMatchOrders {
		return types.MsgMatchOrders{Relayer: addr("eve"), Pool: types.SignedOrder{Id: pool}, Request: f.sign(request)}
	}
	_, err := f.matchErr(fresh(last, requestOrder("ann", 9, job())))
	require.ErrorIs(t, err, types.ErrExpired)
	good := f.presign(f.poolOrder("second", 1, 20, 0))
	_, err = f.matchErr(fresh(good, presigned))
	require.ErrorIs(t, err, types.ErrExpired)
	f.until(5 + spam/200 + 1)
	require.Equal(t, types.ORDER_STATUS_EXPIRED, f.order(last).Status)
}

// What is placed that was presigned, or filled, or taken back, has one entry, where its state says, or none: the laws that
// the end of every block checks.
func TestEndsMoveWithTheirState(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	o := with(f.poolOrder("open", 1, 20, 1), func(o *types.Order) { o.Expiry = 90 })
	count := func() (out [2]int) {
		require.NoError(t, f.Expiries.Walk(f.ctx, nil, func(queueKey) (bool, error) { out[0]++; return false, nil }))
		require.NoError(t, f.SignedExpiries.Walk(f.ctx, nil, func(queueKey) (bool, error) { out[1]++; return false, nil }))
		return out
	}
	f.presign(o)
	require.Equal(t, [2]int{0, 1}, count())
	f.place(o)
	require.Equal(t, [2]int{1, 0}, count())
	f.next()
	id := f.submit("ann", 1, job())
	f.next()
	require.Equal(t, types.ORDER_STATUS_FILLED, f.order(idOf(o)).Status)
	require.Equal(t, [2]int{}, count())
	f.settle(f.deal(id))
	f.next() // volume comes back in the next block
	require.Equal(t, types.ORDER_STATUS_RESTING, f.order(idOf(o)).Status)
	require.Equal(t, [2]int{1, 0}, count())
	require.NoError(t, f.cancelNonce("acme", kindPool, 1))
	require.Equal(t, [2]int{}, count())
	f.rest("ann", 2, job(), 60)
	require.Equal(t, [2]int{1, 0}, count())
	f.next()
	require.NoError(t, f.cancel("ann", idOf(requestOrder("ann", 2, job()))))
	require.Equal(t, [2]int{}, count())
	f.next()
}
