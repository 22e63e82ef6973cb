package broadcast

import (
	"context"
	"time"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/internal/backoff"
)

// RetryOptions change Retrying. The zero value has the defaults.
type RetryOptions struct {
	// First is the mean pause before the second attempt, doubled up to Most; 0 means 200 ms and 5 s.
	First, Most time.Duration
	// Attempts bounds how often an order is sent; 0 means until the context ends.
	Attempts int
}

// Retrying returns a Sender that sends an order again, with a new signature and timeout, while the class of its error is Again. An order
// whose class is Already succeeds. An order that ran out of gas gets a higher limit for its next transaction.
func Retrying(next Sender, opts RetryOptions) Sender {
	if opts.First <= 0 {
		opts.First = 200 * time.Millisecond
	}
	if opts.Most <= 0 {
		opts.Most = 5 * time.Second
	}
	return retrying{next, opts}
}

type retrying struct {
	next Sender
	opts RetryOptions
}

func (r retrying) Send(ctx context.Context, o Order) (Receipt, error) {
	pauses := backoff.New(r.opts.First, r.opts.Most)
	for attempt := 1; ; attempt++ {
		receipt, err := r.next.Send(ctx, o)
		switch Classify(ctx, err) {
		case Included, Already:
			return receipt, nil
		case Refused, Stopped:
			return receipt, err
		}
		o.alone = o.alone || isRefusal(err) && !isPassing(err)
		if attempt == r.opts.Attempts {
			return receipt, err
		}
		if sender.IsRefusal(err, sdkerrors.ErrOutOfGas) {
			o.gas = moreGas(o.gas)
		}
		if pauses.Wait(ctx) != nil {
			return receipt, err
		}
	}
}
