package testutil

import (
	"context"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/tx"
	multisigtypes "github.com/cosmos/cosmos-sdk/crypto/types/multisig"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
)

// Sign makes a transaction of messages that one account signs with its next sequence. The sequence counts the account's queued transactions
// too. The transaction pays no fee.
func (c *Chain) Sign(from *Account, msgs ...sdk.Msg) []byte { return c.SignAs(from, nil, msgs...) }

// SignAs is Sign, but edit may change the transaction before it is signed, such as its fee and its payer.
func (c *Chain) SignAs(from *Account, edit func(client.TxBuilder), msgs ...sdk.Msg) []byte {
	c.T.Helper()
	account := app.AccountKeeper(c.App).GetAccount(c.Ctx(), from.Addr)
	require.NotNil(c.T, account, "account %s is not in the state: name it in WithAccounts, or send it coins", from.Name)
	return c.sign(from, account.GetAccountNumber(), account.GetSequence()+c.pending[from.Name], edit, msgs...)
}

// SignUnordered makes a transaction without a sequence that is valid until deadline. Each unordered transaction of an account needs its own
// deadline.
func (c *Chain) SignUnordered(from *Account, deadline time.Time, msgs ...sdk.Msg) []byte {
	c.T.Helper()
	return c.SignUnorderedAs(from, deadline, nil, msgs...)
}

// SignUnorderedAs is SignUnordered, but edit may change the transaction before it is signed.
func (c *Chain) SignUnorderedAs(from *Account, deadline time.Time, edit func(client.TxBuilder), msgs ...sdk.Msg) []byte {
	c.T.Helper()
	account := app.AccountKeeper(c.App).GetAccount(c.Ctx(), from.Addr)
	require.NotNil(c.T, account, "account %s is not in the state", from.Name)
	return c.sign(from, account.GetAccountNumber(), 0, func(b client.TxBuilder) {
		b.SetUnordered(true)
		b.SetTimeoutTimestamp(deadline)
		if edit != nil {
			edit(b)
		}
	}, msgs...)
}

func (c *Chain) sign(from *Account, number, sequence uint64, edit func(client.TxBuilder), msgs ...sdk.Msg) []byte {
	c.T.Helper()
	cfg := c.App.Encoding.TxConfig
	builder := cfg.NewTxBuilder()
	require.NoError(c.T, builder.SetMsgs(msgs...))
	builder.SetGasLimit(TxGas)
	if edit != nil {
		edit(builder)
	}
	if from.Key == nil {
		c.signGroup(from, number, sequence, builder)
		bz, err := cfg.TxEncoder()(builder.GetTx())
		require.NoError(c.T, err)
		return bz
	}
	mode := signing.SignMode_SIGN_MODE_DIRECT
	// The signature is set twice, because the signed bytes include the signer.
	require.NoError(c.T, builder.SetSignatures(signing.SignatureV2{
		PubKey: from.Key.PubKey(), Data: &signing.SingleSignatureData{SignMode: mode}, Sequence: sequence,
	}))
	sig, err := tx.SignWithPrivKey(context.Background(), mode, authsigning.SignerData{
		Address: from.String(), ChainID: c.chainID, AccountNumber: number, Sequence: sequence, PubKey: from.Key.PubKey(),
	}, builder, from.Key, cfg, sequence)
	require.NoError(c.T, err)
	require.NoError(c.T, builder.SetSignatures(sig))
	bz, err := cfg.TxEncoder()(builder.GetTx())
	require.NoError(c.T, err)
	return bz
}

// signGroup signs as a multisig account, with the first keys up to its threshold, in the mode of multisig accounts.
func (c *Chain) signGroup(from *Account, number, sequence uint64, builder client.TxBuilder) {
	c.T.Helper()
	mode := signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON
	bytes, err := authsigning.GetSignBytesAdapter(context.Background(), c.App.Encoding.TxConfig.SignModeHandler(), mode, authsigning.SignerData{
		Address: from.String(), ChainID: c.chainID, AccountNumber: number, Sequence: sequence, PubKey: from.PubKey(),
	}, builder.GetTx())
	require.NoError(c.T, err)
	data := multisigtypes.NewMultisig(len(from.Keys))
	for i, key := range from.Keys[:from.Threshold] {
		sig, err := key.Sign(bytes)
		require.NoError(c.T, err)
		multisigtypes.AddSignature(data, &signing.SingleSignatureData{SignMode: mode, Signature: sig}, i)
	}
	require.NoError(c.T, builder.SetSignatures(signing.SignatureV2{PubKey: from.PubKey(), Data: data, Sequence: sequence}))
}

