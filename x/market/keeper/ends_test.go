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
	f.fund("iss", 100_000)
	var orders, requests, vouchers []string
	none := job()
	none.Category = "xs"
	for i := range uint64(3) {
		orders = append(orders, f.place(with(f.poolOrder("open", i, 20, 0), func(o *types.Order) { o.Expiry = 5 })))
		requests = append(requests, f.rest("ann", i, none, 5))
		vouchers = append(vouchers, f.issue("iss", i, "ann", 1_000, 5))
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
			if f.voucher(vouchers[i]).Expired {
				n++
			}
		}
		return n
	}
	require.Zero(t, ended())
	for want := 2; want <= 10; want += 2 {
		if want == 4 { // an order comes for the requests that are over but not ended: that ends them as well
			f.place(with(f.poolOrder("second", 9, 20, 0), func(o *types.Order) { o.Pool.Category = "xs" }))
		}
		f.next()
		if want < 4 {
			require.Equal(t, want, ended(), "at %d", f.height())
		}
		require.GreaterOrEqual(t, ended(), min(want, 9))
	}
	for _, id := range requests {
		require.Empty(t, f.request(id).Deal)
	}
	require.EqualValues(t, []uint64{100_000, 100_000}, []uint64{f.balance("ann"), f.balance("iss")})
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
