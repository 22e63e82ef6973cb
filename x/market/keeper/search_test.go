package keeper_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

func TestMatchChooses(t *testing.T) {
	type offer struct {
		pool                   string
		price, maxFuel, volume uint64
	}
	type chance struct {
		f *fixture
		j *types.Job
	}
	for _, tc := range []struct {
		name   string
		offers []offer // one per block, the oldest first
		before func(c chance)
		exp    int // index of the order met; -1: none
		expErr error
		reason string
	}{
		{"cheapest", []offer{{"open", 30, 1e9, 0}, {"open", 20, 1e9, 0}, {"open", 25, 1e9, 0}}, nil, 1, nil, ""},
		{"of equal prices the oldest", []offer{{"second", 20, 1e9, 0}, {"open", 20, 1e9, 0}}, nil, 0, nil, ""},
		{"cheapest with the fuel", []offer{{"open", 20, 10, 0}, {"open", 30, 1e9, 0}}, nil, 1, nil, ""},
		{"of the pool asked for", []offer{{"open", 20, 1e9, 0}, {"second", 30, 1e9, 0}}, func(c chance) { c.j.Pool = "second" }, 1, nil, ""},
		{"of the pools taken", []offer{{"open", 20, 1e9, 0}, {"second", 30, 1e9, 0}}, func(c chance) { c.j.Pools.Ids = []string{"second"} }, 1, nil, ""},
		{"of the operators taken", []offer{{"open", 20, 1e9, 0}, {"second", 30, 1e9, 0}}, func(c chance) {
			c.j.Pools.Audience.Organisations = []string{"bolt"}
		}, 1, nil, ""},
		{"not of a private pool", []offer{{"open", 20, 1e9, 0}, {"second", 30, 1e9, 0}}, func(c chance) {
			c.f.setPool("open", func(p *workerstypes.Pool) { p.Requesters.Organisations = []string{"friends"} })
		}, 1, nil, ""},
		{"of a private pool, for a friend", []offer{{"open", 20, 1e9, 0}, {"second", 30, 1e9, 0}}, func(c chance) {
			c.f.member("ann", "friends")
			c.f.setPool("open", func(p *workerstypes.Pool) { p.Requesters.Organisations = []string{"friends"} })
		}, 0, nil, ""},
		{"not of a revoked operator", []offer{{"open", 20, 1e9, 0}, {"second", 30, 1e9, 0}}, func(c chance) { c.f.orgs.revoked["acme"] = true }, 1, nil, ""},
		{"not of an empty pool", []offer{{"open", 20, 1e9, 0}, {"second", 30, 1e9, 0}}, func(c chance) { c.f.pools.eligible["open"] = 1 }, 1, nil, ""},
		{"an empty pool does for the court", []offer{{"open", 20, 1e9, 0}}, func(c chance) {
			c.f.pools.eligible["open"], c.j.Policy = 0, "court"
		}, 0, nil, ""},
		{"a free order pays every seat", []offer{{"open", 0, 1e9, 0}}, nil, 0, nil, ""},
		{"one seat does for the court", []offer{{"open", 900, 1e9, 0}}, func(c chance) { c.j.Policy = "court" }, 0, nil, ""},
		{"two seats do", []offer{{"open", 494, 1e9, 0}}, nil, 0, nil, ""},
		{"within max_pool_price", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.j.MaxPoolPrice = 20 }, 0, nil, ""},
		{"empty book", nil, nil, -1, types.ErrNoOrder, "no orders under runtime/wasm/"},
		{"none of the pool", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.j.Pool = "second" }, -1, types.ErrNoOrder, "no orders under pool/second/"},
		{"none of an active operator", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.f.orgs.revoked["acme"] = true }, -1, types.ErrNoOrder, "no orders"},
		{"one seat only", []offer{{"open", 496, 1e9, 0}}, nil, -1, types.ErrUnaffordable, "got 1000, which pays the premium, the court's deposit 0, the app's price 10, the datasets' 0 and 1 replicas at the best price 496; expected at least 1003 for 2 replicas"},
		{"min_replicas beyond max_price", []offer{{"open", 100, 1e9, 0}}, func(c chance) { c.j.MinReplicas = 10 }, -1, types.ErrUnaffordable, "9 replicas at the best price 100; expected at least 1011"},
		{"no seat for the court", []offer{{"open", 991, 1e9, 0}}, func(c chance) { c.j.Policy = "court" }, -1, types.ErrUnaffordable, "0 replicas"},
		{"beyond max_pool_price", []offer{{"open", 21, 1e9, 0}}, func(c chance) { c.j.MaxPoolPrice = 20 }, -1, types.ErrPoolPrice, "a replica costs 21"},
		{"beyond max_app_price", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.j.MaxAppPrice = 9 }, -1, types.ErrAppPrice, "the app costs 10"},
		{"the app alone costs more", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.j.MaxPrice = 9 }, -1, types.ErrUnaffordable, "the app's price 10"},
		{"fuel over every order", []offer{{"open", 20, 10, 0}, {"open", 30, 20, 0}}, nil, -1, types.ErrFuel, "max_fuel, 10"},
		{"bag over every volume", []offer{{"open", 20, 1e9, 3}}, func(c chance) { c.j.Size_ = 4 }, -1, types.ErrNoOrder, "no orders under"},
		{"another category", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.j.Category = "xs" }, -1, types.ErrNoOrder, "no orders under runtime/wasm/xs"},
		{"a tag nobody has", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.j.Tags = []string{"fpga"} }, -1, types.ErrTags, `"fpga" is needed`},
		{"memory nobody has", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.j.Resources.MemoryBytes = 1<<30 + 1 }, -1, types.ErrResources, "memory_bytes"},
		{"a private pool alone", []offer{{"open", 20, 1e9, 0}}, func(c chance) {
			c.f.setPool("open", func(p *workerstypes.Pool) { p.Requesters.Roles = []orgstypes.Role{orgstypes.ROLE_WORKER} })
		}, -1, types.ErrPrivatePool, "open does not serve"},
		{"an empty pool alone", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.f.pools.eligible["open"] = 1 }, -1, types.ErrTooFew, "open has workers of 1 organisations"},
		{"parties are not drawn", []offer{{"open", 20, 1e9, 0}}, func(c chance) {
			c.f.pools.eligible["open"], c.f.orgs.of[string(rawOf(addr("ann")))] = 2, "serving"
		}, -1, types.ErrTooFew, "open has workers of 1 organisations that are no party to the task, expected at least 2"},
		{"no pool that is taken", []offer{{"open", 20, 1e9, 0}}, func(c chance) { c.j.Pools.Ids = []string{"second"} }, -1, types.ErrPoolRestricted, "open is not among"},
		{"sold by order alone", []offer{{"open", 20, 1e9, 0}}, func(c chance) {
			c.f.setApp(c.j.App, func(_ *appstypes.App, v *appstypes.Version) { v.ByOrder = true })
		}, -1, types.ErrByOrder, "no order on the book"},
		{"dataset by order alone", []offer{{"open", 20, 1e9, 0}}, func(c chance) {
			c.j.Datasets = []string{"data/aa:v1"}
			c.f.setDataset("data/aa:v1", func(_ *appstypes.Dataset, v *appstypes.DatasetVersion) { v.ByOrder = true })
		}, -1, types.ErrByOrder, "datasets[0]: data/aa:v1 has no list price"},
		{"datasets beyond max_dataset_price", []offer{{"open", 20, 1e9, 0}}, func(c chance) {
			c.j.Datasets, c.j.MaxDatasetPrice = []string{"data/aa:v1", "data/bb:v1"}, 9
		}, -1, types.ErrDatasetPrice, "cost up to 10"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.fund("ann", 1_000_000)
			var ids []string
			for i, o := range tc.offers {
				p := f.poolOrder(o.pool, uint64(i), o.price, o.volume)
				p.Pool.MaxFuel = o.maxFuel
				ids = append(ids, f.place(p))
				f.next()
			}
			f.next()
			j := job()
			if tc.before != nil {
				tc.before(chance{f, &j})
			}
			_, previewed := f.Preview(f.ctx, addr("ann"), j, nil)
			id := f.submit("ann", 1, j)
			f.next()
			r := f.request(id)
			if tc.exp >= 0 {
				require.NoError(t, previewed)
				require.Equal(t, types.REQUEST_STATUS_MATCHED, r.Status, r.Reason)
				require.Equal(t, ids[tc.exp], f.deal(id).PoolOrder)
				return
			}
			if j.Size_ == 0 { // a preview does not ask for the whole bag
				require.ErrorIs(t, previewed, tc.expErr, "a preview says what matching will")
			}
			require.Equal(t, types.REQUEST_STATUS_UNMATCHED, r.Status)
			require.Contains(t, r.Reason, tc.reason)
			require.Contains(t, r.Reason, tc.expErr.Error())
			require.EqualValues(t, 1_000_000, f.balance("ann"))
		})
	}
}

