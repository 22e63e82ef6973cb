package broadcast

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/worker/metrics"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// ledgerNode is a chain that takes each task's commitment once. It takes a transaction as a whole or not at all.
type ledgerNode struct {
	mu      sync.Mutex
	txs     map[string][]sdk.Msg
	left    map[string]bool  // hashes of broadcast transactions
	height  map[string]int64 // heights of included transactions
	failed  map[string]error
	taken   map[string]int   // commitments taken, by task
	bad     map[string]error // the error in a block, by task
	refuse  map[string]error // the error in the mempool, by task
	had     map[string]bool  // tasks whose commitment was included earlier
	full    int              // how many broadcasts still find the mempool full
	stopped bool             // no block is made
	sizes   []int            // numbers of messages of the included transactions
}

func newLedgerNode() *ledgerNode {
	return &ledgerNode{txs: map[string][]sdk.Msg{}, left: map[string]bool{}, height: map[string]int64{}, failed: map[string]error{},
		taken: map[string]int{}, bad: map[string]error{}, refuse: map[string]error{}}
}

func (n *ledgerNode) Sign(_ context.Context, gas uint64, msgs ...sdk.Msg) (*client.SignedTx, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	hash := fmt.Sprintf("tx%d", len(n.txs))
	n.txs[hash] = msgs
	return &client.SignedTx{Hash: hash, Timeout: time.Unix(1000, 0)}, nil
}

func (n *ledgerNode) Broadcast(_ context.Context, tx *client.SignedTx) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.full > 0 {
		n.full--
		return refused("sdk", sdkerrors.ErrMempoolIsFull.ABCICode())
	}
	for _, m := range n.txs[tx.Hash] {
		if err := n.refuse[m.(*taskstypes.MsgCommit).Task]; err != nil {
			return err
		}
	}
	n.left[tx.Hash] = true
	return nil
}

func (n *ledgerNode) Find(_ context.Context, hash string) (*client.TxResult, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.left[hash] || n.stopped {
		return nil, nil
	}
	if n.height[hash] == 0 && n.failed[hash] == nil {
		n.include(hash)
	}
	if err := n.failed[hash]; err != nil {
		return nil, err
	}
	return &client.TxResult{Hash: hash, Height: n.height[hash]}, nil
}

func (n *ledgerNode) include(hash string) {
	for _, m := range n.txs[hash] {
		task := m.(*taskstypes.MsgCommit).Task
		if err := n.bad[task]; err != nil {
			n.failed[hash] = err
			return
		}
		if n.taken[task] > 0 {
			n.failed[hash] = already
			return
		}
	}
	n.height[hash] = 7
	n.sizes = append(n.sizes, len(n.txs[hash]))
	for _, m := range n.txs[hash] {
		n.taken[m.(*taskstypes.MsgCommit).Task]++
	}
}

func (n *ledgerNode) Latest(context.Context) (int64, time.Time, error) {
	return 6, time.Unix(100, 0), nil
}

func (n *ledgerNode) change(fn func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fn()
}

func (n *ledgerNode) stack(gather time.Duration) Sender {
	batches := Batching(n, BatchOptions{Gather: gather, Confirm: sender.ConfirmOptions{Poll: time.Millisecond}})
	return Metered(Retrying(batches, RetryOptions{First: time.Millisecond, Most: time.Millisecond}), metrics.New(prometheus.NewRegistry()))
}

func task(i int) string { return fmt.Sprintf("task-%d", i) }

