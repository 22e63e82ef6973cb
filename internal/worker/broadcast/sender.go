package broadcast

import (
	"context"
	"errors"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/worker/metrics"
)

// Order is a message to be brought onto the chain.
type Order struct {
	// Step names it in metrics and logs: "commit", "reveal" or "decline".
	Step string
	Msg  sdk.Msg
	// Signed is called with hash and timeout of every transaction before it leaves; its error stops the sending. May
	// be nil.
	Signed func(hash string, timeout time.Time) error

	gas   uint64 // the limit, when the usual one did not suffice
	alone bool   // it was refused, so that others had better not be with it
}

// Receipt is what became of an order.
type Receipt struct {
	Tx *sender.SignedTx
	// Height of the block that holds it; 0 while that is not known.
	Height int64
}

// Sender sends one order. A nil error means that the chain took it, unless the sender only claims to have sent it.
type Sender interface {
	Send(ctx context.Context, o Order) (Receipt, error)
}

// Node is what sending needs of a chain; Of makes one of a connection.
type Node interface {
	sender.Chain
	// Sign makes a transaction of one or more answers that has not been sent, with a gas limit; 0 means what they need.
	Sign(ctx context.Context, gas uint64, msgs ...sdk.Msg) (*sender.SignedTx, error)
}

// New is the stack that a worker uses.
func New(node Node, m *metrics.Set) Sender {
	return Metered(Retrying(Batching(node, BatchOptions{Confirm: sender.ConfirmOptions{Rebroadcasted: m.Rebroadcasts.Inc}}), RetryOptions{}), m)
}

// Direct signs and sends once, without waiting for inclusion.
func Direct(node Node) Sender { return direct{node} }

type direct struct{ node Node }

func (d direct) Send(ctx context.Context, o Order) (Receipt, error) {
	tx, err := d.node.Sign(ctx, o.gas, o.Msg)
	if err != nil {
		return Receipt{}, err
	}
	if o.Signed != nil {
		if err := o.Signed(tx.Hash, tx.Timeout); err != nil {
			return Receipt{}, errors.Join(ErrStopped, err)
		}
	}
	return Receipt{Tx: tx}, d.node.Broadcast(ctx, tx)
}