// What changes between submission and matching is judged as it is at the match, and refunded without an order.
func TestMatchJudgesAgain(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(f *fixture)
		expErr error
	}{
		{"app deprecated", func(f *fixture) {
			f.setApp("studio/ray:v1", func(a *appstypes.App, _ *appstypes.Version) { a.Deprecated = true })
		}, types.ErrDeprecated},
		{"app suspended", func(f *fixture) {
			f.setApp("studio/ray:v1", func(a *appstypes.App, _ *appstypes.Version) { a.Suspended = true })
		}, types.ErrSuspended},
		{"requester revoked", func(f *fixture) { f.member("ann", "anns"); f.orgs.revoked["anns"] = true }, orgstypes.ErrRole},
		{"cancelled below its nonce", func(f *fixture) {
			require.NoError(f, f.cancelBelow("ann", types.ORDER_KIND_REQUEST, 2))
		}, types.ErrCancelled},
		{"parameters", func(f *fixture) { f.setParams(func(p *types.Params) { p.MaxFuel = 1 }) }, types.ErrFuel},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, expiry := range []int64{0, 50} { // no order will mend it, so that it does not rest either
				f := newFixture(t)
				f.fund("ann", 1_000)
				f.offer("open", 1, 20, 0)
				id := f.rest("ann", 1, job(), expiry)
				tc.change(f)
				f.next()
				r := f.request(id)
				require.Equal(t, types.REQUEST_STATUS_UNMATCHED, r.Status)
				require.Contains(t, r.Reason, tc.expErr.Error())
				require.EqualValues(t, 1_000, f.balance("ann"))
				f.next()
			}
		})
	}
}

