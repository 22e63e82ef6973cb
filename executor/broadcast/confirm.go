package broadcast

import (
	"context"
	"errors"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/metrics"
)

// ConfirmOptions change Confirming. The zero value is sensible.
type ConfirmOptions struct {
	// Poll is how often inclusion is asked for; 0 means 250 ms.
	Poll time.Duration
	// Rebroadcast is how often the same bytes are sent again meanwhile, to whichever node is in use then; 0 means 3 s.
	Rebroadcast time.Duration
	Metrics     *metrics.Set
}

// Confirming waits until the transaction that next sent is in a block. Errors: a *client.TxError when it is in one and
// failed, or when it was refused; client.ErrExpired when its timeout passed by the clock of blocks without it; the
// context's.
func Confirming(next Sender, node Node, opts ConfirmOptions) Sender {
	if opts.Poll <= 0 {
		opts.Poll = 250 * time.Millisecond
	}
	if opts.Rebroadcast <= 0 {
		opts.Rebroadcast = 3 * time.Second
	}
	return confirming{next, node, opts}
}

type confirming struct {
	next Sender
	node Node
	opts ConfirmOptions
}

func (c confirming) Send(ctx context.Context, o Order) (Receipt, error) {
	r, err := c.next.Send(ctx, o)
	if r.Tx == nil || refusal(err) {
		return r, err // nothing left, or the mempool said why not
	}
	// Any other error leaves open whether the bytes arrived: they are looked for, and sent again.
	poll := time.NewTicker(c.opts.Poll)
	defer poll.Stop()
	again := time.Now().Add(c.opts.Rebroadcast)
	if err != nil {
		again = time.Now()
	}
	for {
		// The order matters: a transaction not found after the clock passed its timeout will never be found.
		now, nowErr := c.node.Now(ctx)
		height, err := c.node.Find(ctx, r.Tx.Hash)
		switch {
		case refusal(err):
			return r, err
		case err == nil && height > 0:
			r.Height = height
			return r, nil
		case err == nil && nowErr == nil && now.After(r.Tx.Timeout):
			return r, &client.HashError{Hash: r.Tx.Hash, Err: client.ErrExpired}
		}
		if time.Now().After(again) {
			again = time.Now().Add(c.opts.Rebroadcast)
			if c.opts.Metrics != nil {
				c.opts.Metrics.Rebroadcasts.Inc()
			}
			// Its error tells nothing new: included meanwhile, or a node that is away. Finding it decides.
			_ = c.node.Broadcast(ctx, r.Tx)
		}
		select {
		case <-ctx.Done():
			return r, &client.HashError{Hash: r.Tx.Hash, Err: ctx.Err()}
		case <-poll.C:
		}
	}
}

func refusal(err error) bool {
	var refused *client.TxError
	return errors.As(err, &refused)
}
