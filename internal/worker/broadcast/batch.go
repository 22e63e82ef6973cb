package broadcast

import (
	"context"
	"errors"
	"sync"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client/sender"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// BatchOptions change Batching. The zero value has the defaults.
type BatchOptions struct {
	// Gather is the longest time that an order waits for others while an earlier transaction is under way; 0 means 100 ms, a fifth of a
	// block. If no transaction is under way, the order is sent at once.
	Gather time.Duration
	// Most is the most orders in one transaction; 0 means the most answers that the chain takes in one.
	Most int
	// Confirm says how Batching waits for a transaction's block.
	Confirm sender.ConfirmOptions
}

// Batching returns a Sender that puts orders which come within Gather into one transaction, and waits for its block. Batches save work,
// because a transaction costs a node more than an answer does. The chain takes a transaction whole or not at all. So if it refuses one,
// each order is sent again by itself. The errors of an order are those of Confirming.
func Batching(node Node, opts BatchOptions) Sender {
	if opts.Gather <= 0 {
		opts.Gather = 100 * time.Millisecond
	}
	if opts.Most <= 0 {
		opts.Most = taskstypes.MaxAnswers
	}
	return &batching{node: node, opts: opts, single: Confirming(Direct(node), node, opts.Confirm)}
}

type batching struct {
	node   Node
	opts   BatchOptions
	single Sender

	mu      sync.Mutex
	waiting []*member
	flying  int // transactions under way
	timer   *time.Timer
}

// member is an order in a batch, or on its way into one. Its Send calls the Signed callback and waits for the end.
type member struct {
	order  Order
	gone   <-chan struct{} // closed once its Send has returned
	signed chan *sender.SignedTx
	noted  chan error // the callback's error
	end    chan ending
}

type ending struct {
	receipt Receipt
	err     error
	again   bool // the transaction was refused: the order is sent by itself
}

func (b *batching) Send(ctx context.Context, o Order) (Receipt, error) {
	if o.alone || o.gas != 0 {
		return b.single.Send(ctx, o)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // runs even if the callback ends the goroutine
	m := &member{order: o, gone: ctx.Done(), signed: make(chan *sender.SignedTx), noted: make(chan error, 1), end: make(chan ending, 1)}
	b.addMember(m)
	var receipt Receipt
	for {
		select {
		case receipt.Tx = <-m.signed:
			var err error
			if o.Signed != nil {
				err = o.Signed(receipt.Tx.Hash, receipt.Tx.Timeout)
			}
			m.noted <- err
			if err != nil {
				return Receipt{}, errors.Join(ErrStopped, err)
			}
		case e := <-m.end:
			if e.again {
				return b.single.Send(ctx, o)
			}
			return e.receipt, e.err
		case <-ctx.Done():
			if receipt.Tx == nil {
				return receipt, ctx.Err()
			}
			return receipt, &sender.HashError{Hash: receipt.Tx.Hash, Err: ctx.Err()}
		}
	}
}

// addMember lets an order wait for others, or starts a batch.
func (b *batching) addMember(m *member) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, m)
	switch {
	case b.flying == 0 && b.timer == nil, len(b.waiting) >= b.opts.Most:
		b.startBatch()
	case b.timer == nil:
		b.timer = time.AfterFunc(b.opts.Gather, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.startBatch()
		})
	}
}

// startBatch sends all waiting orders as one batch. mu is held.
func (b *batching) startBatch() {
	if b.timer != nil {
		b.timer.Stop()
		b.timer = nil
	}
	if len(b.waiting) == 0 {
		return
	}
	batch := b.waiting
	b.waiting = nil
	b.flying++
	go func() {
		b.sendBatch(batch)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.flying--
	}()
}

// sendBatch sends a batch to the chain, and passes the end to each of its orders.
func (b *batching) sendBatch(batch []*member) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { // ends the batch once no Send waits for it
		for _, m := range batch {
			select {
			case <-m.gone:
			case <-ctx.Done():
				return
			}
		}
		stop()
	}()
	tx, batch, err := b.signBatch(ctx, batch)
	if len(batch) == 0 {
		return
	}
	e := ending{receipt: Receipt{Tx: tx}, err: err}
	if tx != nil {
		e = b.bringTx(ctx, tx)
	}
	e.again = len(batch) > 1 && isRefusal(e.err) && !isPassing(e.err)
	for _, m := range batch {
		m.end <- e
	}
}

// signBatch signs a transaction of the batch, and has each order note it before it is sent. If some orders do not note it, signBatch
// signs another one without them, so that a transaction is only sent if all of its orders noted it.
func (b *batching) signBatch(ctx context.Context, batch []*member) (*sender.SignedTx, []*member, error) {
	for {
		msgs := make([]sdk.Msg, len(batch))
		for i, m := range batch {
			msgs[i] = m.order.Msg
		}
		tx, err := b.node.Sign(ctx, 0, msgs...)
		if err != nil {
			return nil, batch, err
		}
		var left []*member
		for _, m := range batch {
			if m.noteTx(tx) {
				left = append(left, m)
			}
		}
		if len(left) == len(batch) || len(left) == 0 {
			return tx, left, nil
		}
		batch = left
	}
}

// noteTx has the order's Send note a transaction, and says whether it did.
func (m *member) noteTx(tx *sender.SignedTx) bool {
	select {
	case m.signed <- tx:
	case <-m.gone:
		return false
	}
	select {
	case err := <-m.noted:
		return err == nil
	case <-m.gone:
		return false
	}
}

// bringTx sends a signed transaction and waits for its block.
func (b *batching) bringTx(ctx context.Context, tx *sender.SignedTx) ending {
	e := ending{receipt: Receipt{Tx: tx}}
	sent := b.node.Broadcast(ctx, tx)
	if isRefusal(sent) {
		e.err = sent
		return e
	}
	// After any other error the bytes may still have arrived. Confirm looks for them, and sends them again.
	res, err := sender.Confirm(ctx, b.node, tx, sent == nil, b.opts.Confirm)
	if res != nil {
		e.receipt.Height = res.Height
	}
	e.err = err
	return e
}

// isPassing says whether a refusal is not due to the transaction's messages; for example, the mempool was full.
func isPassing(err error) bool {
	var refused *sender.TxError
	return errors.As(err, &refused) && sender.Passes(refused.CodeOf())
}