// Orders whose pool is no longer what they say leave the book when they are met.
func TestMatchTakesStaleOrdersOffTheBook(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(f *fixture)
		status types.OrderStatus
	}{
		{"stake raised", func(f *fixture) { f.setPool("open", func(p *workerstypes.Pool) { p.Stake++ }) }, types.ORDER_STATUS_STALE},
		{"min_price raised", func(f *fixture) { f.setPool("open", func(p *workerstypes.Pool) { p.MinPrice = 21 }) }, types.ORDER_STATUS_STALE},
		{"max_commission_bps lowered", func(f *fixture) { f.setPool("open", func(p *workerstypes.Pool) { p.MaxCommissionBps = 99 }) }, types.ORDER_STATUS_STALE},
		{"capability gone", func(f *fixture) {
			f.setPool("open", func(p *workerstypes.Pool) { p.Capabilities = []string{"eu", "gpu"} })
		}, types.ORDER_STATUS_STALE},
		{"retired", func(f *fixture) { f.setPool("open", func(p *workerstypes.Pool) { p.Retired = true }) }, types.ORDER_STATUS_STALE},
		{"operator revoked", func(f *fixture) { f.orgs.revoked["acme"] = true }, types.ORDER_STATUS_STALE},
		{"operator moved", func(f *fixture) { f.member("acme", "bolt") }, types.ORDER_STATUS_STALE},
		{"pool of another operator", func(f *fixture) { f.setPool("open", func(p *workerstypes.Pool) { p.Operator = "bolt" }) }, types.ORDER_STATUS_STALE},
		{"below the floor", func(f *fixture) { require.NoError(f, f.cancelBelow("acme", types.ORDER_KIND_POOL, 2)) }, types.ORDER_STATUS_CANCELLED},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.fund("ann", 10_000)
			id := f.place(with(f.poolOrder("open", 1, 20, 0), func(o *types.Order) { o.Pool.CommissionBps = 100 }))
			good := f.offer("second", 2, 30, 0)
			f.next()
			tc.change(f)
			r := f.submit("ann", 1, job())
			f.next()
			require.Equal(t, good, f.deal(r).PoolOrder)
			require.Equal(t, tc.status, f.order(id).Status)
			require.ErrorIs(t, f.cancelNonce("acme", types.ORDER_KIND_POOL, 1), types.ErrEnded)
			f.next()
		})
	}
}

