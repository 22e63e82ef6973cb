// Package backoff spaces attempts: pauses that grow from the first to the longest, each with jitter, so that many who were
// refused at one moment do not come back at one moment.
package backoff

import (
	"context"
	"time"

	expo "github.com/cenkalti/backoff/v5"
)

// jitter is by how much a pause differs from its mean at most, either way.
const jitter = 0.25

// Pauses is a series of pauses: each is in the mean twice as long as the one before, up to the longest. It is for one
// goroutine at a time.
type Pauses struct{ series *expo.ExponentialBackOff }

// New begins a series with a mean of first, which grows up to longest. A longest below first counts as first.
func New(first, longest time.Duration) *Pauses {
	series := &expo.ExponentialBackOff{
		InitialInterval: first, MaxInterval: max(first, longest), Multiplier: 2, RandomizationFactor: jitter,
	}
	series.Reset()
	return &Pauses{series}
}

// Steady is a series whose pauses do not grow.
func Steady(each time.Duration) *Pauses { return New(each, each) }

// Next is the next pause of the series.
func (p *Pauses) Next() time.Duration { return p.series.NextBackOff() }

// Reset lets the series begin anew: what was waited for has happened.
func (p *Pauses) Reset() { p.series.Reset() }

// Wait lasts for the next pause of the series, or until the context ends, whose error it returns then.
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
