package proposal_test

import (
	"bytes"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
	"github.com/credence-chain/credence/x/beacon/proposal"
	"github.com/credence-chain/credence/x/beacon/types"
)

func send(c *testutil.Chain, from, to *testutil.Account) []byte {
	return c.Sign(from, &banktypes.MsgSend{FromAddress: from.String(), ToAddress: to.String(), Amount: sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1))})
}

func TestProposalIsAccepted(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithAccounts("alice", "bob"))
	for range 3 {
		tx := send(c, c.Account("alice"), c.Account("bob"))
		txs := c.Propose(tx)
		require.Len(t, txs, 2)
		require.Equal(t, tx, txs[1])
		require.True(t, c.Judge(txs...))
		c.QueueTx(tx)
		c.Next()
	}
}

func TestJudge(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(4), testutil.WithAccounts("alice", "bob"))
	c.NextN(2)
	tx := send(c, c.Account("alice"), c.Account("bob"))
	proof := c.Propose()[0]
	flip := func(i int) []byte {
		out := bytes.Clone(proof)
		out[i] ^= 1
		return out
	}
	seed, err := app.BeaconKeeper(c.App).Seed(c.Ctx())
	require.NoError(t, err)
	stranger := c.Seats[0]
	if stranger == c.Proposer() {
		stranger = c.Seats[1]
	}
	sign := func(s *testutil.Seat, chain string, seed []byte, height int64) []byte {
		return types.ProofTx(s.Beacon.Sign(types.ProofMessage(chain, seed, height)))
	}
	for _, tc := range []struct {
		name   string
		txs    [][]byte
		accept bool
	}{
		{"the proof alone", [][]byte{proof}, true},
		{"the proof and a transaction", [][]byte{proof, tx}, true},
		{"nothing", nil, false},
		{"no proof", [][]byte{tx}, false},
		{"the proof second", [][]byte{tx, proof}, false},
		{"two proofs", [][]byte{proof, proof}, false},
		{"undecodable at 1", [][]byte{proof, []byte("garbage")}, false},
		{"empty at 1", [][]byte{proof, {}}, false},
		{"marker altered", [][]byte{flip(3)}, false},
		{"proof altered", [][]byte{flip(len(proof) - 1)}, false},
		{"proof cut", [][]byte{proof[:len(proof)-1]}, false},
		{"proof longer", [][]byte{append(bytes.Clone(proof), 0)}, false},
		{"proof of another seat", [][]byte{sign(stranger, testutil.ChainID, seed, c.Height()+1)}, false},
		{"proof of another height", [][]byte{sign(c.Proposer(), testutil.ChainID, seed, c.Height())}, false},
		{"proof of another chain", [][]byte{sign(c.Proposer(), "other", seed, c.Height()+1)}, false},
		{"proof over another seed", [][]byte{sign(c.Proposer(), testutil.ChainID, make([]byte, 32), c.Height()+1)}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.accept, c.Judge(tc.txs...))
		})
	}
}

// Whatever goes wrong while transactions are selected, the proposal is one that others accept.
func TestFailingSelector(t *testing.T) {
	for name, selector := range map[string]proposal.Selector{
		"panics":            func(sdk.Context, [][]byte, proposal.Limits) [][]byte { panic("boom") },
		"panics with nil":   func(sdk.Context, [][]byte, proposal.Limits) [][]byte { var p *int; return make([][]byte, *p) },
		"offers garbage":    func(sdk.Context, [][]byte, proposal.Limits) [][]byte { return [][]byte{[]byte("garbage")} },
		"exceeds the bytes": func(_ sdk.Context, w [][]byte, l proposal.Limits) [][]byte { return repeat(w[0], l.Bytes) },
	} {
		t.Run(name, func(t *testing.T) {
			c := testutil.New(t, testutil.WithSeats(4), testutil.WithAccounts("alice", "bob"), testutil.WithSelector(selector),
				testutil.WithConsensusParams(func(p *cmtproto.ConsensusParams) { p.Block.MaxBytes = 20_000 }))
			for range 4 {
				txs := c.Propose(send(c, c.Account("alice"), c.Account("bob")))
				require.Len(t, txs, 1)
				require.True(t, c.Judge(txs...))
				c.Next()
			}
		})
	}
}

func repeat(tx []byte, bytes int64) (out [][]byte) {
	for sum := int64(0); sum <= bytes; sum += int64(len(tx)) {
		out = append(out, tx)
	}
	return out
}

// A default proposer leaves out what does not decode or fit, and what it offers keeps the limits.
func TestSelectionKeepsLimits(t *testing.T) {
	var size int64
	gas := int64(proposal.Shares * testutil.TxGas)
	c := testutil.New(t, testutil.WithSeats(1), testutil.WithAccounts("alice", "bob"),
		testutil.WithConsensusParams(func(p *cmtproto.ConsensusParams) { p.Block.MaxGas, p.Block.MaxBytes = gas, 4096 }))
	tx := send(c, c.Account("alice"), c.Account("bob"))
	size = int64(len(tx))
	waiting := [][]byte{[]byte("garbage"), tx, tx}
	for i := range 40 {
		waiting = append(waiting, c.SignUnordered(c.Account("alice"), c.Now().Add(time.Minute+time.Duration(i)), &banktypes.MsgSend{
			FromAddress: c.Account("alice").String(), ToAddress: c.Account("bob").String(), Amount: sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1)),
		}))
	}
	txs := c.Propose(waiting...)
	require.Len(t, txs, 1+proposal.Shares, "the proof and as many transactions as the gas is for; each takes %d bytes", size)
	require.True(t, c.Judge(txs...))
	require.False(t, c.Judge(append(txs, tx)...), "one more exceeds the gas")
}

// One transaction cannot take the whole block: it is neither chosen nor accepted, nor does it reach the mempool.
func TestNoTransactionTakesTheBlock(t *testing.T) {
	c := testutil.New(t, testutil.WithSeats(1), testutil.WithAccounts("alice", "bob"),
		testutil.WithConsensusParams(func(p *cmtproto.ConsensusParams) { p.Block.MaxGas = int64(proposal.Shares*testutil.TxGas) - 1 }))
	greedy := send(c, c.Account("alice"), c.Account("bob"))
	txs := c.Propose(greedy)
	require.Len(t, txs, 1)
	require.False(t, c.Judge(append(txs, greedy)...))
	c.Next()
	res, err := c.App.CheckTx(&abci.RequestCheckTx{Tx: greedy})
	require.NoError(t, err)
	require.Equal(t, sdkerrors.ErrInvalidGasLimit.ABCICode(), res.Code, res.Log)
}

// Undecodable as a transaction, whatever the proof: nobody can slip a transaction in as a proof, or the reverse.
func TestProofIsNoTransaction(t *testing.T) {
	c := testutil.New(t)
	for i := range 256 {
		_, err := c.App.Encoding.TxConfig.TxDecoder()(types.ProofTx(bytes.Repeat([]byte{byte(i)}, 48)))
		require.Error(t, err)
	}
	res := c.Next()
	require.NotZero(t, res.TxResults[0].Code)
}