func TestPreview(t *testing.T) {
	f := newFixture(t)
	f.member("ann", "anns")
	f.offer("open", 1, 20, 0)
	f.next()
	before := f.dump()
	j := job()
	j.MaxPrice = 0 // no bound
	p, err := f.Preview(f.ctx, addr("ann"), j, nil)
	require.NoError(t, err)
	require.Equal(t, "anns", p.Deal.RequesterOrganisation)
	require.Equal(t, "studio/ray", p.Deal.App)
	require.Equal(t, "v1", p.Deal.AppVersion)
	require.Equal(t, "open", p.Deal.Pool)
	require.EqualValues(t, 25, p.Deal.Terms.MaxSeats)
	require.EqualValues(t, 10+25*20, p.Deal.Terms.Value)
	require.Equal(t, before, f.dump())

	_, err = f.Preview(f.ctx, "nobody", j, nil)
	require.ErrorIs(t, err, types.ErrRequester)
	j.MaxPrice, j.Size_ = math.MaxUint64, 2
	_, err = f.Preview(f.ctx, addr("ann"), j, nil)
	require.ErrorIs(t, err, types.ErrPrice)
	j = job()
	j.Trust = 0
	_, err = f.Preview(f.ctx, addr("ann"), j, nil)
	require.ErrorIs(t, err, types.ErrTrust)
}

// An app that is not published yet is previewed as if its message had been handled first. Nothing of it stays, and the job's own app is not
// looked at. Who may not publish it is told so.
func TestPreviewOfAnUnpublishedApp(t *testing.T) {
	f := newFixture(t)
	f.member("ann", "anns")
	f.member("eve", "eves")
	f.offer("open", 1, 20, 0)
	f.next()
	before := f.dump()
	j := job()
	j.App, j.MaxPrice = "", 0
	_, err := f.Preview(f.ctx, addr("ann"), j, nil)
	require.ErrorIs(t, err, types.ErrUnknownApp)
	draft := &appstypes.MsgPublish{Owner: addr("ann"), Name: "sum", Version: "0", Digest: digest, Size_: 7, Runtime: "wasm", Price: 3}
	p, err := f.Preview(f.ctx, addr("ann"), j, draft)
	require.NoError(t, err)
	require.Equal(t, "anns/sum", p.Deal.App)
	require.Equal(t, "0", p.Deal.AppVersion)
	require.EqualValues(t, 7, p.Deal.ModuleSize)
	require.EqualValues(t, 3, p.Deal.Terms.AppPrice)
	require.Equal(t, before, f.dump())
	draft.Runtime = "oci"
	_, err = f.Preview(f.ctx, addr("ann"), j, draft)
	require.Error(t, err, "no pool executes it")
}

func TestMatchIsCappedAndCarriedOver(t *testing.T) {
	f := newFixture(t)
	f.offer("open", 1, 50, 0)
	f.next()
	f.setParams(func(p *types.Params) { p.MatchesPerBlock = 2 })
	f.fund("ann", 1_000_000)
	var old, young []string
	for i := range 5 {
		old = append(old, f.submit("ann", uint64(i), job()))
	}
	f.next() // 2 of the old
	for i := range 2 {
		young = append(young, f.submit("ann", uint64(10+i), job()))
	}
	matched := func(ids []string) (n int) {
		for _, id := range ids {
			if f.request(id).Status == types.REQUEST_STATUS_MATCHED {
				n++
			}
		}
		return n
	}
	for _, want := range [][2]int{{2, 0}, {4, 0}, {5, 1}, {5, 2}, {5, 2}} {
		require.Equal(t, want, [2]int{matched(old), matched(young)})
		f.next()
	}
}

