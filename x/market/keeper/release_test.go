package keeper_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

const (
	isResting = types.ORDER_STATUS_RESTING
	isFilled  = types.ORDER_STATUS_FILLED
)

func (f *fixture) open(n uint32) { f.setDealParams(func(p *dealstypes.Params) { p.OpensPerBlock = n }) }

// drop ends an opened task for which nobody was paid, as x/tasks ends one that waited for a first worker.
func (f *fixture) drop(d dealstypes.Deal, index uint64) {
	each, err := d.Terms.Escrow()
	require.NoError(f, err)
	require.NoError(f, f.settleTask(d.Id, index, nil, each, false))
}

// Whoever submits a bag as large as an order and takes it back has used up nothing: what was not opened comes back at
// once, what was opened and had no worker when the deal has ended. The order stands where it stood.
func TestCancelledTasksGiveTheirVolumeBack(t *testing.T) {
	f := newFixture(t)
	f.open(4)
	f.fund("eve", 10_000_000)
	first, later := f.offer("open", 1, 20, 1_000), f.offer("second", 1, 20, 1_000)
	f.next()
	f.offer("open", 2, 20, 1_000)
	f.next()
	if f.order(later).Rank < f.order(first).Rank {
		first = later
	}
	was := f.order(first)
	j := job()
	j.Size_ = 1_000
	id := f.submit("eve", 1, j)
	f.next()
	require.Equal(t, isFilled, f.order(first).Status)
	require.NoError(t, f.cancel("eve", id))
	f.next()
	o := f.order(first)
	require.Equal(t, []any{isResting, uint64(4), uint64(996), was.Rank, was.Topic}, []any{o.Status, o.Filled, o.Released, o.Rank, o.Topic})
	require.Equal(t, []*types.EventOrderReleased{{Id: first, Tasks: 996, Filled: 4, Deal: f.deal(id).Id, Status: isResting}}, events[*types.EventOrderReleased](f))

	d := f.deal(id)
	f.drop(d, 0)
	f.drop(d, 1)
	f.settlePaid(d)
	f.next()
	require.EqualValues(t, 4, f.order(first).Filled, "together, when the deal has ended")
	f.drop(d, 3)
	f.next()
	require.EqualValues(t, 1, f.order(first).Filled, "one was paid for")
	require.EqualValues(t, 999, f.order(first).Released)
	j.Size_ = 999
	again := f.submit("eve", 2, j)
	f.next()
	require.Equal(t, first, f.deal(again).PoolOrder, "it is met at its old place")
	require.Equal(t, isFilled, f.order(first).Status)
	f.next()
}

// settlePaid ends a task with a payment and without an answer.
func (f *fixture) settlePaid(d dealstypes.Deal) {
	each, err := d.Terms.Escrow()
	require.NoError(f, err)
	_, to := account("w1")
	require.NoError(f, f.settleTask(d.Id, 0, []dealstypes.EscrowPay{{To: to, Amount: 1}}, each-1, false))
}

// Tasks that can not be opened give their volume back to all orders of the deal, and so do those of split datasets.
func TestEveryOrderOfTheDealHasItsVolumeBack(t *testing.T) {
	for _, split := range []bool{false, true} {
		f := newFixture(t)
		f.fund("eve", 10_000_000)
		pool, app := f.offer("open", 1, 20, 2), f.place(appOrder("studio/ray:v1", 1, 5, 2))
		aa, bb := f.place(datasetOrder("data/aa:v1", 1, 1, 2)), f.place(datasetOrder("data/bb:v1", 2, 1, 2))
		f.next()
		j := job()
		j.Size_, j.Datasets = 2, []string{"data/aa:v1", "data/bb:v1"}
		want := uint64(2)
		if split {
			j.DatasetsPerTask, want = 1, 1
		}
		f.tasks.fail = func(_ dealstypes.Deal, index uint64) error { return errors.New("injected") }
		f.submit("eve", 1, j)
		f.next()
		f.next()
		for order, want := range map[string]uint64{pool: 2, app: 2, aa: want, bb: want} {
			o := f.order(order)
			require.Equal(t, []any{isResting, uint64(0), want}, []any{o.Status, o.Filled, o.Released})
		}
		// Of a cancelled one likewise, opened or not.
		f.tasks.fail = nil
		f.open(1)
		id := f.submit("eve", 2, j)
		f.next()
		require.NoError(t, f.cancel("eve", id))
		f.next()
		require.EqualValues(t, 1, f.order(pool).Filled)
		require.EqualValues(t, 1, f.order(aa).Filled)
		require.EqualValues(t, map[bool]uint64{false: 1, true: 0}[split], f.order(bb).Filled)
		f.drop(f.deal(id), 0)
		f.next()
		for _, order := range []string{pool, app, aa, bb} {
			require.Zero(t, f.order(order).Filled)
		}
		f.next()
	}
}

