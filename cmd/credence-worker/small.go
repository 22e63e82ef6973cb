package main

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/credence-chain/credence/internal/backoff"
)

// The worker gives memory back settleIn after its start, and then each time that smallEvery has gone by.
const (
	settleIn   = 5 * time.Second
	smallEvery = time.Minute
)

// keepSmall gives free memory of the heap back to the system while the worker waits for tasks. While it works it would soon need the memory again.
func (w *worker) keepSmall(ctx context.Context) {
	for pause := settleIn; backoff.Steady(pause).Wait(ctx) == nil; pause = smallEvery {
		if a := w.tells.agent.Load(); a != nil && len(a.ListWork()) > 0 {
			continue
		}
		debug.FreeOSMemory()
	}
}
