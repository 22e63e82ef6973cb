package testutil_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func TestChain(t *testing.T) {
	start := time.Now()
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithAccounts("alice"), testutil.WithOrg("acme", orgstypes.ROLE_WORKER))
	t.Logf("built in %s", time.Since(start))

	alice, worker := c.Account("alice"), c.Org("acme").Member()
	c.NextN(3)
	require.EqualValues(t, 3, c.Height())
	c.Deliver(alice, &banktypes.MsgSend{
		FromAddress: alice.String(), ToAddress: worker.String(), Amount: sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 5)),
	})
	require.Equal(t, testutil.Funds-5, c.Balance(alice.Addr))
	require.Equal(t, testutil.Funds+5, c.Balance(worker.Addr))

	id, found, err := app.OrgsKeeper(c.App).OrgOf(c.Ctx(), worker.Addr)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "acme", id)

	require.Equal(t, c.AppHash(), c.Replay(), "a replay reaches the same state")
	c.Restart()
	c.NextN(2)
	require.Equal(t, c.AppHash(), c.Replay())
}
