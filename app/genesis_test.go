package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

func coin(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, n)) }

// State that is exported, imported and exported again is the same text. Two imports have the same app hash.
func TestExportImportExport(t *testing.T) {
	options := []testutil.Option{testutil.WithSeats(4), testutil.WithAccounts("alice", "bob"), testutil.WithOrg("acme", orgstypes.ROLE_WORKER)}
	c := testutil.New(t, options...)
	alice, acme := c.Account("alice"), c.Org("acme")
	c.Deliver(alice, banktypes.NewMsgSend(alice.Addr, acme.Admin.Addr, coin(7)))
	c.Deliver(acme.Admin, &orgstypes.MsgAddMember{Admin: acme.Admin.String(), OrgId: "acme", Member: alice.String()})
	c.Deliver(alice, &orgstypes.MsgAcceptMembership{Member: alice.String(), OrgId: "acme"})
	bob := c.Account("bob") // he is offered membership and has not answered
	c.Deliver(acme.Admin, &orgstypes.MsgAddMember{Admin: acme.Admin.String(), OrgId: "acme", Member: bob.String()})
	submit(c, &orgstypes.MsgUpdateParams{Authority: app.OrgsKeeper(c.App).GetAuthority()})
	c.Absent("val-2")
	c.NextN(2)
	c.Accuse("val-3")
	c.NextN(3)

	exported := c.Export()
	require.Len(t, exported.Validators, 3, "a tombstoned seat is not in the set")
	a, b := testutil.Import(t, exported, options...), testutil.Import(t, exported, options...)
	require.JSONEq(t, string(exported.AppState), string(a.Export().AppState))
	for _, next := range []*testutil.Chain{a, b} {
		next.Deliver(bob, &orgstypes.MsgAcceptMembership{Member: bob.String(), OrgId: "acme"})
		next.NextN(2)
	}
	require.Equal(t, a.AppHash(), b.AppHash())
	require.Equal(t, testutil.Funds+7, a.Balance(acme.Admin.Addr))
}

// Coins that a module receives without a change of its balance arrive there when the block ends.
func TestVirtualSends(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice"))
	c.Next()
	ctx, bank, alice := c.Ctx(), app.BankKeeper(c.App), c.Account("alice").Addr
	collector := authtypes.NewModuleAddress(authtypes.FeeCollectorName)
	require.NoError(t, bank.SendCoinsFromAccountToModuleVirtual(ctx, alice, authtypes.FeeCollectorName, coin(5)))
	require.True(t, bank.GetBalance(ctx, collector, encoding.BaseDenom).IsZero())
	require.NoError(t, bank.CreditVirtualAccounts(ctx))
	require.EqualValues(t, 5, bank.GetBalance(ctx, collector, encoding.BaseDenom).Amount.Int64())
}

// Unordered transactions need no sequence, run beside ordered ones, and run only once.
func TestUnorderedTransactions(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice", "bob"))
	c.Next()
	alice, bob := c.Account("alice"), c.Account("bob")
	send := func(n int64) sdk.Msg { return banktypes.NewMsgSend(alice.Addr, bob.Addr, coin(n)) }
	first := c.SignUnordered(alice, c.Now().Add(time.Minute), send(1))
	second := c.SignUnordered(alice, c.Now().Add(time.Minute+1), send(2))
	c.QueueTx(second)
	c.Queue(alice, send(4))
	c.QueueTx(first)
	c.Next()
	for _, r := range c.Results() {
		require.Zero(t, r.Code, r.Log)
	}
	require.Equal(t, testutil.Funds+7, c.Balance(bob.Addr))
	c.QueueTx(first)
	c.Next()
	require.NotZero(t, c.Results()[0].Code, "a second time")
	require.Equal(t, testutil.Funds+7, c.Balance(bob.Addr))
	// They run no second time on a chain of the same name that continues from its export.
	again := testutil.Import(t, c.Export(), testutil.WithAccounts("alice", "bob"), testutil.WithSeats(1))
	again.QueueTx(first)
	again.Next()
	require.NotZero(t, again.Results()[0].Code, "after an import")
	require.Equal(t, testutil.Funds+7, again.Balance(bob.Addr))
	require.JSONEq(t, string(c.Export().AppState), string(testutil.Import(t, c.Export(), testutil.WithAccounts("alice", "bob"), testutil.WithSeats(1)).Export().AppState))
}
