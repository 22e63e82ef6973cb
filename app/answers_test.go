package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/cosmos/cosmos-sdk/client"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/testutil"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// town is a chain with a market and with accounts that flood it. Its blocks are made from the engine's mempool.
type town struct {
	*testutil.Compute
	pool   *testutil.Mempool
	nonces int
	flood  map[string]bool // transactions of the flood
}

func newTown(t *testing.T, cfg func(*cmtcfg.MempoolConfig)) *town {
	c := testutil.NewCompute(t, testutil.ComputeOptions{}, testutil.WithAccounts("rich", "pauper"))
	pauper := c.Account("pauper")
	c.Deliver(pauper, banktypes.NewMsgSend(pauper.Addr, c.Account("rich").Addr, coin(testutil.Funds-1)))
	require.EqualValues(t, 1, c.Balance(pauper.Addr))
	return &town{Compute: c, pool: c.Mempool(cfg), flood: map[string]bool{}}
}

// sign makes an unordered transaction with a gas limit and a fee in ucred.
func (s *town) sign(from *testutil.Account, gas uint64, fee int64, msgs ...sdk.Msg) []byte {
	s.nonces++
	return s.SignUnorderedAs(from, s.Now().Add(5*time.Minute+time.Duration(s.nonces)), func(b client.TxBuilder) {
		b.SetGasLimit(gas)
		b.SetFeeAmount(nil)
		if fee > 0 {
			b.SetFeeAmount(coin(fee))
		}
	}, msgs...)
}

// answer makes a worker's transaction with the least gas that it needs and no fee.
func (s *town) answer(who string, msgs ...sdk.Msg) []byte {
	return s.sign(s.Key(who), taskstypes.AnswersGas(len(msgs)), 0, msgs...)
}

// pays makes an ordinary transaction that asks for a tenth of a block and pays for it.
func (s *town) pays() []byte {
	rich := s.Account("rich")
	return s.sign(rich, testutil.TxGas, 20_000, banktypes.NewMsgSend(rich.Addr, rich.Addr, coin(1)))
}

// due returns the honest answers that the seats of a task owe now.
func (s *town) due(id string) (txs [][]byte) { return s.owed(id, testutil.Honest) }

// owed returns the answers that the workers and the court of a task owe now. The argument answer chooses their contents.
func (s *town) owed(id string, answer testutil.Answer) (txs [][]byte) {
	task := s.Task(id)
	for _, msg := range s.AnswersOwed(task, answer) {
		txs = append(txs, s.answer(msg.Who, msg.Msg))
	}
	return txs
}

func (s *town) refused(want error, tx []byte) {
	s.T.Helper()
	res, err := s.pool.Send(tx)
	require.NoError(s.T, err)
	s.isError(want, res)
}

func (s *town) isError(want error, res *abci.ResponseCheckTx) {
	s.T.Helper()
	space, code, _ := errorsmod.ABCIInfo(want, false)
	require.Equal(s.T, [2]any{space, code}, [2]any{res.Codespace, res.Code}, "expected %q, got: %s", want, res.Log)
}

func (s *town) taken(tx []byte) {
	s.T.Helper()
	res, err := s.pool.Send(tx)
	require.NoError(s.T, err)
	require.Zero(s.T, res.Code, res.Log)
}

// live runs a task to its end and calls flood before every block. Every honest answer has to be in the very next block, before all
// transactions of the flood. No worker loses anything.
func (s *town) live(flood func()) {
	t := s.T
	ids := s.Submit(s.Job())
	for range 500 {
		task := s.Task(ids[0])
		if task.Phase == taskstypes.PHASE_DONE {
			require.Equal(t, "ENDING_ACCEPTED", task.Ending.String())
			require.False(t, task.ByCourt)
			for _, seat := range task.Settlement.Seats {
				require.Equal(t, "NONE", seat.Fault)
				require.Zero(t, seat.Slash)
			}
			return
		}
		flood()
		honest := s.due(ids[0])
		for _, tx := range honest {
			s.taken(tx)
		}
		block := s.pool.Next()
		require.GreaterOrEqual(t, len(block), len(honest))
		for i := range honest {
			require.Contains(t, honest, block[i], "an answer is not among the first %d of %d transactions", len(honest), len(block))
			require.Zero(t, s.Results()[i].Code, s.Results()[i].Log)
		}
	}
	require.Fail(t, "the task did not end")
}

