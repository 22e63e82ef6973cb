package keeper_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/vouchers/types"
)

// lived has three vouchers: one that has expired, one of which a part was spent, and one with every field.
func lived(t *testing.T) *fixture {
	f := newFixture(t)
	f.fund("iss", 1_000)
	f.issue("iss", 1, "ann", 300, 3)
	part := f.issue("iss", 2, "ann", 400, 9)
	full, err := f.issueErr(types.MsgIssueVoucher{
		Issuer: addr("iss"), Nonce: 3, Holder: addr("bob"), Amount: 50, Expiry: 8,
		Apps: []string{"studio/ray", "studio/cut:2"}, Datasets: []string{"base/rates:7"}, Pools: []string{"fast"}, Description: "for rays",
	})
	require.NoError(t, err)
	require.NoError(t, f.SetSpenders(f.ctx, addr("bob"), full, []string{addr("cyd"), addr("ann")}))
	f.until(4)
	require.NoError(t, f.SpendVoucher(f.ctx, part, 150, spender))
	require.NoError(t, f.Params.Set(f.ctx, types.Params{EndsPerBlock: 7}))
	return f
}

// backed is a chain whose vouchers' account has coins before its genesis is imported.
func backed(t *testing.T, amount int64) *fixture {
	f := newFixture(t)
	f.fund("iss", uint64(amount))
	_, iss := account("iss")
	require.NoError(t, f.bank.SendCoinsFromAccountToModule(f.ctx, iss, types.ModuleName, sdk.NewCoins(sdk.NewInt64Coin(types.Denom, amount))))
	return f
}

// TestGenesisIsLossless: what is exported and imported is exported again as it was, its whole store is equal, with indices and counter,
// and it goes on in the same way.
func TestGenesisIsLossless(t *testing.T) {
	f := lived(t)
	g, err := f.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.Len(t, g.Vouchers, 3)
	require.NoError(t, g.Validate(addresses))
	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	var read types.GenesisState
	cdc.MustUnmarshalJSON(cdc.MustMarshalJSON(g), &read)

	b := backed(t, 300)
	require.NoError(t, b.InitGenesis(b.ctx, read))
	again, err := b.ExportGenesis(b.ctx)
	require.NoError(t, err)
	require.Equal(t, g, again)
	require.Equal(t, f.dump(), b.dump())
	require.NoError(t, b.CheckInvariants(b.ctx))

	had := f.balance("iss")
	f.until(9)
	b.until(9)
	require.Equal(t, f.dump(), b.dump())
	require.EqualValues(t, had+300, f.balance("iss"))
	require.EqualValues(t, 300, b.balance("iss"), "what is left goes back to the issuer at the expiry")
}

