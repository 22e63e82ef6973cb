package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// Of list price and orders the cheapest that allows the deal counts; what an order restricts leads to the next one.
func TestAppOffers(t *testing.T) {
	order := func(nonce, price uint64, change func(o *types.AppOrder)) types.Order {
		o := appOrder("studio/ray:v1", nonce, price, 0)
		if change != nil {
			change(o.App)
		}
		return o
	}
	for _, tc := range []struct {
		name    string
		byOrder bool
		orders  []types.Order
		price   uint64 // of the app in the deal
		order   int    // that it met; -1 for the list price
	}{
		{"list price", false, nil, 10, -1},
		{"cheaper order", false, []types.Order{order(1, 9, nil), order(2, 7, nil), order(3, 8, nil)}, 7, 1},
		{"the list price when an order costs as much", false, []types.Order{order(1, 10, nil)}, 10, -1},
		{"dearer orders do not count", false, []types.Order{order(1, 11, nil)}, 10, -1},
		{"by order alone", true, []types.Order{order(1, 50, nil)}, 50, 0},
		{"requester not taken", false, []types.Order{
			order(1, 1, func(o *types.AppOrder) { o.Requesters.Accounts = []string{addr("bob")} }), order(2, 5, nil),
		}, 5, 1},
		{"role taken", false, []types.Order{
			order(1, 1, func(o *types.AppOrder) { o.Requesters.Roles = []orgstypes.Role{orgstypes.ROLE_REQUESTER} }),
		}, 1, 0},
		{"role not held", false, []types.Order{
			order(1, 1, func(o *types.AppOrder) { o.Requesters.Roles = []orgstypes.Role{orgstypes.ROLE_WORKER} }),
		}, 10, -1},
		{"dataset not taken", false, []types.Order{order(1, 1, func(o *types.AppOrder) { o.Datasets.Ids = []string{"data/bb"} })}, 10, -1},
		{"pool not taken, next order", false, []types.Order{
			order(1, 1, func(o *types.AppOrder) { o.Pools.Ids = []string{"second"} }), order(2, 3, nil),
		}, 3, 1},
		{"pool not taken, list price", false, []types.Order{order(1, 1, func(o *types.AppOrder) { o.Pools.Ids = []string{"second"} })}, 10, -1},
		{"pool's owner taken", false, []types.Order{
			order(1, 1, func(o *types.AppOrder) {
				o.Pools = types.Restriction{Ids: []string{"second"}, Audience: orgstypes.Audience{Organisations: []string{"acme"}}}
			}),
		}, 1, 0},
		{"tag that no pool has", false, []types.Order{order(1, 1, func(o *types.AppOrder) { o.Tags = []string{"fpga"} })}, 10, -1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.fund("ann", 10_000)
			f.member("ann", "anns")
			f.setApp("studio/ray:v1", func(_ *appstypes.App, v *appstypes.Version) { v.ByOrder = tc.byOrder })
			f.offer("open", 1, 20, 0)
			var ids []string
			for _, o := range tc.orders {
				ids = append(ids, f.place(o))
			}
			f.next()
			j := job()
			j.Datasets = []string{"data/aa:v1"}
			id := f.submit("ann", 1, j)
			f.next()
			r := f.request(id)
			require.Equal(t, types.REQUEST_STATUS_MATCHED, r.Status, r.Reason)
			d := f.deal(id)
			require.Equal(t, tc.price, d.Terms.AppPrice)
			if tc.order < 0 {
				require.Empty(t, d.AppOrder)
			} else {
				require.Equal(t, ids[tc.order], d.AppOrder)
			}
		})
	}
}

