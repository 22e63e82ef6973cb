package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
)

// TestFeesAreShared among the active seats, every hundred blocks; what does not divide waits, and nothing is made or lost.
func TestFeesAreShared(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithAccounts("alice"))
	c.NextN(2)
	k, bank, collector := app.PoaKeeper(c.App), app.BankKeeper(c.App), authtypes.NewModuleAddress(authtypes.FeeCollectorName)
	ctx := c.Ctx().WithBlockHeight(199)
	coins := func(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, n)) }
	require.NoError(t, bank.SendCoinsFromAccountToModule(ctx, c.Account("alice").Addr, authtypes.FeeCollectorName, coins(101)))
	require.NoError(t, k.Jail(ctx, "val-2", "test"))
	has := func(addr sdk.AccAddress) int64 { return bank.GetBalance(ctx, addr, encoding.BaseDenom).Amount.Int64() }
	end := func(height int64) {
		_, err := k.EndBlock(ctx.WithBlockHeight(height))
		require.NoError(t, err)
	}
	end(199)
	require.EqualValues(t, 101, has(collector), "not in every block")
	end(200)
	require.EqualValues(t, 2, has(collector))
	for _, s := range c.Seats {
		want := testutil.Funds + 33
		if s.OrgID == "val-2" {
			want = testutil.Funds
		}
		require.Equal(t, want, has(s.Operator.Addr), s.OrgID)
	}
	end(300) // two coins among three seats
	require.EqualValues(t, 2, has(collector))
}