// An order that ended meanwhile stays ended; one without a place, or whose owner has no room, is good off the book.
func TestReleasedOrdersStandOnlyWhenTheyMay(t *testing.T) {
	for _, tc := range []struct {
		name  string
		order func(o *types.Order)
		after func(f *fixture)
		want  types.OrderStatus
	}{
		{"stands", nil, nil, isResting},
		{"expires later", func(o *types.Order) { o.Expiry = 50 }, nil, isResting},
		{"expired", func(o *types.Order) { o.Expiry = 4 }, nil, isFilled},
		{"floor", nil, func(f *fixture) { require.NoError(f, f.cancelBelow("acme", kindPool, 9)) }, isFilled},
		{"no room", nil, func(f *fixture) {
			for i := range uint64(types.MaxResting) {
				f.place(with(f.poolOrder("open", 100+i, 900, 1), func(o *types.Order) { o.Pool.Category = []string{"xs", "s", "m", "l"}[i%4] }))
			}
		}, types.ORDER_STATUS_SIGNED},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.open(1)
			f.fund("eve", 10_000_000)
			o := f.poolOrder("open", 1, 20, 5)
			if tc.order != nil {
				tc.order(&o)
			}
			order := f.place(o)
			f.next()
			j := job()
			j.Size_ = 5
			id := f.submit("eve", 1, j)
			f.next()
			if tc.after != nil {
				tc.after(f)
			}
			require.NoError(t, f.cancel("eve", id))
			f.next()
			r := f.order(order)
			require.Equal(t, []any{tc.want, uint64(1), uint64(4)}, []any{r.Status, r.Filled, r.Released})
			require.ErrorIs(t, f.cancel("eve", id), types.ErrEnded, "twice is once")
			f.next()
			require.EqualValues(t, 4, f.order(order).Released)
			if o.Expiry == 50 {
				f.until(51)
				require.Equal(t, types.ORDER_STATUS_EXPIRED, f.order(order).Status)
			}
			if tc.want == types.ORDER_STATUS_SIGNED {
				require.Empty(t, r.Rank)
				require.ErrorIs(t, f.tryPlace(o), types.ErrBookFull)
				require.NoError(t, f.cancelNonce("acme", kindPool, 100))
				require.NoError(t, f.cancelNonce("acme", kindPool, 104))
				require.NoError(t, f.tryPlace(o))
				f.next()
				require.Equal(t, isResting, f.order(order).Status)
				f.next()
			}
		})
	}
	f := newFixture(t)
	f.open(1)
	f.fund("eve", 1_000)
	_, err := f.matchErr(types.MsgMatchOrders{
		Relayer: addr("eve"), Pool: f.sign(f.poolOrder("open", 1, 20, 2)),
		Request: f.sign(requestOrder("eve", 1, with2(job()))),
	})
	require.NoError(t, err)
	f.next()
	order := idOf(f.poolOrder("open", 1, 20, 2))
	require.Equal(t, isFilled, f.order(order).Status)
	require.NoError(t, f.cancelNonce("eve", kindRequest, 1))
	f.next()
	require.Equal(t, types.ORDER_STATUS_SIGNED, f.order(order).Status)
	require.EqualValues(t, 1, f.order(order).Left())
	f.next()
}

func (f *fixture) tryPlace(o types.Order) error {
	_, err := f.placeErr(o)
	return err
}

// with2 makes a job a bag of two.
func with2(j types.Job) types.Job {
	j.Size_, j.MaxPrice = 2, 100
	return j
}

// Volume that comes back starts a rematch of the requests that lacked it.
func TestReleasedVolumeStartsARematch(t *testing.T) {
	for volume, left := range map[uint64]types.OrderStatus{5: isFilled, 6: isResting} {
		f := newFixture(t)
		f.open(1)
		f.fund("eve", 10_000_000)
		order := f.offer("open", 1, 20, volume)
		f.next()
		j := job()
		j.Size_ = 5
		id := f.submit("eve", 1, j)
		f.next()
		require.Equal(t, left, f.order(order).Status)
		j.Size_ = 3
		waits := resting(f, "ann", 1, j, 100)
		require.NoError(t, f.cancel("eve", id))
		f.next()
		require.Equal(t, types.REQUEST_STATUS_MATCHED, f.request(waits).Status)
	}
}

// Volume that many deals of many orders give back at once comes back over several blocks, each at a bounded cost.
func TestReleasesTakeLooks(t *testing.T) {
	f := newFixture(t)
	f.open(1)
	f.fund("eve", 10_000_000)
	j := job()
	j.Datasets, j.Size_, j.Partial, j.MaxPrice = f.manyDatasets(40), 20, true, 200
	var orders []string
	for i, ref := range j.Datasets {
		f.setDataset(ref, func(_ *appstypes.Dataset, v *appstypes.DatasetVersion) { v.ByOrder = true })
		orders = append(orders, f.place(datasetOrder(ref, uint64(i), 0, 1_000)))
	}
	for n := range uint64(types.MaxRestingOfSeller) {
		f.offer("open", n, 20, 1)
	}
	f.setParams(func(p *types.Params) { p.LooksPerBlock = 100_000 })
	f.next()
	id := f.submit("eve", 1, j)
	for range 4 {
		f.next()
	}
	deals := f.request(id).Deals
	require.EqualValues(t, types.MaxRestingOfSeller, deals, f.request(id).Reason)
	f.setParams(func(p *types.Params) { p.LooksPerBlock = 2_000 }) // 500 for releases: three deals of 41 orders each
	require.NoError(t, f.cancel("eve", id))
	most, blocks := 0, 0
	require.EqualValues(t, deals, f.order(orders[0]).Filled)
	for f.order(orders[0]).Filled > 5 { // those that were opened meanwhile
		c := f.cost()
		most, blocks = max(most, c.writes), blocks+1
		require.Less(t, blocks, 20)
	}
	t.Logf("%d deals of %d orders: %d blocks, at most %d writes", deals, len(orders)+1, blocks, most)
	require.GreaterOrEqual(t, blocks, 3)
	require.Less(t, most, 2_000)
	for range 6 {
		f.next()
	}
	opened := uint64(0)
	for _, d := range f.deals(id) {
		opened += d.Opened
	}
	for _, o := range orders {
		require.Equal(t, opened, f.order(o).Filled)
	}
}