// sendAll sends this number of orders at the same time and returns the error of each. It checks that every transaction was announced to
// its order before it was broadcast.
func sendAll(t *testing.T, n *ledgerNode, s Sender, orders int) (errs []error) {
	t.Helper()
	errs = make([]error, orders)
	heights := make([]int64, orders)
	var wg sync.WaitGroup
	for i := range orders {
		wg.Go(func() {
			var announced []string
			r, err := s.Send(context.Background(), Order{Step: "commit", Msg: &taskstypes.MsgCommit{Task: task(i)}, Signed: func(hash string, _ time.Time) error {
				n.mu.Lock()
				defer n.mu.Unlock()
				if n.left[hash] {
					return errors.New("it left before it was announced")
				}
				announced = append(announced, hash)
				return nil
			}})
			errs[i], heights[i] = err, r.Height
			if err == nil && (len(announced) == 0 || r.Tx.Hash != announced[len(announced)-1]) {
				errs[i] = fmt.Errorf("included in %s, announced %v", r.Tx.Hash, announced)
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err == nil && n.bad[task(i)] == nil {
			require.Equal(t, 1, n.taken[task(i)], "task %d", i)
			require.True(t, heights[i] == 7 || n.had[task(i)], "task %d: height %d", i, heights[i])
		}
	}
	return errs
}

// Orders that come while a transaction is under way are sent together, up to the limit of one transaction.
func TestOrdersOfAMomentGoTogether(t *testing.T) {
	n := newLedgerNode()
	n.stopped = true
	const orders = 1 + 3*taskstypes.MaxAnswers // the first order finds nothing under way and is sent at once
	go func() {
		for in := 0; in < orders; time.Sleep(time.Millisecond) { // blocks come once every order was broadcast
			in = 0
			n.change(func() {
				for hash := range n.left {
					in += len(n.txs[hash])
				}
				n.stopped = in < orders
			})
		}
	}()
	for i, err := range sendAll(t, n, n.stack(time.Hour), orders) {
		require.NoError(t, err, i)
	}
	slices.Sort(n.sizes)
	require.Equal(t, []int{1, taskstypes.MaxAnswers, taskstypes.MaxAnswers, taskstypes.MaxAnswers}, n.sizes)
}

// An order that the chain refuses, in the mempool or in a block, does not make the other orders of its transaction fail.
func TestNoneIsSunkByAnother(t *testing.T) {
	notDrawn := &client.TxError{Codespace: taskstypes.ModuleName, Code: taskstypes.ErrNotDrawn.ABCICode(), Height: 7}
	closed := refused(taskstypes.ModuleName, taskstypes.ErrWindowClosed.ABCICode())
	n := newLedgerNode()
	n.bad[task(3)], n.refuse[task(11)], n.taken[task(20)] = notDrawn, closed, 1
	n.had = map[string]bool{task(20): true}
	n.full = 3
	errs := sendAll(t, n, n.stack(5*time.Millisecond), 40)
	for i, err := range errs {
		switch i {
		case 3:
			require.ErrorIs(t, err, notDrawn)
		case 11:
			require.ErrorIs(t, err, closed)
		default:
			require.NoError(t, err, i)
		}
	}
	require.Zero(t, n.taken[task(3)])
	require.Zero(t, n.taken[task(11)])
}

// An order is left out of its transaction if its sender gives up, fails to note the transaction, or dies. The other orders are sent.
func TestWhoeverGoesIsLeftOut(t *testing.T) {
	for name, leave := range map[string]func(cancel func()) error{
		"gives up":        func(cancel func()) error { cancel(); return nil },
		"does not note":   func(func()) error { return errors.New("disk full") },
		"dies meanwhile":  func(func()) error { runtime.Goexit(); return nil },
		"gives up, notes": func(cancel func()) error { cancel(); return errors.New("stopped") },
	} {
		t.Run(name, func(t *testing.T) {
			n := newLedgerNode()
			s := Batching(n, BatchOptions{Gather: time.Hour, Most: 3, Confirm: sender.ConfirmOptions{Poll: time.Millisecond}})
			n.stopped = true
			first := make(chan error, 1)
			go func() {
				_, err := s.Send(context.Background(), Order{Msg: &taskstypes.MsgCommit{Task: task(0)}})
				first <- err
			}()
			require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return len(n.left) == 1 }, time.Minute, time.Millisecond)
			var wg sync.WaitGroup
			errs := make([]error, 3)
			for i := range 3 { // sent while the first transaction is under way
				wg.Go(func() {
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					errs[i] = errors.New("died")
					_, errs[i] = s.Send(ctx, Order{Msg: &taskstypes.MsgCommit{Task: task(1 + i)}, Signed: func(string, time.Time) error {
						if i == 1 {
							return leave(cancel)
						}
						return nil
					}})
				})
			}
			require.Eventually(t, func() bool { n.mu.Lock(); defer n.mu.Unlock(); return len(n.left) == 2 }, time.Minute, time.Millisecond)
			n.change(func() { n.stopped = false })
			wg.Wait()
			require.NoError(t, <-first)
			require.NoError(t, errs[0])
			require.NoError(t, errs[2])
			if name != "gives up" { // the sender may have noted the transaction before its cancellation was seen
				require.Error(t, errs[1])
				require.Zero(t, n.taken[task(2)])
			}
			require.Equal(t, 1, n.taken[task(1)])
			require.Equal(t, 1, n.taken[task(3)])
		})
	}
}
