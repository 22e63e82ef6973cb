package broadcast

import (
	"context"
	"errors"

	"github.com/credence-chain/credence/client/sender"
)

// Confirming returns a Sender that waits for the block of the transaction that next sent, as sender.Confirm does. The error is a
// *sender.TxError if the transaction failed in a block or was refused, wraps sender.ErrExpired if its timeout has passed by the time of
// blocks, or is the context's.
func Confirming(next Sender, node Node, opts sender.ConfirmOptions) Sender {
	return confirming{next, node, opts}
}

type confirming struct {
	next Sender
	node Node
	opts sender.ConfirmOptions
}

func (c confirming) Send(ctx context.Context, o Order) (Receipt, error) {
	r, err := c.next.Send(ctx, o)
	if r.Tx == nil || isRefusal(err) {
		return r, err // nothing was sent, or the mempool refused it
	}
	// After any other error the bytes may still have arrived. Confirm looks for them, and sends them again.
	res, err := sender.Confirm(ctx, c.node, r.Tx, err == nil, c.opts)
	if res != nil {
		r.Height = res.Height
	}
	return r, err
}

func isRefusal(err error) bool {
	var refused *sender.TxError
	return errors.As(err, &refused)
}
