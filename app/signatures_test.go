package app_test

import (
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
)

// TestAGoodSignatureCoversItsBytesAlone: the mempool has verified the signature of a transaction, and the block executes it. Another
// transaction with the same signature but other bytes or another signer is refused.
func TestAGoodSignatureCoversItsBytesAlone(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice", "bob"))
	c.Next()
	alice, bob := c.Account("alice"), c.Account("bob")
	send := func(amount int64) sdk.Msg {
		return banktypes.NewMsgSend(alice.Addr, bob.Addr, sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, amount)))
	}
	c.Deliver(alice, send(1)) // her public key is in the state from now on; until then, she is verified in the block too
	good := c.SignUnorderedAs(alice, c.Now().Add(testutil.BlockTime*30), payFee, send(1))
	check := c.Check(good)
	require.Zero(t, check.Code, check.Log)

	forged := replaceMessage(t, good, send(1_000_000))
	res := deliver(t, c, forged)
	require.Equal(t, sdkerrors.ErrUnauthorized.ABCICode(), res[0].Code, res[0].Log)
	require.Equal(t, sdkerrors.ErrUnauthorized.ABCICode(), c.Check(forged).Code, "and the mempool refuses it, before and after")

	res = deliver(t, c, good)
	require.Zero(t, res[0].Code, res[0].Log)
	res = deliver(t, c, good)
	require.NotZero(t, res[0].Code, "it is taken once")
}

// TestUncheckedTransactionsAreVerified: a transaction that was never in this node's mempool is verified when a block brings it.
func TestUncheckedTransactionsAreVerified(t *testing.T) {
	c := testutil.New(t, testutil.WithAccounts("alice", "bob"))
	c.Next()
	alice, bob := c.Account("alice"), c.Account("bob")
	one := sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1))
	good := c.SignUnorderedAs(alice, c.Now().Add(testutil.BlockTime*30), payFee, banktypes.NewMsgSend(alice.Addr, bob.Addr, one))
	forged := replaceMessage(t, good, banktypes.NewMsgSend(alice.Addr, bob.Addr, one.MulInt(one[0].Amount.AddRaw(8))))
	res := deliver(t, c, forged, good)
	require.Equal(t, sdkerrors.ErrUnauthorized.ABCICode(), res[0].Code, res[0].Log)
	require.Zero(t, res[1].Code, res[1].Log)
}

// payFee pays the fee that the mempool asks for.
func payFee(b client.TxBuilder) {
	b.SetGasLimit(100_000)
	b.SetFeeAmount(sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 100)))
}

// replaceMessage returns a signed transaction with another message and the old signature.
func replaceMessage(t *testing.T, signed []byte, msg sdk.Msg) []byte {
	var raw txtypes.TxRaw
	require.NoError(t, raw.Unmarshal(signed))
	var body txtypes.TxBody
	require.NoError(t, body.Unmarshal(raw.BodyBytes))
	packed, err := codectypes.NewAnyWithValue(msg)
	require.NoError(t, err)
	body.Messages[0] = packed
	raw.BodyBytes, err = body.Marshal()
	require.NoError(t, err)
	forged, err := raw.Marshal()
	require.NoError(t, err)
	return forged
}

// deliver makes a block of transactions and returns their results.
func deliver(t *testing.T, c *testutil.Chain, txs ...[]byte) []*abci.ExecTxResult {
	for _, tx := range txs {
		c.QueueTx(tx)
	}
	c.Next()
	require.Len(t, c.Results(), len(txs))
	return c.Results()
}
