package client

import (
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	errorsmod "cosmossdk.io/errors"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client/sender"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

func fixedGas([]sdk.Msg) uint64 { return 100_000 }

func testSender(t *testing.T, node *fakeNode) (*Sender, Key) {
	t.Helper()
	key, err := GenerateKey()
	require.NoError(t, err)
	sender, err := NewSender(dialFake(t, node), key, SenderOptions{Gas: fixedGas, Poll: 5 * time.Millisecond})
	require.NoError(t, err)
	return sender, key
}

func TestSignIsUnorderedAndVerifies(t *testing.T) {
	ctx := context.Background()
	sender, key := testSender(t, newFakeNode("credence-1"))
	msg := &markettypes.MsgCancelRequest{Requester: key.Address(), Id: "ab"}

	tx, err := sender.Sign(ctx, msg)
	require.NoError(t, err)
	var raw txtypes.TxRaw
	require.NoError(t, proto.Unmarshal(tx.Bytes, &raw))
	var body txtypes.TxBody
	require.NoError(t, proto.Unmarshal(raw.BodyBytes, &body))
	require.True(t, body.Unordered)
	require.True(t, body.TimeoutTimestamp.Equal(tx.Timeout))
	require.WithinDuration(t, time.Now().Add(2*time.Minute), tx.Timeout, 10*time.Second)
	var auth txtypes.AuthInfo
	require.NoError(t, proto.Unmarshal(raw.AuthInfoBytes, &auth))
	require.Zero(t, auth.SignerInfos[0].Sequence)
	require.EqualValues(t, 100_000, auth.Fee.GasLimit)
	require.Equal(t, "200ucred", auth.Fee.Amount.String()) // 100,000 * the node's 0.002

	doc := txtypes.SignDoc{BodyBytes: raw.BodyBytes, AuthInfoBytes: raw.AuthInfoBytes, ChainId: "credence-1", AccountNumber: 7}
	toSign, err := doc.Marshal()
	require.NoError(t, err)
	require.True(t, key.PubKey().VerifySignature(toSign, raw.Signatures[0]))

	again, err := sender.Sign(ctx, msg)
	require.NoError(t, err)
	require.NotEqual(t, tx.Hash, again.Hash)
}

// The answers of a seat are sent without a fee, unless a price was given. Every other transaction pays the price that the node asks.
func TestAnswersPayNothing(t *testing.T) {
	key, err := GenerateKey()
	require.NoError(t, err)
	decline := func() sdk.Msg { return &taskstypes.MsgDecline{Who: key.Address(), Task: "ab", Attempt: 1} }
	cancel := &markettypes.MsgCancelRequest{Requester: key.Address(), Id: "ab"}
	for _, tc := range []struct {
		name   string
		prices string
		gas    uint64
		msgs   []sdk.Msg
		want   string
	}{
		{"an answer", "", taskstypes.AnswersGas(1), []sdk.Msg{decline()}, ""},
		{"two answers", "", taskstypes.AnswersGas(2), []sdk.Msg{decline(), decline()}, ""},
		{"a price was given", "0.003ucred", 100_000, []sdk.Msg{decline()}, "300ucred"},
		{"more gas than it needs", "", taskstypes.AnswersGas(1) + 50_000, []sdk.Msg{decline()}, "600ucred"},
		{"an answer and something else", "", 100_000, []sdk.Msg{decline(), cancel}, "200ucred"},
		{"no answer", "", 100_000, []sdk.Msg{cancel}, "200ucred"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sender, err := NewSender(dialFake(t, newFakeNode("credence-1")), key, SenderOptions{GasPrices: tc.prices, Gas: func([]sdk.Msg) uint64 { return tc.gas }})
			require.NoError(t, err)
			tx, err := sender.Sign(context.Background(), tc.msgs...)
			require.NoError(t, err)
			var raw txtypes.TxRaw
			require.NoError(t, proto.Unmarshal(tx.Bytes, &raw))
			var auth txtypes.AuthInfo
			require.NoError(t, proto.Unmarshal(raw.AuthInfoBytes, &auth))
			require.Equal(t, tc.want, auth.Fee.Amount.String())
		})
	}
}

