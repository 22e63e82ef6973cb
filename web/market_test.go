package web

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// TestOrderRows: each kind of order is shown with its own price, volume and tags. Columns that a kind does not have are empty.
func TestOrderRows(t *testing.T) {
	pool := orderRowOf(markettypes.OrderRecord{Id: "a1", Filled: 3, Order: markettypes.Order{Owner: "anna", Expiry: 9, Pool: &markettypes.PoolOrder{
		Pool: "north", Price: 50, Volume: 7, Category: "xs", MaxFuel: 11, Stake: 13, Trust: 100, CommissionBps: 250, Tags: []string{"eu"},
		UsePrice: &dealstypes.UsePrice{Base: 1, PerGfuel: 2, PerSecond: 3},
	}}})
	require.Equal(t, orderRow{
		ID: "a1", Owner: "anna", Of: "north", Price: 50, Volume: 7, Filled: 3, Category: "xs", MaxFuel: 11, Stake: 13, Trust: 100,
		Commission: 250, UsePrice: &usePriceView{Base: 1, PerGfuel: 2, PerSecond: 3}, Tags: []string{"eu"}, Expiry: 9,
	}, pool)
	app := orderRowOf(markettypes.OrderRecord{Order: markettypes.Order{App: &markettypes.AppOrder{App: "studio/paint", Price: 5, Volume: 2, Tags: []string{"gpu"}}}})
	require.Equal(t, orderRow{Of: "studio/paint", Price: 5, Volume: 2, Tags: []string{"gpu"}}, app)
	set := orderRowOf(markettypes.OrderRecord{Order: markettypes.Order{Dataset: &markettypes.DatasetOrder{Dataset: "globe/rivers", Price: 4, Volume: 1}}})
	require.Equal(t, orderRow{Of: "globe/rivers", Price: 4, Volume: 1, Tags: []string{}}, set, "a list without entries is a list")
}

// TestRequestRows: a request that names no size is one task.
func TestRequestRows(t *testing.T) {
	row := requestRowOf(markettypes.Request{Id: "a1", Job: markettypes.Job{MaxPrice: 5}, Escrow: 6, Limit: 7, Height: 8, Expiry: 9, Pruned: 10, Filled: 1})
	require.Equal(t, requestRow{ID: "a1", Size: 1, Filled: 1, MaxPrice: 5, Escrow: 6, Limit: 7, Height: 8, Expiry: 9, Pruned: 10}, row)
	require.EqualValues(t, 3, requestRowOf(markettypes.Request{Job: markettypes.Job{Size_: 3}}).Size)
}

// TestDealRows: every sum and count of a deal has its own name. A number that a browser would round is given as text.
func TestDealRows(t *testing.T) {
	row := dealRowOf(dealstypes.Deal{
		Id: "d1", Request: "a1", App: "studio/paint", AppVersion: "1", Pool: "north", Requester: "anna", RequesterOrganisation: "acme",
		Terms: dealstypes.Terms{Policy: "credence", Trust: 100, Price: 1}, Size_: 2, Opened: 3, Ended: 4, Accepted: 5,
		Escrow: math.MaxUint64, Paid: 7, Premiums: 8, Refunded: 9, Height: 10, Pruned: 11,
	})
	require.Equal(t, dealRow{
		ID: "d1", Request: "a1", App: "studio/paint", Version: "1", Pool: "north", Requester: "anna", Organisation: "acme", Policy: "credence",
		Trust: 100, Size: 2, Opened: 3, Ended: 4, Accepted: 5, Price: 1, Escrow: math.MaxUint64, Paid: 7, Premiums: 8, Refunded: 9, Height: 10, Pruned: 11,
	}, row)
	text, err := json.Marshal(row)
	require.NoError(t, err)
	require.Contains(t, string(text), `"escrow":"18446744073709551615"`)
}

// TestNewestDeals: the market shows the newest deals, whatever the pool, and not more than a page has.
func TestNewestDeals(t *testing.T) {
	var shown []dealRow
	for pool := range 3 {
		var deals []dealRow
		for i := range pageSize {
			deals = append(deals, dealRow{Height: int64(100 - 3*i + pool)})
		}
		shown = newest(append(shown, deals...))
	}
	require.Len(t, shown, pageSize)
	for i, d := range shown {
		require.EqualValues(t, 102-i, d.Height)
	}
	require.Empty(t, newest([]dealRow{}))
}