// So do datasets.
func TestDatasetOffers(t *testing.T) {
	order := func(nonce, price uint64, change func(o *types.DatasetOrder)) types.Order {
		o := datasetOrder("data/bb:v1", nonce, price, 0)
		if change != nil {
			change(o.Dataset)
		}
		return o
	}
	for _, tc := range []struct {
		name    string
		byOrder bool
		orders  []types.Order
		order   int // that it met; -1 for the list price, -2 for no deal
		expErr  error
	}{
		{"list price", false, nil, -1, nil},
		{"cheaper order", false, []types.Order{order(1, 4, nil), order(2, 2, nil)}, 1, nil},
		{"by order alone", true, []types.Order{order(1, 50, nil)}, 0, nil},
		{"app not taken", false, []types.Order{order(1, 1, func(o *types.DatasetOrder) { o.Apps.Ids = []string{"studio/zoo"} })}, -1, nil},
		{"app's version taken", true, []types.Order{order(1, 1, func(o *types.DatasetOrder) { o.Apps.Ids = []string{"studio/ray:v1"} })}, 0, nil},
		{"requester not taken", true, []types.Order{
			order(1, 1, func(o *types.DatasetOrder) { o.Requesters.Organisations = []string{"x-org"} }),
		}, -2, types.ErrDatasetRestrictsRequester},
		{"pool not taken", true, []types.Order{
			order(1, 1, func(o *types.DatasetOrder) { o.Pools.Ids = []string{"second"} }),
		}, -2, types.ErrDatasetRestrictsPool},
		{"trusted environment", true, []types.Order{order(1, 1, func(o *types.DatasetOrder) { o.Tags = []string{"tee"} })}, -2, types.ErrTEE},
		{"a make of it is the app's business", true, []types.Order{order(1, 1, func(o *types.DatasetOrder) { o.Tags = []string{"tee.tdx"} })}, 0, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.fund("ann", 10_000)
			f.setDataset("data/bb:v1", func(_ *appstypes.Dataset, v *appstypes.DatasetVersion) { v.ByOrder = tc.byOrder })
			f.offer("open", 1, 20, 0)
			var ids []string
			for _, o := range tc.orders {
				ids = append(ids, f.place(o))
			}
			f.next()
			j := job()
			j.Datasets = []string{"data/aa:v1", "data/bb:v1"}
			id := f.submit("ann", 1, j)
			f.next()
			r := f.request(id)
			if tc.order == -2 {
				require.Contains(t, r.Reason, tc.expErr.Error())
				return
			}
			require.Equal(t, types.REQUEST_STATUS_MATCHED, r.Status, r.Reason)
			d := f.deal(id)
			want := ""
			if tc.order >= 0 {
				want = ids[tc.order]
			}
			require.Equal(t, want, d.Datasets[1].Order)
			require.Empty(t, d.Datasets[0].Order)
		})
	}
}

