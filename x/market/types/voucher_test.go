package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

func goodVoucher() types.Voucher {
	return types.Voucher{
		Id: strings.Repeat("0", 64), Issuer: alice, Nonce: 1, Holder: dora, Spenders: []string{rita, mal},
		Balance: 5, Issued: 9, Expiry: 101, Apps: []string{"acme/echo"}, Datasets: []string{"base/rates:7", "base/names"}, Pools: []string{"fast"},
	}
}

func TestVoucherAllows(t *testing.T) {
	type (
		voucher   = types.Voucher
		agreement = types.Agreement
	)
	for _, tc := range []struct {
		name     string
		malleate func(*voucher, *agreement)
		expErr   error
	}{
		{"spender", func(*voucher, *agreement) {}, nil},
		{"holder", func(v *voucher, a *agreement) { v.Spenders, a.Request.Requester.Account = nil, dora }, nil},
		{"any asset", func(v *voucher, _ *agreement) { v.Apps, v.Datasets, v.Pools = nil, nil, nil }, nil},
		{"no datasets", func(v *voucher, a *agreement) { a.Datasets = nil }, nil},
		{"stranger", func(v *voucher, a *agreement) { a.Request.Requester.Account = oscar }, types.ErrVoucherSpender},
		{"issuer", func(v *voucher, a *agreement) { a.Request.Requester.Account = alice }, types.ErrVoucherSpender},
		{"expired", func(v *voucher, a *agreement) { v.Expiry = 100 }, types.ErrVoucherExpired},
		{"taken back", func(v *voucher, a *agreement) { v.Expired = true }, types.ErrVoucherExpired},
		{"another app", func(v *voucher, _ *agreement) { v.Apps = []string{"acme/echo:1.1"} }, types.ErrVoucherAsset},
		{"another dataset", func(v *voucher, _ *agreement) { v.Datasets = []string{"base/rates"} }, types.ErrVoucherAsset},
		{"another pool", func(v *voucher, _ *agreement) { v.Pools = []string{"slow"} }, types.ErrVoucherAsset},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, a := goodVoucher(), good()
			tc.malleate(&v, &a)
			if tc.name == "another pool" {
				require.NoError(t, v.AllowsAssets(a))
				require.ErrorIs(t, v.AllowsPool("fast"), tc.expErr)
				return
			}
			require.NoError(t, v.AllowsPool("fast"))
			require.ErrorIs(t, v.AllowsAssets(a), tc.expErr)
		})
	}
}

func TestVoucherValidate(t *testing.T) {
	many := make([]string, 33)
	for i := range many {
		many[i] = account(byte(i))
	}
	for _, tc := range []struct {
		name     string
		malleate func(*types.Voucher)
		says     string // "" for valid
	}{
		{"good", func(*types.Voucher) {}, ""},
		{"expired", func(v *types.Voucher) { v.Expired, v.Balance = true, 0 }, ""},
		{"id", func(v *types.Voucher) { v.Id = "x" }, "id"},
		{"issuer", func(v *types.Voucher) { v.Issuer = "" }, "issuer"},
		{"holder", func(v *types.Voucher) { v.Holder = "x" }, "holder"},
		{"spender", func(v *types.Voucher) { v.Spenders = []string{"x"} }, "spenders[0]"},
		{"spender twice", func(v *types.Voucher) { v.Spenders = []string{rita, rita} }, "there twice"},
		{"spenders", func(v *types.Voucher) { v.Spenders = many }, "spenders: got 33"},
		{"expiry", func(v *types.Voucher) { v.Expiry = 0 }, "expiry: got 0"},
		{"balance", func(v *types.Voucher) { v.Balance = 10 }, "balance: got 10"},
		{"expired with a balance", func(v *types.Voucher) { v.Expired = true }, "balance: got 5"},
		{"description", func(v *types.Voucher) { v.Description = strings.Repeat("x", 513) }, "description: 513"},
		{"apps", func(v *types.Voucher) { v.Apps = []string{"x"} }, "apps[0]"},
		{"datasets", func(v *types.Voucher) { v.Datasets = []string{"a/b/c"} }, "datasets[0]"},
		{"pools", func(v *types.Voucher) { v.Pools = make([]string, 33) }, "pools: got 33"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := goodVoucher()
			tc.malleate(&v)
			if tc.says == "" {
				require.NoError(t, v.Validate(codec))
				return
			}
			require.ErrorIs(t, v.Validate(codec), types.ErrVoucher)
			require.ErrorContains(t, v.Validate(codec), tc.says)
		})
	}
}