// TestGenesisNeedsTheCoins: the module's coins have to cover the balances. A sum of balances that 64 bits do not hold is no small one.
func TestGenesisNeedsTheCoins(t *testing.T) {
	f := lived(t)
	for _, tc := range []struct {
		name   string
		coins  int64
		change func(v []types.Voucher)
		says   string // "" for accepted
	}{
		{"as many", 300, func([]types.Voucher) {}, ""},
		{"more, because anybody may send some", 301, func([]types.Voucher) {}, ""},
		{"one too few", 299, func([]types.Voucher) {}, "300 is owed, more than the balance 299"},
		{"more than 64 bits", 300, func(v []types.Voucher) {
			for i := range v {
				v[i].Expired, v[i].Balance, v[i].Issued = false, 0, math.MaxUint64
			}
			v[0].Balance, v[1].Balance = math.MaxUint64, 1
		}, "18446744073709551616 is owed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g, err := f.ExportGenesis(f.ctx)
			require.NoError(t, err)
			tc.change(g.Vouchers)
			b := backed(t, tc.coins)
			err = b.InitGenesis(b.ctx, *g)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, purse.ErrInsolvent)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

// TestGenesisRefuses: an invalid genesis is refused with the name of its field, and nothing of it is stored.
func TestGenesisRefuses(t *testing.T) {
	f := lived(t)
	many := make([]string, 33)
	for _, tc := range []struct {
		says   string // how the error begins
		change func(g *types.GenesisState, v *types.Voucher)
		want   error
	}{
		{"ends_per_block: got 0", func(g *types.GenesisState, _ *types.Voucher) { g.Params.EndsPerBlock = 0 }, types.ErrInvalidParams},
		{"ends_per_block: got 100001", func(g *types.GenesisState, _ *types.Voucher) { g.Params.EndsPerBlock = 100_001 }, types.ErrInvalidParams},
		{"vouchers[1].id: ", func(_ *types.GenesisState, v *types.Voucher) { v.Id = "" }, types.ErrGenesis},
		{"vouchers[1].id: ", func(_ *types.GenesisState, v *types.Voucher) { v.Id = v.Id[:63] }, types.ErrGenesis},
		{"vouchers[1].id: ", func(_ *types.GenesisState, v *types.Voucher) { v.Id = strings.Repeat("A", 64) }, types.ErrGenesis},
		{"vouchers[1].id: ", func(g *types.GenesisState, v *types.Voucher) { *v = g.Vouchers[0] }, types.ErrGenesis},
		{"vouchers[1].id: ", func(g *types.GenesisState, _ *types.Voucher) { slices.Reverse(g.Vouchers) }, types.ErrGenesis},
		{"vouchers[1].issuer: ", func(_ *types.GenesisState, v *types.Voucher) { v.Issuer = "" }, types.ErrGenesis},
		{"vouchers[1].issuer: ", func(_ *types.GenesisState, v *types.Voucher) { v.Issuer = strings.ToUpper(v.Issuer) }, types.ErrGenesis},
		{"vouchers[1].holder: ", func(_ *types.GenesisState, v *types.Voucher) { v.Holder = "x" }, types.ErrGenesis},
		{"vouchers[1].holder: ", func(_ *types.GenesisState, v *types.Voucher) { v.Holder = strings.ToUpper(v.Holder) }, types.ErrGenesis},
		{"vouchers[1].expiry: got 0", func(_ *types.GenesisState, v *types.Voucher) { v.Expiry = 0 }, types.ErrGenesis},
		{"vouchers[1].balance: got 401", func(_ *types.GenesisState, v *types.Voucher) { v.Expired, v.Balance, v.Issued = false, 401, 400 }, types.ErrGenesis},
		{"vouchers[1].balance: got 1,", func(_ *types.GenesisState, v *types.Voucher) { v.Expired, v.Balance = true, 1 }, types.ErrGenesis},
		{"vouchers[1].description: 513", func(_ *types.GenesisState, v *types.Voucher) { v.Description = strings.Repeat("x", 513) }, types.ErrGenesis},
		{"vouchers[1].spenders: got 33", func(_ *types.GenesisState, v *types.Voucher) { v.Spenders = many }, types.ErrGenesis},
		{"vouchers[1].spenders[0]: ", func(_ *types.GenesisState, v *types.Voucher) { v.Spenders = []string{"x"} }, types.ErrGenesis},
		{"vouchers[1].spenders[1]: ", func(_ *types.GenesisState, v *types.Voucher) { v.Spenders = []string{addr("cyd"), addr("cyd")} }, types.ErrGenesis},
		{"vouchers[1].apps: got 33", func(_ *types.GenesisState, v *types.Voucher) { v.Apps = many }, types.ErrGenesis},
		{"vouchers[1].apps[0]: ", func(_ *types.GenesisState, v *types.Voucher) { v.Apps = []string{"x"} }, types.ErrGenesis},
		{"vouchers[1].datasets[1]: ", func(_ *types.GenesisState, v *types.Voucher) { v.Datasets = []string{"base/rows", "base/rows"} }, types.ErrGenesis},
		{"vouchers[1].pools[0]: ", func(_ *types.GenesisState, v *types.Voucher) { v.Pools = []string{"Fast"} }, types.ErrGenesis},
	} {
		t.Run(tc.says, func(t *testing.T) {
			g, err := f.ExportGenesis(f.ctx)
			require.NoError(t, err)
			tc.change(g, &g.Vouchers[1])
			b := backed(t, 300)
			before := b.dump()
			err = b.InitGenesis(b.ctx, *g)
			require.ErrorIs(t, err, tc.want)
			require.True(t, strings.HasPrefix(err.Error(), tc.says), "%s", err)
			require.Equal(t, before, b.dump())
		})
	}
}
