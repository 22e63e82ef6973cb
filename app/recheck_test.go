package app_test

import (
	"context"
	"math/rand"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/testutil"
	markettypes "github.com/credence-chain/credence/x/market/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// aFee is the fee of an ordinary transaction, in ucred.
const aFee = 20_000

// twins are two chains that get the same transactions and make the same blocks. The mempool of one checks every waiting transaction
// as a whole after each block, as the SDK does, and that of the other checks what is left to check.
type twins struct {
	*town
	whole   *town
	wholes  int // whole checks that the first chain made after blocks
	refused int
}

func newTwins(t *testing.T) *twins {
	tw := &twins{}
	names := testutil.WithAccounts("rich", "poor", "friend", "orderly", "fresh")
	count := testutil.WithBase(func(b *baseapp.BaseApp) {
		b.SetCheckTxHandler(func(run sdk.RunTx, req *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
			if req.Type == abci.CheckTxType_Recheck {
				tw.wholes++
			}
			gas, res, events, err := run(req.Tx, nil)
			if err != nil {
				return sdkerrors.ResponseCheckTxWithEvents(err, gas.GasWanted, gas.GasUsed, events, false), nil
			}
			return &abci.ResponseCheckTx{GasWanted: int64(gas.GasWanted), GasUsed: int64(gas.GasUsed), Events: res.Events}, nil
		})
	})
	tw.town = &town{Compute: testutil.NewCompute(t, testutil.ComputeOptions{Seats: 1}, names, count)}
	tw.whole = &town{Compute: testutil.NewCompute(t, testutil.ComputeOptions{Seats: 1}, names)}
	poor, rich := tw.Account("poor"), tw.Account("rich")
	allowance, err := feegrant.NewMsgGrantAllowance(&feegrant.BasicAllowance{}, rich.Addr, tw.Account("friend").Addr)
	require.NoError(t, err)
	for _, s := range []*town{tw.town, tw.whole} {
		s.Deliver(poor, banktypes.NewMsgSend(poor.Addr, rich.Addr, coin(testutil.Funds-3*aFee)))
		s.Deliver(rich, allowance)
	}
	tw.pool, tw.whole.pool = tw.Mempool(nil), tw.whole.WholeMempool()
	return tw
}

// send gives a transaction to both mempools, which judge it alike.
func (tw *twins) send(tx []byte) {
	tw.T.Helper()
	got, err := tw.pool.Send(tx)
	want, wantErr := tw.whole.pool.Send(tx)
	require.Equal(tw.T, wantErr, err)
	if err != nil {
		return
	}
	require.Equal(tw.T, []any{want.Codespace, want.Code}, []any{got.Codespace, got.Code}, "whole: %s\ngot: %s", want.Log, got.Log)
	if got.Code != 0 {
		tw.refused++
	}
}

// next makes a block of transactions that another proposer chose. The same transactions wait on both chains afterwards.
func (tw *twins) next(txs ...[]byte) {
	tw.T.Helper()
	tw.pool.NextOf(txs...)
	tw.whole.pool.NextOf(txs...)
	tw.same()
}

func (tw *twins) same() {
	tw.T.Helper()
	require.Equal(tw.T, tw.whole.LastBlock, tw.LastBlock)
	require.Equal(tw.T, tw.whole.pool.Waiting(), tw.pool.Waiting())
}

// pay signs an ordinary transaction that is good for a while.
func (tw *twins) pay(who string, long time.Duration, edit func(client.TxBuilder)) []byte {
	tw.nonces++
	return tw.payAt(who, tw.Now().Add(long+time.Duration(tw.nonces)), edit)
}

func (tw *twins) payAt(who string, deadline time.Time, edit func(client.TxBuilder)) []byte {
	from := tw.Account(who)
	return tw.SignUnorderedAs(from, deadline, func(b client.TxBuilder) {
		b.SetFeeAmount(coin(aFee))
		if edit != nil {
			edit(b)
		}
	}, banktypes.NewMsgSend(from.Addr, from.Addr, coin(1)))
}

// keyless signs a transaction that leaves out its account's public key.
func (tw *twins) keyless(who string, long time.Duration) []byte {
	from, mode := tw.Account(who), signing.SignMode_SIGN_MODE_DIRECT
	cfg := tw.App.Encoding.TxConfig
	b := cfg.NewTxBuilder()
	require.NoError(tw.T, b.SetMsgs(banktypes.NewMsgSend(from.Addr, from.Addr, coin(1))))
	tw.nonces++
	b.SetGasLimit(testutil.TxGas)
	b.SetFeeAmount(coin(aFee))
	b.SetUnordered(true)
	b.SetTimeoutTimestamp(tw.Now().Add(long + time.Duration(tw.nonces)))
	require.NoError(tw.T, b.SetSignatures(signing.SignatureV2{Data: &signing.SingleSignatureData{SignMode: mode}}))
	number := app.AccountKeeper(tw.App).GetAccount(tw.Ctx(), from.Addr).GetAccountNumber()
	sig, err := clienttx.SignWithPrivKey(context.Background(), mode, authsigning.SignerData{
		Address: from.String(), ChainID: testutil.ChainID, AccountNumber: number, PubKey: from.Key.PubKey(),
	}, b, from.Key, cfg, 0)
	require.NoError(tw.T, err)
	sig.PubKey = nil
	require.NoError(tw.T, b.SetSignatures(sig))
	bz, err := cfg.TxEncoder()(b.GetTx())
	require.NoError(tw.T, err)
	return bz
}

// Transactions that nothing changed for are not checked again, however long they wait, and stay.
func TestUnchangedIsNotCheckedAgain(t *testing.T) {
	tw := newTwins(t)
	tw.town.Submit(tw.Job())
	tw.whole.Submit(tw.whole.Job())
	waits := 0
	for _, s := range []*town{tw.town, tw.whole} { // so that their public keys are known
		for _, id := range s.OpenTasks() {
			worker := s.Key(s.Task(id).Seats[0].Who)
			s.Deliver(worker, banktypes.NewMsgSend(worker.Addr, worker.Addr, coin(1)))
		}
	}
	for _, id := range tw.OpenTasks() {
		for _, tx := range tw.due(id) {
			tw.send(tx)
			waits++
		}
	}
	require.Positive(t, waits)
	for range 20 {
		tw.send(tw.pay("rich", time.Minute, nil))
		waits++
	}
	for range 5 {
		tw.next(tw.pay("rich", time.Minute, nil))
		require.Equal(t, waits, tw.pool.Size())
	}
	require.Zero(t, tw.wholes, "whole checks")
	require.Len(t, tw.pool.Next(), min(waits, 10)) // the gas of a block is for ten
}

// A transaction of a nonce that a block has used leaves the mempool, and its nonce cannot be used again.
func TestWaitingReplays(t *testing.T) {
	tw := newTwins(t)
	deadline := tw.Now().Add(time.Minute)
	waits := tw.payAt("rich", deadline, nil)
	other := tw.payAt("rich", deadline, func(b client.TxBuilder) { b.SetMemo("another") })
	tw.send(waits)
	tw.next()
	tw.send(other)
	require.Equal(t, 1, tw.refused, "the nonce of one that waits")
	tw.next(other)
	require.Zero(t, tw.LastBlock.TxResults[1].Code)
	require.Zero(t, tw.pool.Size())
	tw.send(waits)
	require.Equal(t, 2, tw.refused)
}

// An account gets no more into the mempool than it can pay for, however many blocks lie between its transactions. What it can no longer
// pay for leaves the mempool with the block that took the money.
func TestWaitingIsPaidFor(t *testing.T) {
	tw := newTwins(t)
	for i := range 5 {
		tw.send(tw.pay("poor", time.Minute, nil))
		tw.next()
		require.Equal(t, min(3, i+1), tw.pool.Size())
	}
	require.Equal(t, 2, tw.refused)
	require.Zero(t, tw.wholes)
	poor := tw.Account("poor")
	tw.next(tw.Sign(poor, banktypes.NewMsgSend(poor.Addr, tw.Account("rich").Addr, coin(aFee+1))))
	require.Equal(t, 1, tw.pool.Size())
}

// A transaction that rests on another's public key does not outlive it.
func TestWaitingForAKey(t *testing.T) {
	tw := newTwins(t)
	tw.send(tw.pay("fresh", 3*time.Second, nil))
	tw.send(tw.keyless("fresh", time.Minute))
	require.Equal(t, 2, tw.pool.Size())
	for range 5 {
		tw.next()
	}
	require.Zero(t, tw.pool.Size())
}

// A pause removes what begins work and nothing else.
func TestWaitingInAPause(t *testing.T) {
	tw := newTwins(t)
	from := tw.Org(testutil.Requester).Member()
	tw.send(tw.SignUnorderedAs(from, tw.Now().Add(time.Minute), func(b client.TxBuilder) { b.SetFeeAmount(coin(aFee)) },
		&markettypes.MsgSubmitTask{Requester: from.String(), Nonce: 77, Job: tw.Job()}))
	tw.send(tw.pay("rich", time.Minute, nil))
	tw.next()
	require.Equal(t, 2, tw.pool.Size())
	seat := tw.Seats[0].Operator
	tw.next(tw.Sign(seat, &poatypes.MsgVotePause{Operator: seat.String(), Reason: "a fire"}))
	require.Equal(t, 1, tw.pool.Size())
}

// Whatever comes and whatever other proposers choose, the same transactions wait as if each were checked as a whole after each block, and
// most are not.
func TestTwinsWaitAlike(t *testing.T) {
	tw := newTwins(t)
	rnd := rand.New(rand.NewSource(1)) // the same in every run
	rich, poor, orderly := tw.Account("rich"), tw.Account("poor"), tw.Account("orderly")
	rechecked := 0
	for round := range 60 {
		if round%15 == 0 {
			tw.town.Submit(tw.Job())
			tw.whole.Submit(tw.whole.Job())
		}
		var block [][]byte
		for range 6 {
			long := time.Duration(1+rnd.Intn(12)) * time.Second
			switch rnd.Intn(9) {
			case 0, 1:
				tw.send(tw.pay("rich", long, nil))
			case 2:
				tw.send(tw.pay("poor", long, nil))
			case 3: // of one nonce, one here and one at another node
				at := tw.Now().Add(long + time.Duration(tw.nonces))
				tw.nonces++
				tw.send(tw.payAt("rich", at, nil))
				block = append(block, tw.payAt("rich", at, func(b client.TxBuilder) { b.SetMemo("another") }))
			case 4:
				tw.send(tw.SignAs(orderly, func(b client.TxBuilder) { b.SetFeeAmount(coin(aFee)); b.SetMemo(long.String()) },
					banktypes.NewMsgSend(orderly.Addr, orderly.Addr, coin(1))))
			case 5:
				tw.send(tw.pay("friend", long, func(b client.TxBuilder) { b.SetFeeGranter(rich.Addr) }))
			case 6:
				tw.send(tw.pay("rich", long, func(b client.TxBuilder) { b.SetTimeoutHeight(uint64(tw.Height() + rnd.Int63n(4))) }))
			case 7:
				tw.send(tw.keyless("poor", long))
			case 8:
				block = append(block, tw.Sign(rich, banktypes.NewMsgSend(rich.Addr, poor.Addr, coin(aFee/2))))
			}
		}
		for _, id := range tw.OpenTasks() {
			for _, tx := range tw.due(id) {
				tw.send(tx)
			}
			if others := tw.due(id); len(others) > 0 && rnd.Intn(6) == 0 {
				block = append(block, others[0])
			}
		}
		rechecked += tw.pool.Size()
		if round%8 == 7 {
			require.Equal(t, tw.whole.pool.Next(), tw.pool.Next())
			tw.same()
			continue
		}
		tw.next(block...)
	}
	t.Logf("%d waited over blocks, %d whole checks, %d refused", rechecked, tw.wholes, tw.refused)
	require.Less(t, 2*tw.wholes, rechecked)
	require.Positive(t, tw.refused)
}