// An account with 1 ucred floods the mempool with free messages for tasks that do not exist. Each asks for a tenth of a block, or for as
// little gas as an answer needs. None waits in the mempool, and none is in a block.
func TestFloodForNoTask(t *testing.T) {
	s := newTown(t, nil)
	pauper := s.Account("pauper")
	sent := 0
	s.live(func() {
		for i := range 30 {
			decline := &taskstypes.MsgDecline{Who: pauper.String(), Task: strings.Repeat("0", 62) + fmt.Sprintf("%02d", i), Attempt: 1, Reason: taskstypes.DECLINE_REASON_OTHER}
			s.refused(sdkerrors.ErrInsufficientFee, s.sign(pauper, testutil.TxGas, 0, decline))
			tx := s.sign(pauper, taskstypes.AnswersGas(1), 0, decline)
			s.refused(taskstypes.ErrNotFound, tx)
			// The engine may show the transaction to a proposer all the same. The proposer leaves it out of its block.
			require.Len(t, s.Propose(tx), 1)
			sent += 2
		}
		require.Zero(t, s.pool.Size())
	})
	require.GreaterOrEqual(t, sent, 240)
}

// A stranger floods an open task, first in its own name. Then the drawn worker itself repeats its answer and sends a second, different
// answer.
func TestFloodForATask(t *testing.T) {
	s := newTown(t, nil)
	stranger := s.Account("stranger")
	s.live(func() {
		for _, id := range s.OpenTasks() {
			task := s.Task(id)
			for range 20 {
				for _, msg := range []sdk.Msg{
					&taskstypes.MsgDecline{Who: stranger.String(), Task: id, Attempt: task.Attempt, Reason: taskstypes.DECLINE_REASON_OTHER},
					s.CommitMsg(task, stranger.String(), taskstypes.BENCH_WORKERS, testutil.Lie),
					s.CommitMsg(task, stranger.String(), taskstypes.BENCH_COURT, testutil.Lie),
				} {
					res, err := s.pool.Send(s.sign(stranger, taskstypes.AnswersGas(1), 0, msg))
					require.NoError(t, err)
					require.NotZero(t, res.Code)
				}
			}
		}
		require.Zero(t, s.pool.Size())
	})

	id := s.Submit(s.Job())[0]
	task := s.Task(id)
	who := task.Seats[0].Who
	commit := func() []byte { return s.answer(who, s.CommitMsg(task, who, taskstypes.BENCH_WORKERS, testutil.Truth)) }
	first, others := commit(), [][]byte{}
	s.taken(first)
	for range 30 {
		others = append(others, commit())
		s.refused(taskstypes.ErrWaiting, others[len(others)-1])
	}
	s.refused(taskstypes.ErrWaiting, s.answer(who, &taskstypes.MsgDecline{Who: who, Task: id, Attempt: 1, Reason: taskstypes.DECLINE_REASON_OTHER}))
	require.Len(t, s.Propose(others...), 2, "the proof and one of them")
	require.Equal(t, [][]byte{first}, s.pool.Next())
	s.refused(taskstypes.ErrAlready, others[0])
	require.Len(t, s.Propose(others...), 1)
}

// An account pays for whole blocks, with transactions that arrived long before the answers. They get only the room that the answers leave.
func TestFloodThatPays(t *testing.T) {
	s := newTown(t, nil)
	for range 200 {
		s.taken(s.pays())
	}
	s.live(func() {
		for range 10 {
			s.taken(s.pays())
		}
	})
	require.Greater(t, s.pool.Size(), 100)
}

// A mempool full of paid transactions has room for answers, because each lane may fill at most four fifths of it.
func TestMempoolFullOfOthers(t *testing.T) {
	s := newTown(t, func(cfg *cmtcfg.MempoolConfig) { cfg.Size = 5_000 })
	for range 4_000 {
		s.taken(s.pays())
	}
	s.refused(sdkerrors.ErrMempoolIsFull, s.pays())
	id := s.Submit(s.Job())[0]
	for _, tx := range s.due(id) {
		s.taken(tx)
	}
}

