package load

import (
	"context"
	"sync"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// outOfGas is the refusal of a transaction whose gas limit was too low.
var outOfGas = refusalOf(sdkerrors.RootCodespace, sdkerrors.ErrOutOfGas.ABCICode())

// Tasks are requests whose tasks the network's workers run. One is accepted when it has ended with an answer.
type Tasks struct {
	// Observe, if set, is called with the events of every block, in order. Workers that live in the program under test learn from it what
	// they have to do.
	Observe func(ctx context.Context, block client.Block) error

	chainID string
	job     markettypes.Job
	nonce   uint64

	mu        sync.Mutex
	requests  map[string]operation // under way, by id
	deals     map[string]string    // deal -> its request
	txs       map[string]string    // hash of a transaction that is in no block yet -> its request
	open      int
	simulates bool // the table's gas was too little on this chain
	result    Result
}

// NewTasks returns the work of requesting a job. The bag of each request has as many tasks as the plan's Batch.
func NewTasks(chainID string, job markettypes.Job) *Tasks {
	return &Tasks{
		chainID: chainID, job: job, nonce: uint64(time.Now().UnixNano()),
		requests: map[string]operation{}, deals: map[string]string{}, txs: map[string]string{}, result: Result{Endings: map[string]int{}},
	}
}

// Name implements Work.
func (*Tasks) Name() string { return "task" }

// ByMembers implements Work.
func (*Tasks) ByMembers() bool { return true }

// Messages implements Work.
func (t *Tasks) Messages(keys []client.Key, account, i, count int) []sdk.Msg {
	job := t.job
	job.Size_ = uint64(count)
	return []sdk.Msg{&markettypes.MsgSubmitTask{Requester: keys[account].Address(), Nonce: t.nonce + uint64(i), Job: job}}
}

// Gas implements Work. It returns what "credence run" asks for, which simulates a request only where the table's gas was too little.
func (t *Tasks) Gas(msgs []sdk.Msg) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.simulates {
		return 0
	}
	return client.TableGas(msgs)
}

func (t *Tasks) requestOf(msgs []sdk.Msg) string {
	m := msgs[0].(*markettypes.MsgSubmitTask)
	return ids.Format(poco.RequestID(t.chainID, m.Requester, m.Nonce))
}

// Sent implements Work.
func (t *Tasks) Sent(tx *sender.SignedTx, msgs []sdk.Msg, count int, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := t.requestOf(msgs)
	t.requests[id], t.txs[tx.Hash] = operation{count, at}, id
	t.open += count
}

// Lost implements Work.
func (t *Tasks) Lost(tx *sender.SignedTx, _ []sdk.Msg) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(tx.Hash)
}

// drop forgets the request of a transaction that was refused or failed, and returns how many tasks it had.
func (t *Tasks) drop(hash string) int {
	id := t.txs[hash]
	n := t.requests[id].count
	t.open -= n
	delete(t.requests, id)
	delete(t.txs, hash)
	return n
}

// Read implements Work.
func (t *Tasks) Read(ctx context.Context, conn *client.Conn, height int64, seen time.Time) error {
	block, err := client.ReadBlock(ctx, conn, height)
	if err != nil {
		return err
	}
	txs, err := readTxs(ctx, conn, height)
	if err != nil {
		return err
	}
	if t.Observe != nil {
		if err := t.Observe(ctx, block); err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tx := range txs {
		t.noteExecuted(tx)
	}
	for _, e := range client.Typed[*dealstypes.EventDeal](block) {
		t.noteDeal(e)
	}
	for _, e := range client.Typed[*taskstypes.EventEnded](block) {
		t.noteEnded(e, seen)
	}
	return nil
}

// noteExecuted counts the tasks of a request whose transaction failed in its block, for example for lack of coins, as failed.
func (t *Tasks) noteExecuted(tx executed) {
	if tx.refusal != "" {
		tasks := t.drop(tx.hash)
		t.result.noteRefused(tasks, tx.refusal)
		t.simulates = t.simulates || tasks > 0 && tx.refusal == outOfGas
	}
	delete(t.txs, tx.hash)
}

func (t *Tasks) noteDeal(e *dealstypes.EventDeal) {
	if _, ours := t.requests[e.Request]; ours {
		t.deals[e.Id] = e.Request
	}
}

func (t *Tasks) noteEnded(e *taskstypes.EventEnded, seen time.Time) {
	request := t.deals[e.Deal]
	op, ours := t.requests[request]
	if !ours {
		return
	}
	t.open--
	t.result.Endings[e.Ending.String()]++
	if e.Ending == taskstypes.ENDING_ACCEPTED {
		t.result.noteAccepted(1, seen.Sub(op.sent))
	} else {
		t.result.Failed++
	}
	if op.count--; op.count == 0 {
		delete(t.requests, request)
		delete(t.deals, e.Deal)
		return
	}
	t.requests[request] = op
}

// UnderWay implements Work.
func (t *Tasks) UnderWay() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open
}

// Result implements Work.
func (t *Tasks) Result() Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.result
}