// A split bag needs of each dataset's order one task, also when several deals fill it: what one deal has read need not
// be sold to the next.
func TestSplitDatasets(t *testing.T) {
	refs := []string{"data/aa:v1", "data/bb:v1", "data/cc:v1"}
	setUp := func() (*fixture, types.Job, []string) {
		f := newFixture(t)
		f.fund("ann", 100_000)
		var ids []string
		for i, ref := range refs {
			f.setDataset(ref, func(_ *appstypes.Dataset, v *appstypes.DatasetVersion) { v.ByOrder = true })
			ids = append(ids, f.place(datasetOrder(ref, uint64(i), 3+uint64(i), 1)))
		}
		j := job()
		j.Datasets, j.DatasetsPerTask, j.Size_ = refs, 1, 3
		return f, j, ids
	}
	t.Run("one deal", func(t *testing.T) {
		f, j, ids := setUp()
		f.offer("open", 1, 20, 0)
		f.next()
		id := f.submit("ann", 1, j)
		f.next()
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status, f.request(id).Reason)
		d := f.deal(id)
		require.EqualValues(t, 5, d.Terms.DatasetPrice, "the dearest of one task")
		require.Equal(t, "data/cc", d.DatasetsOf(2)[0].Dataset)
		for _, o := range ids {
			require.Equal(t, types.ORDER_STATUS_FILLED, f.order(o).Status)
			require.EqualValues(t, 1, f.order(o).Filled)
		}
	})
	t.Run("several deals of one matching", func(t *testing.T) {
		f, j, ids := setUp()
		for i := range uint64(3) {
			f.offer("open", i, 20+i, 1)
		}
		f.next()
		id := f.submit("ann", 1, j)
		f.next()
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status, f.request(id).Reason)
		deals := f.deals(id)
		require.Len(t, deals, 3)
		for i, d := range deals {
			require.Equal(t, ids[i], d.DatasetsOf(uint64(i))[0].Order)
			require.EqualValues(t, 3+i, d.DatasetsOf(uint64(i))[0].Price)
			require.Equal(t, []dealstypes.Fill{{Order: d.PoolOrder, Tasks: 1}, {Order: ids[i], Tasks: 1}}, d.Fills())
		}
		f.next()
	})
	t.Run("the rest later, when the others are not sold any more", func(t *testing.T) {
		f, j, ids := setUp()
		f.offer("open", 1, 20, 1)
		f.next()
		j.Partial = true
		id := f.rest("ann", 1, j, 50)
		f.next()
		require.EqualValues(t, 1, f.request(id).Filled)
		f.setDataset(refs[0], func(d *appstypes.Dataset, _ *appstypes.DatasetVersion) { d.Deprecated = true })
		f.offer("open", 2, 20, 0)
		f.next()
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(id).Status, f.request(id).Reason)
		require.Equal(t, types.ORDER_STATUS_FILLED, f.order(ids[2]).Status)
		f.next()
	})
	t.Run("proposed matches", func(t *testing.T) {
		f, j, ids := setUp()
		f.offer("open", 1, 20, 1)
		f.offer("second", 2, 30, 9)
		f.next()
		j.Partial = true
		request := requestOrder("ann", 1, j)
		orders := []types.SignedOrder{{Id: ids[0]}, {Id: ids[1]}, {Id: ids[2]}}
		m := types.MsgMatchOrders{Relayer: addr("eve"), Pool: types.SignedOrder{Id: idOf(f.poolOrder("open", 1, 20, 1))}, Request: f.sign(request), Datasets: orders}
		_, err := f.matchErr(m)
		require.NoError(t, err)
		f.next()
		require.EqualValues(t, 1, f.request(idOf(request)).Filled)
		m.Pool.Id = idOf(f.poolOrder("second", 2, 30, 9))
		_, err = f.matchErr(m)
		require.ErrorIs(t, err, types.ErrVolume, "an order that is used up is none, wanted or not")
		m.Datasets[0] = types.SignedOrder{}
		_, err = f.matchErr(m)
		require.NoError(t, err)
		f.next()
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(idOf(request)).Status)
		f.next()
	})
}

// Categories: strict equality, the time and the fuel of the category.
func TestCategories(t *testing.T) {
	f := newFixture(t)
	f.fund("ann", 100_000)
	set := func(c types.Category) error {
		return f.tx(func(ctx sdkContext, m types.MsgServer) error {
			_, err := m.SetCategory(ctx, &types.MsgSetCategory{Category: c})
			return err
		})
	}
	require.ErrorIs(t, set(types.Category{Id: "XS", Seconds: 1, FuelLimit: 1}), types.ErrCategory)
	require.ErrorIs(t, set(types.Category{Id: "xs", FuelLimit: 1}), types.ErrCategory)
	require.NoError(t, set(types.Category{Id: "gpu", Seconds: 7, FuelLimit: 500}))
	none := f.offer("open", 1, 20, 0)
	gpu := f.place(with(f.poolOrder("second", 1, 30, 0), func(o *types.Order) { o.Pool.Category = "gpu" }))
	f.next()
	j := job()
	j.Category = "unknown"
	_, err := f.submitErr("ann", 1, j)
	require.ErrorIs(t, err, types.ErrUnknownCategory)
	j.Category, j.FuelLimit = "gpu", 501
	over := f.submit("ann", 1, j)
	j.FuelLimit = 0
	in := f.submit("ann", 2, j)
	j.Pool = "open"
	wrong := f.submit("ann", 3, j)
	out := f.submit("ann", 4, job())
	f.next()
	require.Contains(t, f.request(over).Reason, types.ErrFuel.Error())
	d := f.deal(in)
	require.Equal(t, gpu, d.PoolOrder)
	require.EqualValues(t, []int64{500, 120 + 14}, []int64{int64(d.Terms.FuelLimit), d.Terms.CommitBlocks})
	require.Equal(t, types.REQUEST_STATUS_UNMATCHED, f.request(wrong).Status)
	require.Equal(t, none, f.deal(out).PoolOrder)
	f.setParams(func(p *types.Params) { p.BlockMillis = 1_000 })
	j.Pool = ""
	in = f.submit("ann", 5, j)
	f.next()
	require.EqualValues(t, 120+7, f.deal(in).Terms.CommitBlocks)
}
