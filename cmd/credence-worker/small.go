package main

import (
	"context"
	"time"

	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/worker/footprint"
)

// The worker gives memory back settleIn after its start, and then each time that smallEvery has gone by.
const (
	settleIn   = 5 * time.Second
	smallEvery = time.Minute
)

// keepSmall gives memory back while the worker waits for tasks. While it works it would soon need the memory again.
func (w *worker) keepSmall(ctx context.Context) {
	for pause := settleIn; backoff.Steady(pause).Wait(ctx) == nil; pause = smallEvery {
		if a := w.tells.agent.Load(); a != nil && len(a.ListWork()) > 0 {
			continue
		}
		if _, err := footprint.GiveBack(); err != nil {
			w.log.Debug("the pages of the program stay in memory", "error", err)
		}
	}
}