// A node cannot take an account's coins by asking a high gas price. After a node refuses a fee, the sender asks for its price anew.
func TestPriceOfTheNode(t *testing.T) {
	ctx := context.Background()
	node := newFakeNode("credence-1")
	sender, key := testSender(t, node)
	msg := &markettypes.MsgCancelRequest{Requester: key.Address(), Id: "ab"}
	node.setPrice("0.11ucred")
	_, err := sender.Sign(ctx, msg)
	require.ErrorContains(t, err, "asks for a gas price of 0.11ucred, expected at most 0.1ucred")
	node.setPrice("0.1ucred")
	_, err = sender.Sign(ctx, msg)
	require.NoError(t, err)
	node.setPrice("0.05ucred")
	signed, err := sender.Sign(ctx, msg)
	require.NoError(t, err)
	require.Equal(t, "10000ucred", feeOf(t, signed), "not asked again as long as nobody refuses")
	refuseFee(t, node, sender, signed)
	signed, err = sender.Sign(ctx, msg)
	require.NoError(t, err)
	require.Equal(t, "5000ucred", feeOf(t, signed))
}

// Taking a fee costs gas. The gas limit must have room for it.
func TestSimulatedWithAFee(t *testing.T) {
	node := newFakeNode("credence-1")
	key, err := GenerateKey()
	require.NoError(t, err)
	msg := &markettypes.MsgCancelOrders{Owner: key.Address()}
	conn := dialFake(t, node)
	gas := func(price string) uint64 {
		node.setPrice(price)
		sender, err := NewSender(conn, key, SenderOptions{})
		require.NoError(t, err)
		signed, err := sender.Sign(context.Background(), msg)
		require.NoError(t, err)
		tx, err := testTx.TxDecoder()(signed.Bytes)
		require.NoError(t, err)
		return tx.(sdk.FeeTx).GetGas()
	}
	require.Equal(t, gas("0ucred")+feeGas*13/10, gas("0.001ucred"))
}

// feeOf returns the fee of a signed transaction.
func feeOf(t *testing.T, signed *SignedTx) string {
	t.Helper()
	tx, err := testTx.TxDecoder()(signed.Bytes)
	require.NoError(t, err)
	return tx.(sdk.FeeTx).GetFee().String()
}

// refuseFee makes the node refuse a transaction for its fee.
func refuseFee(t *testing.T, node *fakeNode, s *Sender, signed *SignedTx) {
	t.Helper()
	node.set(func() { node.refuse = refusedAs(sdkerrors.ErrInsufficientFee) })
	require.True(t, sender.IsRefusal(s.Broadcast(context.Background(), signed), sdkerrors.ErrInsufficientFee))
	node.set(func() { node.refuse = nil })
}

// refusedAs returns a node's response that refuses a transaction with a registered error.
func refusedAs(err *errorsmod.Error) *sdk.TxResponse {
	return &sdk.TxResponse{Codespace: err.Codespace(), Code: err.ABCICode(), RawLog: err.Error()}
}

// If the simulation fails, nothing is sent, and the error keeps the code of the module. So a caller can tell an account without money
// from an account without permission.
func TestSimulationKeepsTheCode(t *testing.T) {
	node := newFakeNode("credence-1")
	key, err := GenerateKey()
	require.NoError(t, err)
	s, err := NewSender(dialFake(t, node), key, SenderOptions{})
	require.NoError(t, err)
	for _, registered := range []*errorsmod.Error{sdkerrors.ErrInsufficientFunds, markettypes.ErrUnaffordable, sdkerrors.ErrUnauthorized} {
		node.set(func() {
			node.refuseTx = func([]sdk.Msg) error { return registered.Wrap("5ucred is smaller than 7ucred") }
		})
		_, err = s.Do(context.Background(), &markettypes.MsgCancelOrders{Owner: key.Address()})
		require.True(t, sender.IsRefusal(err, registered), err)
		require.ErrorContains(t, err, "refused: 5ucred is smaller than 7ucred")
		require.Empty(t, node.sent)
	}
}

