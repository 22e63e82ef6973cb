package sender

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Chain is what following a transaction needs of a chain.
type Chain interface {
	// Broadcast hands the bytes to a mempool; doing so again is harmless. A *TxError is a refusal.
	Broadcast(ctx context.Context, tx *SignedTx) error
	// Find looks a transaction up: nil when no block holds it, and a *TxError when one does and it failed.
	Find(ctx context.Context, hash string) (*TxResult, error)
	// Latest is the height of the latest block and its time, by which timeouts are judged.
	Latest(ctx context.Context) (height int64, at time.Time, err error)
}

// Observer is told when a transaction begins to be waited for. It may be told of several at once.
type Observer interface {
	// Begin gives who is told of the blocks that pass meanwhile; end is called when the waiting has ended.
	Begin() (w Watch, end func())
}

// Watch is told of the blocks that pass while one transaction is waited for.
type Watch interface {
	// Block is told of a height that was not seen before.
	Block(height int64)
	// Quiet is told, in each round without a new block, why.
	Quiet(reason string)
}

// ConfirmOptions say how a transaction is waited for. The zero value is sensible.
type ConfirmOptions struct {
	// Poll is how often inclusion is asked for; 0 means 200 ms.
	Poll time.Duration
	// Rebroadcast is how often the same bytes are sent again meanwhile, to whichever node is in use then; 0 means 3 s.
	Rebroadcast time.Duration
	// Stall is how long no new block may be seen before waiting fails with ErrStalled; 0 means for ever.
	Stall time.Duration
	// Observer of the chain; may be nil.
	Observer Observer
	// Rebroadcasted is called whenever the bytes were sent again. May be nil.
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

// Confirm waits until a transaction that was sent is in a block. Taken says that a node has taken it; otherwise it is sent at
// once. Errors: a *TxError when a block has it and it failed, or when no node is known to have taken it and one refused it; a
// *HashError that wraps ErrExpired when its timeout passed by the clock of blocks, ErrStalled, or the context's error.
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

	latest int64     // the highest block seen
	seen   time.Time // when it was

	taken     bool      // a node took the bytes
	sent      time.Time // when they were sent last
	refusal   error     // of bytes that no node is known to have taken
	refusedAt int64     // the height then
}

// askOnce asks once. It returns the end, or nothing while there is none.
func (c *confirmation) askOnce(ctx context.Context) (*TxResult, error) {
	// The order matters: a transaction not found after the chain's clock passed its timeout never comes.
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

// noteBlock tells the observer of a block or of none, and gives up when there was none for too long.
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

// sendAgain sends the same bytes once more when it is time to. A refusal of bytes that no node took ends the waiting, but not
// at once: it may be for being in a block already, and then they are found there soon.
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
