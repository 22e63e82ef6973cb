package types_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/credence-chain/credence/x/vouchers/types"
)

var codec = address.NewBech32Codec("cred")

// account returns an address by its first byte.
func account(n byte) string {
	text, err := codec.BytesToString(append([]byte{n}, bytes.Repeat([]byte{7}, 19)...))
	if err != nil {
		panic(err)
	}
	return text
}

var issuer, holder, spender, other, stranger = account(1), account(2), account(3), account(4), account(5)

func goodVoucher() types.Voucher {
	return types.Voucher{
		Id: strings.Repeat("0", 64), Issuer: issuer, Nonce: 1, Holder: holder, Spenders: []string{spender, other},
		Balance: 5, Issued: 9, Expiry: 101, Apps: []string{"acme/echo"}, Datasets: []string{"base/rates:7", "base/names"}, Pools: []string{"fast"},
	}
}

func TestCheckSpender(t *testing.T) {
	for _, tc := range []struct {
		name    string
		who     string
		height  int64
		expired bool
		expErr  error
	}{
		{"spender", spender, 100, false, nil},
		{"holder", holder, 100, false, nil},
		{"stranger", stranger, 100, false, types.ErrSpender},
		{"issuer", issuer, 100, false, types.ErrSpender},
		{"at its expiry", holder, 101, false, types.ErrExpired},
		{"ended", holder, 100, true, types.ErrExpired},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := goodVoucher()
			v.Expired = tc.expired
			require.ErrorIs(t, v.CheckSpender(tc.who, tc.height), tc.expErr)
		})
	}
}

func TestCheckAssets(t *testing.T) {
	v := goodVoucher()
	for _, tc := range []struct {
		name  string
		check func(string) error
		yes   []string
		no    []string
	}{
		{"app", v.CheckApp, []string{"acme/echo:1.0", "acme/echo:2"}, []string{"acme/echoes:1.0"}},
		{"dataset", v.CheckDataset, []string{"base/rates:7", "base/names:1"}, []string{"base/rates:8"}},
		{"pool", v.CheckPool, []string{"fast"}, []string{"slow"}},
	} {
		for _, ref := range tc.yes {
			require.NoError(t, tc.check(ref), "%s %s", tc.name, ref)
		}
		for _, ref := range tc.no {
			require.ErrorIs(t, tc.check(ref), types.ErrAsset, "%s %s", tc.name, ref)
		}
	}
	v.Apps, v.Datasets, v.Pools = nil, nil, nil
	require.NoError(t, v.CheckApp("any/app:1"))
	require.NoError(t, v.CheckDataset("any/data:1"))
	require.NoError(t, v.CheckPool("any"))
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
		{"spender twice", func(v *types.Voucher) { v.Spenders = []string{spender, spender} }, "there twice"},
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