// Queue signs messages and puts the transaction into the next block.
func (c *Chain) Queue(from *Account, msgs ...sdk.Msg) {
	c.T.Helper()
	c.QueueTx(c.Sign(from, msgs...))
	c.pending[from.Name]++
}

// QueueTx puts raw bytes into the next block.
func (c *Chain) QueueTx(tx []byte) { c.queue = append(c.queue, tx) }

// Queued returns the transactions of the next block, in order.
func (c *Chain) Queued() [][]byte { return c.queue }

// Deliver signs messages, makes a block of the queued transactions and this one, and demands that it succeeds.
func (c *Chain) Deliver(from *Account, msgs ...sdk.Msg) *abci.ExecTxResult {
	c.T.Helper()
	res := c.Try(from, msgs...)
	require.Zero(c.T, res.Code, "%s: %s", from.Name, res.Log)
	return res
}

// Try is Deliver, but the transaction may fail.
func (c *Chain) Try(from *Account, msgs ...sdk.Msg) *abci.ExecTxResult {
	c.T.Helper()
	c.Queue(from, msgs...)
	c.Next()
	results := c.Results()
	return results[len(results)-1]
}

// Refuse is Deliver, but demands that the transaction fails with this registered error.
func (c *Chain) Refuse(from *Account, want error, msgs ...sdk.Msg) *abci.ExecTxResult {
	c.T.Helper()
	res := c.Try(from, msgs...)
	space, code, _ := errorsmod.ABCIInfo(want, false)
	require.Equal(c.T, [2]any{space, code}, [2]any{res.Codespace, res.Code}, "expected %q, got: %s", want, res.Log)
	return res
}

// Response decodes the response of the i-th message of a delivered transaction into out.
func (c *Chain) Response(res *abci.ExecTxResult, i int, out interface{ Unmarshal([]byte) error }) {
	c.T.Helper()
	var data sdk.TxMsgData
	require.NoError(c.T, data.Unmarshal(res.Data))
	require.Greater(c.T, len(data.MsgResponses), i)
	require.NoError(c.T, out.Unmarshal(data.MsgResponses[i].Value))
}

// Balance returns the coins of an address, in ucred.
func (c *Chain) Balance(addr sdk.AccAddress) int64 {
	return app.BankKeeper(c.App).GetBalance(c.Ctx(), addr, encoding.BaseDenom).Amount.Int64()
}

// Pass has the council adopt messages that its authority sends: the operator of every seat votes yes. It demands that the proposal passes
// and its messages succeed.
func (c *Chain) Pass(msgs ...sdk.Msg) {
	c.T.Helper()
	proposal := c.Vote(msgs...)
	require.Equal(c.T, govv1.StatusPassed, proposal.Status, "proposal %d: %s", proposal.Id, proposal.FailedReason)
}

// Vote submits a proposal, has every seat vote yes, and returns the proposal after the voting period. The chain refuses the votes of seats
// that are out.
func (c *Chain) Vote(msgs ...sdk.Msg) govv1.Proposal {
	c.T.Helper()
	id := c.SubmitProposal(msgs...)
	for _, s := range c.Seats {
		c.Queue(s.Operator, govv1.NewMsgVote(s.Operator.Addr, id, govv1.OptionYes, ""))
	}
	c.NextN(int(VotingPeriod/BlockTime) + 2)
	proposal, err := app.GovKeeper(c.App).Proposals.Get(c.Ctx(), id)
	require.NoError(c.T, err)
	return proposal
}

// SubmitProposal puts a proposal of messages before the council, as the first active seat, and returns its number.
func (c *Chain) SubmitProposal(msgs ...sdk.Msg) uint64 {
	c.T.Helper()
	params, err := app.GovKeeper(c.App).Params.Get(c.Ctx())
	require.NoError(c.T, err)
	seats, err := app.PoaKeeper(c.App).ActiveSeats(c.Ctx())
	require.NoError(c.T, err)
	proposer := c.accountOf(seats[0].Operator)
	submit, err := govv1.NewMsgSubmitProposal(msgs, params.MinDeposit, proposer.String(), "", "test", "test", false)
	require.NoError(c.T, err)
	var submitted govv1.MsgSubmitProposalResponse
	c.Response(c.Deliver(proposer, submit), 0, &submitted)
	return submitted.ProposalId
}
