package sender

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Chain is the part of a connection that Confirm needs.
type Chain interface {
	// Broadcast passes the bytes to a node's mempool; repeating it is harmless. A *TxError is a refusal.
	Broadcast(ctx context.Context, tx *SignedTx) error
	// Find returns the result of a transaction, or nil if no block has it. A *TxError says that a block has it and it failed.
	Find(ctx context.Context, hash string) (*TxResult, error)
	// Latest returns the height and the time of the latest block. Timeouts are judged by that time.
	Latest(ctx context.Context) (height int64, at time.Time, err error)
}

// Observer is told when the wait for a transaction begins. Several waits may overlap.
type Observer interface {
	// Begin returns the Watch for this wait; end is called when the wait is over.
	Begin() (w Watch, end func())
}

// Watch is told of the blocks that pass during the wait for one transaction.
type Watch interface {
	// Block is called with each new height.
	Block(height int64)
	// Quiet is called in each round without a new block, with the reason.
	Quiet(reason string)
}

// ConfirmOptions change how Confirm waits. The zero value has the defaults.
type ConfirmOptions struct {
	// Poll is the interval between queries for the transaction; 0 means 200 ms.
	Poll time.Duration
	// Rebroadcast is the interval after which the same bytes are sent again, to the node that is then in use; 0 means 3 s.
	Rebroadcast time.Duration
	// Stall is how long the chain may show no new block before waiting fails with ErrStalled; 0 means no limit.
	Stall time.Duration
	// Observer may be nil.
	Observer Observer
	// Rebroadcasted is called after each broadcast by Confirm. May be nil.
	Rebroadcasted func()
}

func (o ConfirmOptions) fillDefaults() ConfirmOptions {
	if o.Poll <= 0 {
		o.Poll = 200 * time.Millisecond
	}
	if o.Rebroadcast <= 0 {
		o.Rebroadcast = 3 * time.Second
	}
	if o.Observer == nil {
		o.Observer = noObserver{}
	}
	if o.Rebroadcasted == nil {
		o.Rebroadcasted = func() {}
	}
	return o
}

// noObserver is the Observer and the Watch for options without one. It does nothing.
type noObserver struct{}

func (noObserver) Begin() (Watch, func()) { return noObserver{}, func() {} }
func (noObserver) Block(int64)            {}
func (noObserver) Quiet(string)           {}

// Confirm waits until a transaction is in a block. taken says that a node has taken it; otherwise Confirm sends it at once.
//
// A *TxError says that a block has the transaction and it failed, or that a node refused it and no node is known to have taken it. A
// *HashError leaves the outcome open. It wraps ErrExpired (by the time of blocks, the timeout has passed), ErrStalled, or the
// context's error.
func Confirm(ctx context.Context, chain Chain, tx *SignedTx, taken bool, opts ConfirmOptions) (*TxResult, error) {
	opts = opts.fillDefaults()
	watch, end := opts.Observer.Begin()
	defer end()
	c := &confirmation{chain: chain, tx: tx, opts: opts, watch: watch, taken: taken, seen: time.Now()}
	if taken {
		c.sent = time.Now()
	}
	ticker := time.NewTicker(opts.Poll)
	defer ticker.Stop()
	for {
		if res, err := c.askOnce(ctx); res != nil || err != nil {
			return res, err
		}
		select {
		case <-ctx.Done():
			return nil, &HashError{Hash: tx.Hash, Err: ctx.Err()}
		case <-ticker.C:
		}
	}
}

// confirmation is the state of waiting for one transaction.
type confirmation struct {
	chain Chain
	tx    *SignedTx
	opts  ConfirmOptions
	watch Watch

	latest int64     // the highest height seen
	seen   time.Time // when it was first seen

	taken     bool      // a node took the bytes
	sent      time.Time // when the bytes were last sent
	refusal   error     // a node's refusal, if no node is known to have taken the bytes
	refusedAt int64     // the height at that refusal
}

// askOnce makes one round. It returns nil and no error while the outcome is open.
func (c *confirmation) askOnce(ctx context.Context) (*TxResult, error) {
	// Latest is asked before Find: if the time of blocks had passed the timeout before Find found nothing, no later block has it.
	height, now, latestErr := c.chain.Latest(ctx)
	res, err := c.chain.Find(ctx, c.tx.Hash)
	switch {
	case isRefusal(err):
		return nil, err
	case err == nil && res != nil:
		return res, nil
	case err == nil && latestErr == nil && now.After(c.tx.Timeout):
		return nil, &HashError{Hash: c.tx.Hash, Err: ErrExpired}
	}
	if err := c.noteBlock(height, latestErr, err); err != nil {
		return nil, err
	}
	return nil, c.sendAgain(ctx)
}

// noteBlock tells the watch whether there is a new block. It returns ErrStalled if there was none for Stall.
func (c *confirmation) noteBlock(height int64, latestErr, findErr error) error {
	if latestErr == nil && height > c.latest {
		c.latest, c.seen = height, time.Now()
		c.watch.Block(height)
		return nil
	}
	reason := "no new block"
	if trouble := errors.Join(latestErr, findErr); trouble != nil {
		reason = "no answer: " + trouble.Error()
	}
	c.watch.Quiet(reason)
	if quiet := time.Since(c.seen); c.opts.Stall > 0 && quiet >= c.opts.Stall {
		return &HashError{Hash: c.tx.Hash, Err: fmt.Errorf("%w for %s at height %d: %s", ErrStalled, quiet.Round(time.Second), c.latest, reason)}
	}
	return nil
}

// sendAgain sends the same bytes again if it is time to. If no node took them, a refusal ends the wait two blocks later. It does not
// end it at once: the node may refuse bytes that a block already holds; Find returns them soon then.
func (c *confirmation) sendAgain(ctx context.Context) error {
	if c.refusal != nil {
		if c.latest > c.refusedAt+1 {
			return c.refusal
		}
		return nil
	}
	if time.Since(c.sent) < c.opts.Rebroadcast {
		return nil
	}
	c.sent = time.Now()
	err := c.chain.Broadcast(ctx, c.tx)
	c.opts.Rebroadcasted()
	switch {
	case err == nil:
		c.taken = true
	case !c.taken && isRefusal(err):
		c.refusal, c.refusedAt = err, c.latest
	}
	return nil
}

func isRefusal(err error) bool {
	var refused *TxError
	return errors.As(err, &refused)
}
