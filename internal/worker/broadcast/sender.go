package broadcast

import (
	"context"
	"errors"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/worker/metrics"
)

// Order is a message to send to the chain. It is not an order of the market.
type Order struct {
	// Step names the message in metrics and logs: "commit", "reveal" or "decline".
	Step string
	Msg  sdk.Msg
	// Signed is called with the hash and timeout of every transaction before it is sent. If it fails, nothing is sent. May be nil.
	Signed func(hash string, timeout time.Time) error

	gas   uint64 // the gas limit, if the usual one was too low
	alone bool   // its transaction was refused, so that no other order should share the next one
}

// Receipt says how an order was sent.
type Receipt struct {
	Tx *sender.SignedTx
	// Height of the block that has the transaction; 0 while that is not known.
	Height int64
}

// Sender sends one order. A nil error means that a block has it; a Direct sender returns nil already once a mempool took it.
type Sender interface {
	Send(ctx context.Context, o Order) (Receipt, error)
}

// Node is the part of a connection that this package needs; NewNode makes one.
type Node interface {
	sender.Chain
	// Sign signs a transaction of one or more messages with a gas limit, and does not send it; 0 means the limit for answers.
	Sign(ctx context.Context, gas uint64, msgs ...sdk.Msg) (*sender.SignedTx, error)
}

// New returns the stack of senders that a worker uses.
func New(node Node, m *metrics.Set) Sender {
	return Metered(Retrying(Batching(node, BatchOptions{Confirm: sender.ConfirmOptions{Rebroadcasted: m.Rebroadcasts.Inc}}), RetryOptions{}), m)
}

// Direct returns a Sender that signs and sends once, without waiting for a block.
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
