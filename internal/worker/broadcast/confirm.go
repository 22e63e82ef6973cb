package broadcast

import (
	"context"
	"errors"

	"github.com/credence-chain/credence/client/sender"
)

// Confirming waits until the transaction that next sent is in a block, as sender.Confirm does. Errors: a *sender.TxError when it
// is in one and failed, or when it was refused; sender.ErrExpired when its timeout passed by the clock of blocks without it;
// the context's.
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
		return r, err // nothing left, or the mempool said why not
	}
	// Any other error leaves open whether the bytes arrived: they are looked for, and sent again.
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