// An answer needs no fee when it asks for no more gas than an answer needs, and has enough of it. One transaction may hold up to MaxAnswers
// answers and no other message. In all other cases the node's least fee is due.
func TestAnswersAreFree(t *testing.T) {
	s := newTown(t, nil)
	job := s.Job()
	job.Size_ = 2
	ids := s.Submit(job)
	who := s.Task(ids[0]).Seats[0].Who
	commit := s.CommitMsg(s.Task(ids[0]), who, taskstypes.BENCH_WORKERS, testutil.Truth)
	send := func(gas uint64, fee int64, msgs ...sdk.Msg) []byte { return s.sign(s.Key(who), gas, fee, msgs...) }
	gas, price := taskstypes.AnswersGas(1), int64(taskstypes.AnswersGas(1))/1000
	other := banktypes.NewMsgSend(s.Key(who).Addr, s.Key(who).Addr, coin(1))

	s.refused(sdkerrors.ErrInsufficientFee, send(gas+1, 0, commit))
	s.refused(sdkerrors.ErrInsufficientFee, send(gas, 0, commit, other))
	s.refused(sdkerrors.ErrInsufficientFee, send(gas, price-1, other))
	s.refused(sdkerrors.ErrOutOfGas, send(taskstypes.AnswerGas+10_000, 0, commit))
	s.refused(taskstypes.ErrAlready, send(taskstypes.AnswersGas(2), 0, commit, commit))
	var many []sdk.Msg
	for range taskstypes.MaxAnswers + 1 {
		many = append(many, commit)
	}
	s.refused(taskstypes.ErrTooMany, send(testutil.TxGas, 20_000, many...))
	s.refused(taskstypes.ErrTooEarly, send(gas, 0, s.RevealMsg(s.Task(ids[0]), who, taskstypes.BENCH_WORKERS)))

	before := s.Balance(s.Key(who).Addr)
	s.taken(send(gas, 0, commit))
	s.taken(send(gas, price, other))
	s.pool.Next()
	require.Zero(t, s.Results()[0].Code, s.Results()[0].Log)
	require.Less(t, uint64(s.Results()[0].GasUsed), gas*8/10, "an answer needs no more than the limit, with room to spare")
	require.Equal(t, before-price, s.Balance(s.Key(who).Addr))

	// One transaction answers two tasks of one worker.
	ids = append(ids, s.Submit(job)...)
	byWorker := map[string][]sdk.Msg{}
	for _, id := range ids[1:] {
		task := s.Task(id)
		if task.Phase == taskstypes.PHASE_FIRST {
			byWorker[task.Seats[0].Who] = append(byWorker[task.Seats[0].Who], s.CommitMsg(task, task.Seats[0].Who, taskstypes.BENCH_WORKERS, testutil.Truth))
		}
	}
	for who, msgs := range byWorker {
		s.taken(s.answer(who, msgs...))
	}
	require.Len(t, s.pool.Next(), len(byWorker))
	for _, r := range s.Results() {
		require.Zero(t, r.Code, r.Log)
	}
}

// A node that has just started judges answers by the height that it knows, and timeouts by its clock. Before the first block the SDK gives
// it a height of 0 and no time.
func TestAnswersAfterARestart(t *testing.T) {
	s := newTown(t, nil)
	id := s.Submit(s.Job())[0]
	for s.Task(id).Phase != taskstypes.PHASE_REVEAL {
		for _, tx := range s.due(id) {
			s.taken(tx)
		}
		s.pool.Next()
	}
	s.Restart()
	s.pool = s.Mempool(nil)
	task := s.Task(id)
	for _, seat := range task.Seats {
		s.taken(s.SignAs(s.Key(seat.Who), func(b client.TxBuilder) { b.SetGasLimit(taskstypes.AnswersGas(1)) },
			s.RevealMsg(task, seat.Who, taskstypes.BENCH_WORKERS)))
	}
	rich := s.Account("rich") // its timeout is of today, like all others
	s.taken(s.SignUnorderedAs(rich, time.Now().Add(time.Minute), func(b client.TxBuilder) { b.SetFeeAmount(coin(20_000)) },
		banktypes.NewMsgSend(rich.Addr, rich.Addr, coin(1))))
	require.Len(t, s.pool.Next(), len(task.Seats)+1)
	require.Equal(t, taskstypes.PHASE_DONE, s.Task(id).Phase)
}

// Tests run within the limits of a real chain.
func TestBlocksHaveLimits(t *testing.T) {
	c := testutil.New(t)
	c.Next()
	block := c.App.GetConsensusParams(c.Ctx()).Block
	require.Equal(t, genesis.MaxBlockGas, block.MaxGas)
	require.Equal(t, genesis.MaxBlockBytes, block.MaxBytes)
	price, err := sdk.ParseDecCoin(encoding.LeastGasPrice)
	require.NoError(t, err)
	require.True(t, price.IsPositive())
}
