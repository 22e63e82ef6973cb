package client

import (
	"testing"

	errorsmod "cosmossdk.io/errors"
	"github.com/stretchr/testify/require"

	markettypes "github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

func TestQuote(t *testing.T) {
	noOrder := overTheWire(errorsmod.Wrap(markettypes.ErrNoOrder, "none at all"))
	for _, tc := range []struct {
		name     string
		malleate func(*fakeMarket, *Job)
		expErr   string
		price    uint64
	}{
		{"the recommended price", func(*fakeMarket, *Job) {}, "", 900},
		{"a price of one's own", func(_ *fakeMarket, j *Job) { j.MaxPrice = 400 }, "", 400},
		{"too low a price", func(_ *fakeMarket, j *Job) { j.MaxPrice = 299 }, "too little for the cheapest offer", 0},
		{"too low a price, but it can wait", func(_ *fakeMarket, j *Job) { j.MaxPrice, j.Rest = 299, 10 }, "", 299},
		{"too little money", func(m *fakeMarket, _ *Job) { m.money = 899 }, "got 899, limit 900", 0},
		{"a voucher instead of money", func(m *fakeMarket, j *Job) {
			m.money, j.Voucher = 0, whole("ab")
			m.vouchers[whole("ab")] = voucherstypes.Voucher{Balance: 900}
		}, "", 900},
		{"the beginning of a voucher's id", func(m *fakeMarket, j *Job) {
			m.money, j.Voucher, m.ids = 0, "abab", ids{KindVoucher: {whole("abab")}}
			m.vouchers[whole("abab")] = voucherstypes.Voucher{Balance: 900}
		}, "", 900},
		{"a voucher with too little", func(m *fakeMarket, j *Job) {
			j.Voucher = whole("ab")
			m.vouchers[whole("ab")] = voucherstypes.Voucher{Balance: 899, Issuer: "cred1issuer"}
		}, "got 899, limit 900", 0},
		{"a voucher that has expired", func(m *fakeMarket, j *Job) {
			j.Voucher = whole("ab")
			m.vouchers[whole("ab")] = voucherstypes.Voucher{Balance: 9000, Expired: true}
		}, "has expired", 0},
		{"a voucher that is none", func(_ *fakeMarket, j *Job) { j.Voucher = whole("ab") }, "not found", 0},
		{"no order", func(m *fakeMarket, _ *Job) { m.quoteErr = noOrder }, "none at all", 0},
		{"no order, but it can wait", func(m *fakeMarket, j *Job) { m.quoteErr, j.Rest = noOrder, 10 }, "no price can be recommended", 0},
		{"no order, and a price", func(m *fakeMarket, j *Job) { m.quoteErr, j.Rest, j.MaxPrice = noOrder, 10, 50 }, "", 50},
		{"a fault of the job's", func(m *fakeMarket, j *Job) {
			m.quoteErr, j.Rest, j.MaxPrice = overTheWire(errorsmod.Wrap(markettypes.ErrSuspended, "acme/app")), 10, 50
		}, "suspended", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := newFakeMarket(t, all(fill("north", 1, matched), end(0)))
			job := Job{App: "acme/app:1", Trust: 100}
			tc.malleate(m, &job)
			r, _, tell := m.runner()
			_, err := r.Run(within(t), job, tell)
			if tc.expErr != "" {
				require.ErrorContains(t, err, tc.expErr)
				require.Nil(t, m.submitted)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.price, m.submitted.Job.MaxPrice)
		})
	}
}

// TestWhatIsUnmetNow: a caller can wait when the present orders do not meet the request. It cannot wait on any other refusal.
func TestWhatIsUnmetNow(t *testing.T) {
	require.True(t, unmetNow(overTheWire(markettypes.ErrNoOrder)))
	require.True(t, unmetNow(overTheWire(markettypes.ErrPoolPrice)))
	require.False(t, unmetNow(overTheWire(markettypes.ErrSuspended)))
	require.False(t, unmetNow(ErrNoEndpoint))
}

// TestAPriceBeyondAllMoney: a price is refused before any node is asked if its product with the size of the bag exceeds 64 bits.
func TestAPriceBeyondAllMoney(t *testing.T) {
	var problem *Error
	require.ErrorAs(t, (&Runner{}).checkAffordable(t.Context(), markettypes.Job{MaxPrice: 1 << 63, Size_: 2}), &problem)
	require.Equal(t, CodeTooLarge, problem.Code)
	require.Equal(t, "MaxPrice", problem.Field)
}
