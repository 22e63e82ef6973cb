package app

import (
	"container/list"
	"context"
	"crypto/sha256"
	"sync"

	"github.com/spf13/cast"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/cosmos/cosmos-sdk/types/mempool"

	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// lanes is the application's view of the engine's mempool. The engine's mempool is one queue, first come first served, and a
// proposer is shown as many transactions of it as fill a block. lanes divides it into two lanes: the answers of seats, and
// everything else. Each lane may hold at most laneShare of the mempool, so that one full lane never keeps the other's transactions
// out. It keeps the transaction of an answer, so that a proposer finds it wherever it stands in the queue. It lets at most one
// transaction wait for one step of one seat.
//
// It holds nothing that consensus depends on. The engine may drop a transaction without notice: a transaction that is not checked
// again for laneBlocks blocks is forgotten.
type lanes struct {
	most   int          // transactions in one lane
	bytes  int64        // and their bytes
	height func() int64 // of the last block

	mu     sync.Mutex
	known  map[[sha256.Size]byte]*waiting
	line   [2]lane
	steps  map[taskstypes.Step]*waiting
	nonces map[nonce]*waiting // those with terms
	rules  uint64             // number of the rules that the last block left; see rechecks
}

const (
	laneOthers = iota
	laneAnswers
)

const (
	// laneBlocks is how many blocks a transaction is remembered without being checked again. The engine checks all waiting
	// transactions after each block.
	laneBlocks = 2
	// One lane may hold laneShare of laneParts of the mempool.
	laneShare, laneParts = 4, 5
)

// lane is one of the two lanes, in the order of arrival.
type lane struct {
	line  list.List
	bytes int64
}

// waiting is one transaction that waits.
type waiting struct {
	hash  [sha256.Size]byte
	tx    []byte // nil of ordinary ones
	size  int64
	lane  int
	at    *list.Element
	steps []taskstypes.Step
	seen  int64 // height of the state that it was last checked against

	terms *terms // nil if only the whole check can say whether it is still good
	rules uint64 // under which it passed the whole check
	rival bool   // a block had another transaction of its nonce since
}

var _ mempool.ExtMempool = (*lanes)(nil)

// newLanes reads the size of the engine's mempool from the node's configuration, or takes the engine's default if it says none.
func newLanes(opts servertypes.AppOptions) *lanes {
	size, bytes := cast.ToInt(opts.Get("mempool.size")), cast.ToInt64(opts.Get("mempool.max_txs_bytes"))
	if size <= 0 {
		size = 5000
	}
	if bytes <= 0 {
		bytes = 1 << 30
	}
	return &lanes{
		most: max(1, size/laneParts*laneShare), bytes: bytes / laneParts * laneShare,
		known: map[[sha256.Size]byte]*waiting{}, steps: map[taskstypes.Step]*waiting{}, nonces: map[nonce]*waiting{},
	}
}

// Insert implements the SDK's mempool: a transaction has passed its check.
func (l *lanes) Insert(ctx context.Context, tx sdk.Tx, _ mempool.InsertOption) error {
	bz := sdk.UnwrapSDKContext(ctx).TxBytes()
	w := &waiting{hash: sha256.Sum256(bz), size: int64(len(bz)), seen: l.height()}
	if w.steps = readSteps(tx); w.steps != nil {
		w.lane, w.tx = laneAnswers, bz
	}
	w.terms = readTerms(tx, w)
	l.mu.Lock()
	defer l.mu.Unlock()
	w.rules = l.rules
	if old := l.known[w.hash]; old != nil {
		l.notePassed(old)
		return nil
	}
	for _, step := range w.steps {
		if l.steps[step] != nil {
			return taskstypes.ErrWaiting.Wrapf("%s; it comes into a block, or falls out when its timeout passes", step)
		}
	}
	in := &l.line[w.lane]
	if in.line.Len() >= l.most || in.bytes+w.size > l.bytes {
		return sdkerrors.ErrMempoolIsFull.Wrapf("%d transactions of %d bytes wait, expected at most %d of %d bytes; send it again later",
			in.line.Len(), in.bytes, l.most, l.bytes)
	}
	l.known[w.hash], w.at = w, in.line.PushBack(w)
	in.bytes += w.size
	for _, step := range w.steps {
		l.steps[step] = w
	}
	switch {
	case w.terms == nil:
	case l.nonces[w.terms.nonce] != nil: // only the whole check sees both
		w.terms = nil
	default:
		l.nonces[w.terms.nonce] = w
	}
	return nil
}

// noteWaiting notes that a transaction is still waiting, and that it passed the whole check again.
func (l *lanes) noteWaiting(tx []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w := l.known[sha256.Sum256(tx)]; w != nil {
		l.notePassed(w)
	}
}

func (l *lanes) notePassed(w *waiting) { w.seen, w.rules, w.rival = l.height(), l.rules, false }

// listAnswers returns the transactions of the lane of answers, first come first.
func (l *lanes) listAnswers() (out [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for e := l.line[laneAnswers].line.Front(); e != nil; e = e.Next() {
		out = append(out, e.Value.(*waiting).tx)
	}
	return out
}

// removeIncluded removes the transactions of a block, whether they succeeded or not.
func (l *lanes) removeIncluded(txs [][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, tx := range txs {
		l.dropWaiting(l.known[sha256.Sum256(tx)])
	}
}

// forgetUnchecked removes transactions that were not checked again for laneBlocks blocks.
func (l *lanes) forgetUnchecked() {
	height := l.height()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.line {
		for e := l.line[i].line.Front(); e != nil; {
			w := e.Value.(*waiting)
			e = e.Next()
			if w.seen < height-laneBlocks {
				l.dropWaiting(w)
			}
		}
	}
}

func (l *lanes) dropWaiting(w *waiting) {
	if w == nil {
		return
	}
	delete(l.known, w.hash)
	l.line[w.lane].line.Remove(w.at)
	l.line[w.lane].bytes -= w.size
	for _, step := range w.steps {
		delete(l.steps, step)
	}
	if w.terms != nil && l.nonces[w.terms.nonce] == w {
		delete(l.nonces, w.terms.nonce)
	}
}

// RemoveWithReason implements the SDK's mempool: a transaction was executed, or is no longer valid.
func (l *lanes) RemoveWithReason(ctx context.Context, _ sdk.Tx, _ mempool.RemoveReason) error {
	l.removeIncluded([][]byte{sdk.UnwrapSDKContext(ctx).TxBytes()})
	return nil
}

// CountTx implements the SDK's mempool.
func (l *lanes) CountTx() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.known)
}

// Remove implements the SDK's mempool. Nothing calls it, because a transaction is identified by its bytes.
func (l *lanes) Remove(sdk.Tx) error { return mempool.ErrTxNotFound }

// Select implements the SDK's mempool. Nothing calls it: blocks are built by x/beacon/proposal.
func (l *lanes) Select(context.Context, [][]byte) mempool.Iterator { return nil }

// SelectBy implements the SDK's mempool; see Select.
func (l *lanes) SelectBy(context.Context, [][]byte, func(mempool.PooledTx) bool) {}
