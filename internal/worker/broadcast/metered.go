package broadcast

import (
	"context"
	"time"

	"github.com/credence-chain/credence/internal/worker/metrics"
)

// Metered returns a Sender that counts orders by their class at the end.
func Metered(next Sender, m *metrics.Set) Sender { return metered{next, m} }

type metered struct {
	next Sender
	m    *metrics.Set
}

func (s metered) Send(ctx context.Context, o Order) (Receipt, error) {
	start := time.Now()
	r, err := s.next.Send(ctx, o)
	end := Classify(ctx, err)
	if end == Included && r.Height == 0 {
		end = Already
	}
	s.m.Transactions.WithLabelValues(o.Step, end.String()).Inc()
	if end == Included {
		s.m.InclusionSecs.Observe(time.Since(start).Seconds())
	}
	return r, err
}
