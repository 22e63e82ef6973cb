package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// An owner without coins cancels an order that it has signed, whether the chain has seen the order or not. Another account grants the fee
// for this kind of message alone.
func TestFeeGrantPaysForCancelling(t *testing.T) {
	const fee = 700
	c := testutil.New(t, testutil.WithAccounts("friend"))
	friend, poor := c.Account("friend"), testutil.NewAccount("poor")
	allowance, err := feegrant.NewAllowedMsgAllowance(
		&feegrant.BasicAllowance{SpendLimit: sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, fee))},
		[]string{sdk.MsgTypeURL(&markettypes.MsgCancelOrder{})},
	)
	require.NoError(t, err)
	grant, err := feegrant.NewMsgGrantAllowance(allowance, friend.Addr, poor.Addr)
	require.NoError(t, err)
	c.Deliver(friend, grant)
	before := c.Balance(friend.Addr)

	granted := func(b client.TxBuilder) {
		b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, fee)))
		b.SetFeeGranter(friend.Addr)
	}
	send := func(msg sdk.Msg) (code uint32, log string) {
		c.QueueTx(c.SignAs(poor, granted, msg))
		c.Next()
		return c.Results()[0].Code, c.Results()[0].Log
	}
	code, log := send(&markettypes.MsgCancelOrders{Owner: poor.String(), Kind: markettypes.ORDER_KIND_REQUEST, Below: 9})
	require.NotZero(t, code, "the grant is for another kind of message")
	require.Contains(t, log, "message not allowed")
	require.Equal(t, before, c.Balance(friend.Addr))

	cancel := &markettypes.MsgCancelOrder{Owner: poor.String(), Kind: markettypes.ORDER_KIND_REQUEST, Nonce: 7}
	code, log = send(cancel)
	require.Zero(t, code, log)
	require.Equal(t, before-fee, c.Balance(friend.Addr))
	require.Zero(t, c.Balance(poor.Addr))

	order := markettypes.Order{Owner: poor.String(), Nonce: 7, Request: &markettypes.Job{App: "acme/hash:1", Trust: 10, MaxPrice: 100}}
	res, err := markettypes.NewQueryClient(c.Conn()).Request(c.Ctx(), &markettypes.QueryRequestRequest{Id: c.OrderID(order.Normal())})
	require.NoError(t, err)
	require.Equal(t, markettypes.REQUEST_STATUS_CANCELLED, res.Request.Status)

	cancel.Nonce = 8
	code, _ = send(cancel)
	require.NotZero(t, code, "the grant is spent")
	require.Equal(t, before-fee, c.Balance(friend.Addr))
}
