package broadcast

import (
	"context"
	"errors"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/metrics"
)

// Order is a message to be brought onto the chain.
type Order struct {
	// Step names it in metrics and logs: "commit", "reveal" or "decline".
	Step string
	Msg  sdk.Msg
	// Signed is called with hash and timeout of every transaction before it leaves; its error stops the sending. May
	// be nil.
	Signed func(hash string, timeout time.Time) error
}

// Receipt is what became of an order.
type Receipt struct {
	Tx *client.SignedTx
	// Height of the block that holds it; 0 while that is not known.
	Height int64
}

// Sender sends one order. A nil error means that the chain took it, unless the sender only claims to have sent it.
type Sender interface {
	Send(ctx context.Context, o Order) (Receipt, error)
}

// Node is what sending needs of a chain; Of makes one of a client.
type Node interface {
	// Sign makes a transaction that has not been sent.
	Sign(ctx context.Context, msg sdk.Msg) (*client.SignedTx, error)
	// Broadcast hands the bytes to a mempool; doing so again is harmless. A *client.TxError is a refusal.
	Broadcast(ctx context.Context, tx *client.SignedTx) error
	// Find gives the height of the block that holds a transaction, 0 when none does, and a *client.TxError when it is
	// in a block and failed.
	Find(ctx context.Context, hash string) (int64, error)
	// Now is the time of the latest block, by which timeouts are judged.
	Now(ctx context.Context) (time.Time, error)
}

// New is the stack that a worker uses.
func New(node Node, m *metrics.Set) Sender {
	return Metered(Retrying(Confirming(Direct(node), node, ConfirmOptions{Metrics: m}), RetryOptions{}), m)
}

// Direct signs and sends once, without waiting for inclusion.
func Direct(node Node) Sender { return direct{node} }

type direct struct{ node Node }

func (d direct) Send(ctx context.Context, o Order) (Receipt, error) {
	tx, err := d.node.Sign(ctx, o.Msg)
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