// The order of the transactions in a block decides nothing: whatever it is, the same requests meet the same orders.
func TestMatchIgnoresTheOrderOfTransactions(t *testing.T) {
	people := []string{"ann", "bob", "cyd", "dan", "eve", "fay"}
	run := func(t testing.TB, order []int) (met []string) {
		f := newFixture(t)
		f.offer("open", 1, 20, 2) // the volumes are scarce: somebody gets the dear one, somebody none
		f.offer("second", 2, 30, 3)
		for _, n := range people {
			f.fund(n, 1_000)
		}
		ids := make([]string, len(people))
		for _, i := range order {
			ids[i] = f.submit(people[i], 1, job())
		}
		f.next()
		for i, id := range ids {
			r := f.request(id)
			what := r.Status.String() + r.Reason
			if r.Deal != "" {
				what = f.deal(id).PoolOrder
			}
			met = append(met, fmt.Sprint(people[i], " ", what, " ", f.balance(people[i])))
		}
		return append(met, f.tasks.opened...)
	}
	want := run(t, []int{0, 1, 2, 3, 4, 5})
	var some, none int
	for _, m := range want[:len(people)] {
		if strings.Contains(m, "UNMATCHED") {
			none++
		} else {
			some++
		}
	}
	require.Equal(t, []int{5, 1}, []int{some, none})
	rapid.Check(t, func(rt *rapid.T) {
		order := rapid.Permutation([]int{0, 1, 2, 3, 4, 5}).Draw(rt, "order")
		if got := run(t, order); !slices.Equal(want, got) {
			rt.Fatalf("order %v:\n%v\nwant\n%v", order, got, want)
		}
	})
}

// Who comes first is decided by the seed of the block after, which nobody knew when it chose its nonce.
func TestMatchFollowsTheSeed(t *testing.T) {
	first := map[string]bool{}
	for height := int64(1); height <= 12; height++ {
		f := newFixture(t)
		f.ctx = f.ctx.WithBlockHeight(height)
		f.offer("open", 1, 20, 1) // for one only
		ids := map[string]string{}
		for _, n := range []string{"ann", "bob", "cyd"} {
			f.fund(n, 1_000)
			ids[n] = f.submit(n, 1, job())
		}
		f.next()
		seed, err := beacon{}.Seed(f.ctx)
		require.NoError(t, err)
		best, rank := "", []byte(nil)
		for n, id := range ids {
			raw, err := types.ParseID(id)
			require.NoError(t, err)
			if r := sha256.Sum256(slices.Concat(seed, raw[:])); best == "" || bytes.Compare(r[:], rank) < 0 {
				best, rank = n, r[:]
			}
		}
		for n, id := range ids {
			require.Equal(t, n == best, f.request(id).Deal != "", "height %d, %s", height, n)
		}
		first[best] = true
	}
	require.Len(t, first, 3, "the same requests, in another block, take another order")
}

// A panic in one request's matching leaves the others whole, and its money goes back.
func TestMatchIsolatesEachRequest(t *testing.T) {
	f := newFixture(t)
	f.addApp("studio/bomb:v1", 10)
	f.offer("open", 1, 50, 0)
	f.next()
	var good []string
	var bad string
	for i, n := range []string{"ann", "bob", "cyd"} {
		f.fund(n, 1_000)
		j := job()
		if i == 1 {
			j.App = "studio/bomb:v1"
			bad = f.rest(n, 1, j, 90)
			continue
		}
		good = append(good, f.submit(n, 1, j))
	}
	f.setApp("studio/bomb:v1", func(a *appstypes.App, _ *appstypes.Version) { a.Description = "panics" })
	f.next()
	for _, id := range good {
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status)
	}
	r := f.request(bad)
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, r.Status)
	require.Equal(t, "the chain failed to process it", r.Reason, "fixed text: what a panic says differs from node to node")
	require.Zero(t, r.Escrow)
	require.EqualValues(t, 1_000, f.balance("bob"))
	f.next()
}

// A list price that does not suit hides no order that does, dearer ones among them.
func TestListPriceThatDoesNotSuit(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 10_000)
	f.setPool("open", func(p *workerstypes.Pool) { p.Capabilities = []string{"tee"} })
	f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.Price = 10 })
	dear := f.place(with(appOrder("studio/ray:v1", 1, 12, 0), func(o *types.Order) { o.App.Tags = []string{"tee"} }))
	f.place(with(f.poolOrder("open", 1, 20, 0), func(o *types.Order) { o.Pool.Tags = []string{"tee"} }))
	f.next()
	j := job()
	j.Tags = []string{"tee"}
	id := f.submit("ann", 1, j)
	f.next()
	require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status, f.request(id).Reason)
	require.Equal(t, dear, f.deal(id).AppOrder)
	f.next()
}
