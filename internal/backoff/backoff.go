// Package backoff makes pauses between attempts. The pauses grow from the first to the longest. Each has jitter, so that many callers that
// were refused at the same moment do not all come back at the same moment.
package backoff

import (
	"context"
	"time"

	expo "github.com/cenkalti/backoff/v5"
)

// jitter is the largest part of its mean by which a pause differs from it, either way.
const jitter = 0.25

// Pauses is a series of pauses. The mean of each is twice that of the one before, up to the longest. Only one goroutine may use it at a
// time.
type Pauses struct{ series *expo.ExponentialBackOff }

// New returns a series whose mean grows from first up to longest. A longest below first counts as first.
func New(first, longest time.Duration) *Pauses {
	series := &expo.ExponentialBackOff{
		InitialInterval: first, MaxInterval: max(first, longest), Multiplier: 2, RandomizationFactor: jitter,
	}
	series.Reset()
	return &Pauses{series}
}

// Steady returns a series whose pauses do not grow.
func Steady(each time.Duration) *Pauses { return New(each, each) }

// Next returns the next pause of the series.
func (p *Pauses) Next() time.Duration { return p.series.NextBackOff() }

// Reset makes the series begin anew, for use after a success.
func (p *Pauses) Reset() { p.series.Reset() }

// Wait waits for the next pause of the series. If the context ends before that, it returns the context's error.
func (p *Pauses) Wait(ctx context.Context) error {
	timer := time.NewTimer(p.Next())
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
