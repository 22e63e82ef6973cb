package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/backoff"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// readiness is why this worker can not be drawn; empty when it can.
type readiness struct {
	mu     sync.Mutex
	reason string
}

// set says whether the reason is a new one.
func (r *readiness) set(reason string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := r.reason != reason
	r.reason = reason
	return changed
}

func (r *readiness) get() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reason
}

// handler serves results, health, readiness and metrics.
func handler(store artifact.Store, ready *readiness, registry *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", artifact.Handler(store))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if reason := ready.get(); reason != "" {
			http.Error(w, reason, http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ok\n")
	})
	return mux
}

// watch keeps readiness true, and says every change once.
func (w *worker) watch(ctx context.Context, conn *client.Conn) {
	for {
		reason := notReady(ctx, conn, w.config, w.key.Address())
		if ctx.Err() != nil {
			return
		}
		if w.ready.get() == "stopping" {
			return
		}
		if w.ready.set(reason) {
			if reason == "" {
				w.log.Info("ready: this worker can be drawn")
			} else {
				w.log.Info("waiting", "reason", reason)
			}
		}
		pause := time.Second
		w.metrics.Ready.Set(0)
		if reason == "" {
			w.metrics.Ready.Set(1)
			pause = 15 * time.Second
		}
		if backoff.Steady(pause).Wait(ctx) != nil {
			return
		}
	}
}

// notReady says why this worker can not be drawn, in words; empty when it can.
func notReady(ctx context.Context, conn *client.Conn, c config, who string) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if res, err := conn.Comet().GetSyncing(ctx, &cmtv1.GetSyncingRequest{}); err != nil {
		return "the node does not answer"
	} else if res.Syncing {
		return "the node is catching up with the chain"
	}
	if c.Role == roleCourt {
		return seatTrouble(ctx, conn, who)
	}
	return workerTrouble(ctx, conn, who)
}

func workerTrouble(ctx context.Context, conn *client.Conn, who string) string {
	res, err := conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: who})
	if err != nil {
		if missing(err) {
			return fmt.Sprintf("%s is not registered as a worker; its organisation registers it with: credenced tx workers register", who)
		}
		return "the node does not answer"
	}
	switch w := res.Worker; {
	case w.Jailed:
		return "this worker is jailed: its organisation asks the council to review it"
	case w.Paused:
		return "this worker is paused; resume with: credenced tx workers update"
	case w.Bonded-min(w.Bonded, w.Locked) == 0:
		return "no stake is free; add some with: credenced tx workers bond"
	case w.CoolingUntil > 0:
		if height, _, err := conn.Height(ctx); err == nil && height < w.CoolingUntil {
			return fmt.Sprintf("cooling down after a fault until height %d", w.CoolingUntil)
		}
	}
	return ""
}

func seatTrouble(ctx context.Context, conn *client.Conn, who string) string {
	res, err := conn.Poa().Seats(ctx, &poatypes.QuerySeatsRequest{})
	if err != nil {
		return "the node does not answer"
	}
	for _, seat := range res.Seats {
		if seat.Court != who {
			continue
		}
		switch {
		case seat.Tombstoned:
			return fmt.Sprintf("the seat of %s is tombstoned: it signed two blocks at one height", seat.OrgId)
		case seat.Revoked:
			return fmt.Sprintf("the seat of %s is revoked: its organisation is, or is no validator any more", seat.OrgId)
		case seat.Jailed:
			return fmt.Sprintf("the seat of %s is jailed; bring it back with: credenced tx poa unjail", seat.OrgId)
		}
		return ""
	}
	return who + " is not the court key of a validator's seat; its operator sets it with: credenced tx poa rotate-court-key"
}