// A transaction that ran out of the gas of the table is signed anew, with the gas that its simulation takes.
func TestOutOfGasIsSimulated(t *testing.T) {
	node := newFakeNode("credence-1")
	node.gas = 150_000
	node.execute = func([]sdk.Msg) []proto.Message { return nil }
	s, key := testSender(t, node)
	res, err := s.Do(context.Background(), &markettypes.MsgCancelOrders{Owner: key.Address()})
	require.NoError(t, err)
	require.Len(t, node.sent, 2)
	require.Equal(t, sender.TxHash(node.sent[1]), res.Hash)
}

func TestSendErrors(t *testing.T) {
	ctx := context.Background()
	node := newFakeNode("credence-1")
	sender, key := testSender(t, node)
	msg := &taskstypes.MsgDecline{Who: key.Address()}

	for _, tc := range []struct {
		name    string
		refusal *sdk.TxResponse
		expErr  *TxError
	}{
		{"taken", nil, nil},
		{"waits already", &sdk.TxResponse{Codespace: "sdk", Code: 19}, nil},
		{"mempool full", &sdk.TxResponse{Codespace: "sdk", Code: 20}, &TxError{Codespace: "sdk", Code: 20}},
		{"refused by a module", &sdk.TxResponse{Codespace: "tasks", Code: 4, RawLog: "not drawn"}, &TxError{Codespace: "tasks", Code: 4}},
		{"the same number elsewhere", &sdk.TxResponse{Codespace: "tasks", Code: 20}, &TxError{Codespace: "tasks", Code: 20}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			node.set(func() { node.refuse = tc.refusal })
			signed, err := sender.Sign(ctx, msg)
			require.NoError(t, err)
			err = sender.Broadcast(ctx, signed)
			if tc.expErr == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tc.expErr)
			require.ErrorContains(t, err, signed.Hash)
		})
	}
}

func TestConfirm(t *testing.T) {
	ctx := context.Background()
	node := newFakeNode("credence-1")
	s, key := testSender(t, node)
	msg := &taskstypes.MsgDecline{Who: key.Address()}
	confirm := func(ctx context.Context, hash string) (*TxResult, error) {
		opts := sender.ConfirmOptions{Poll: 5 * time.Millisecond}
		return sender.Confirm(ctx, s, &SignedTx{Hash: hash, Timeout: time.Now().Add(2 * time.Minute)}, true, opts)
	}

	tx, err := s.Sign(ctx, msg)
	require.NoError(t, err)
	answer, err := codectypes.NewAnyWithValue(&markettypes.MsgSubmitTaskResponse{Id: "beef"})
	require.NoError(t, err)
	data, err := proto.Marshal(&sdk.TxMsgData{MsgResponses: []*codectypes.Any{answer}})
	require.NoError(t, err)
	time.AfterFunc(30*time.Millisecond, func() {
		node.set(func() {
			node.included[tx.Hash] = &sdk.TxResponse{TxHash: tx.Hash, Height: 4, Data: hex.EncodeToString(data)}
		})
	})
	res, err := confirm(ctx, tx.Hash)
	require.NoError(t, err)
	require.EqualValues(t, 4, res.Height)
	var out markettypes.MsgSubmitTaskResponse
	require.NoError(t, res.Response(0, &out))
	require.Equal(t, "beef", out.Id)
	require.Error(t, res.Response(1, &out))
	require.Error(t, res.Response(0, &markettypes.MsgPlaceOrderResponse{}))

	// The transaction is included and failed.
	node.set(func() {
		node.included["F0"] = &sdk.TxResponse{TxHash: "F0", Height: 5, Codespace: "market", Code: 3, RawLog: "no"}
	})
	_, err = confirm(ctx, "F0")
	require.ErrorIs(t, err, &TxError{Codespace: "market", Code: 3})

	// The clock of the chain passes the timeout: the transaction cannot be included any more.
	node.set(func() { node.now = time.Now().Add(time.Hour) })
	_, err = confirm(ctx, "AB")
	require.ErrorIs(t, err, ErrExpired)
	require.ErrorContains(t, err, "AB")

	// The caller gives up: the error has the hash.
	node.set(func() { node.now = time.Now() })
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, err = confirm(short, "CD")
	var hashed *HashError
	require.True(t, errors.As(err, &hashed))
	require.Equal(t, "CD", hashed.Hash)
}
