package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
)

// orderByUse is a pool order with a price by use.
func orderByUse() types.Order {
	o := poolOrder()
	o.Pool.UsePrice = &dealstypes.UsePrice{Base: 1, PerGfuel: 2, PerSecond: 3}
	return o
}

// TestSecondsOfAPrice: a price by seconds multiplies those after which the run is ended; no other price pins any.
func TestSecondsOfAPrice(t *testing.T) {
	for _, tc := range []struct {
		name          string
		runtime       string
		asked, expect uint32
		use           dealstypes.UsePrice
	}{
		{"those that the job declares", "oci", 600, 600, dealstypes.UsePrice{Base: 30, PerSecond: 2}},
		{"the runtime's own", "oci", 0, 60, dealstypes.UsePrice{Base: 30, PerSecond: 2}},
		{"fuel has none", "wasm", 600, 0, dealstypes.UsePrice{Base: 30, PerGfuel: 2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := good()
			runIn(&a, tc.runtime)
			byUse(&a, tc.use)
			a.Request.Job.Category, a.Category, a.Pool.Order.Pool.Category = "", nil, ""
			a.Pool.Order.Pool.Price, a.Request.Job.MaxPoolPrice, a.Request.Job.MaxPrice = 200, 0, 10_000
			a.Request.Job.Execution = &dealstypes.Execution{Seconds: tc.asked}
			require.NoError(t, a.Check())
			terms, err := types.NewTerms(a.Params, a.Request.Job, nil, a.Prices(), poco.Work{Fuel: 1})
			require.NoError(t, err)
			require.Equal(t, tc.expect, terms.Seconds)
			require.Equal(t, &tc.use, terms.UsePrice)
			q := dealstypes.TermsToPoco("c", dealstypes.Deal{Terms: terms}, 0)
			require.Equal(t, tc.use, dealstypes.UsePrice{Base: q.UsePrice.Base, PerGfuel: q.UsePrice.PerGfuel, PerSecond: q.UsePrice.PerSecond})
			require.Equal(t, min(200, 30+2*uint64(tc.expect)), q.PriceOf(poco.Outcome{}), "the price is the most")
		})
	}
}

// TestAPriceByUseChangesNoTerms: seats, escrow, value, premium, stake and the court's fee are those of the price, the most, so that a
// rate weakens nothing that they carry.
func TestAPriceByUseChangesNoTerms(t *testing.T) {
	for _, policy := range []string{"credence", "quorum", "jury", "iexec", "single", "proven", "attested"} {
		job := types.Job{Policy: policy, Trust: 100, MaxPrice: 1_000, Size_: 1, FuelLimit: 4_000}
		fixed := types.Prices{App: 50, Pool: 10, Stake: 1_000}
		used := fixed
		used.Use = &dealstypes.UsePrice{Base: 1, PerGfuel: 7}
		want, err := types.NewTerms(types.DefaultParams(), job, nil, fixed, poco.Work{Fuel: 1})
		require.NoError(t, err)
		got, err := types.NewTerms(types.DefaultParams(), job, nil, used, poco.Work{Fuel: 1})
		require.NoError(t, err)
		require.Equal(t, used.Use, got.UsePrice)
		got.UsePrice = nil
		require.Equal(t, want, got, policy)
	}
}
