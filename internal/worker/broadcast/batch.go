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

// BatchOptions change Batching. The zero value is sensible.
type BatchOptions struct {
	// Gather is how long an order waits at most for others, while an earlier transaction is under way; 0 means 100 ms, a fifth of
	// a block. An order that finds none under way leaves at once.
	Gather time.Duration
	// Most is how many orders one transaction holds; 0 means as many answers as the chain takes in one.
	Most int
	// Confirm says how the transaction is waited for.
	Confirm sender.ConfirmOptions
}

// Batching puts orders that come within a moment into one transaction, and waits until that is in a block: a transaction costs a
// node more than an answer does. The chain takes a transaction whole or not at all. So when one is refused, each of its orders is
// sent by itself, and none is sunk by another. Errors of each order are those of Confirming.
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

// member is an order on its way into a batch. Whoever sends it calls its Signed callback, and waits for the end.
type member struct {
	order  Order
	gone   <-chan struct{} // closed when the sender gave it up
	signed chan *sender.SignedTx
	noted  chan error // what the callback said
	end    chan ending
}

type ending struct {
	receipt Receipt
	err     error
	again   bool // the transaction was refused: send it by itself
}

func (b *batching) Send(ctx context.Context, o Order) (Receipt, error) {
	if o.alone || o.gas != 0 {
		return b.single.Send(ctx, o)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // however this ends, a callback that ends the goroutine included
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

// startBatch sends what waits. mu is held.
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

// sendBatch brings a batch onto the chain and tells each of its orders the end.
func (b *batching) sendBatch(batch []*member) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { // it ends when nobody waits for it any more
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

// signBatch makes the transaction and has each order note it before it leaves. Orders that do not are left out of the next one: they
// are in no transaction that leaves.
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

// noteTx says whether an order's sender has noted a transaction.
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

// bringTx sends a signed transaction and waits until it is in a block.
func (b *batching) bringTx(ctx context.Context, tx *sender.SignedTx) ending {
	e := ending{receipt: Receipt{Tx: tx}}
	sent := b.node.Broadcast(ctx, tx)
	if isRefusal(sent) {
		e.err = sent
		return e
	}
	// Any other error leaves open whether the bytes arrived: they are looked for, and sent again.
	res, err := sender.Confirm(ctx, b.node, tx, sent == nil, b.opts.Confirm)
	if res != nil {
		e.receipt.Height = res.Height
	}
	e.err = err
	return e
}

// isPassing says that a refusal has nothing to do with what is in the transaction, such as that the mempool is full.
func isPassing(err error) bool {
	var refused *sender.TxError
	return errors.As(err, &refused) && sender.Passes(refused.CodeOf())
}
