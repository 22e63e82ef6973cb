package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/result"
	markettypes "github.com/credence-chain/credence/x/market/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// This file has what a worker serves over HTTP (results, logs, keys of sealed inputs, health and metrics) and its readiness. Readiness
// answers one question: can the chain draw this worker, and could the worker then work? The reason why not is one sentence, which an
// operator finds in the log, at /readyz, and in doctor.

// readiness holds the reason why this worker cannot be drawn; empty when it can.
type readiness struct {
	mu     sync.Mutex
	reason string
}

// setReason stores the reason, and reports whether it differs from the one before.
func (r *readiness) setReason(reason string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := r.reason != reason
	r.reason = reason
	return changed
}

func (r *readiness) getReason() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reason
}

// newHandler returns the handler that serves results, logs, progress, keys, health, readiness and metrics.
func newHandler(store artifact.Store, logs, progress, keys http.Handler, ready *readiness, registry *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", artifact.Handler(store))
	mux.Handle("GET "+result.LogPath+"{task}", logs)
	mux.Handle("GET "+result.ProgressPath, progress)
	mux.Handle("GET "+result.ProgressPath+"{task}", progress)
	mux.Handle(release.Path, keys)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if reason := ready.getReason(); reason != "" {
			http.Error(w, reason, http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ok\n")
	})
	return mux
}

// publicLogs serves what the apps of nondeterministic runtimes printed. What an app printed may give its answer away, and nobody may learn
// an answer before it is revealed: until then there is no log.
type publicLogs struct {
	folder  string
	journal *journal.Journal
}

// ServeHTTP implements http.Handler.
func (p publicLogs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	task, err := markettypes.ParseID(r.PathValue("task"))
	if err != nil {
		artifact.WriteError(w, http.StatusNotFound, "UNKNOWN", "that is no id of a task")
		return
	}
	data, hidden, err := p.read(task)
	switch {
	case err != nil:
		artifact.WriteError(w, http.StatusInternalServerError, "UNKNOWN", "the log can't be read")
	case hidden:
		artifact.WriteError(w, http.StatusNotFound, "UNKNOWN", "this worker has not revealed its answer yet, and shows what the program printed only afterwards")
	case data == nil:
		artifact.WriteError(w, http.StatusNotFound, "UNKNOWN", "this worker has no log of this task: it did not run it, or has deleted the log since")
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(data)
	}
}

// read returns the log of the last attempt at a task whose answer is revealed on the chain, by this worker's journal; nil when there is
// none. hidden says that there is only the log of an attempt whose answer is not revealed.
func (p publicLogs) read(task [32]byte) (data []byte, hidden bool, err error) {
	attempts, err := agent.PublicLogs(p.folder, markettypes.FormatID(task))
	if err != nil {
		return nil, false, err
	}
	for _, attempt := range attempts {
		r, found, err := p.journal.Get(journal.Key{Bench: poco.BenchWorkers, Task: task, Attempt: attempt})
		if err != nil {
			return nil, false, err
		}
		if found && (r.State == journal.Revealed || r.State == journal.Settled) {
			data, err := os.ReadFile(agent.PublicLog(p.folder, markettypes.FormatID(task), attempt))
			return data, false, err
		}
	}
	return nil, len(attempts) > 0, nil
}

// watchReadiness keeps the readiness up to date, and logs each change once.
func (w *worker) watchReadiness(ctx context.Context, conn *client.Conn) {
	for {
		reason := w.notReady(ctx, conn)
		if ctx.Err() != nil {
			return
		}
		if said := w.ready.getReason(); said == reasonStopping || said == reasonDraining {
			return
		}
		if w.ready.setReason(reason) {
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

// notReady returns in words why this worker cannot be drawn, or could not work if it were drawn; empty when all is well.
func (w *worker) notReady(ctx context.Context, conn *client.Conn) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if res, err := conn.Comet().GetSyncing(ctx, &cmtv1.GetSyncingRequest{}); err != nil {
		return "the node does not answer"
	} else if res.Syncing {
		return "the node is catching up with the chain"
	}
	if w.Role == roleCourt {
		return seatTrouble(ctx, conn, w.key.Address())
	}
	if trouble := workerTrouble(ctx, conn, w.key.Address()); trouble != "" {
		return trouble
	}
	res, err := conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: w.key.Address()})
	if err != nil {
		return "the node does not answer"
	}
	return missingRuntime(res.Worker.Runtime, w.working)
}

// missingRuntime returns an error text if the worker's pools need a runtime that does not work on this machine. Such a worker would have to
// decline every task.
func missingRuntime(registered string, working []string) string {
	if registered == "" || slices.Contains(working, registered) {
		return ""
	}
	next := "the log says why"
	if rules, err := contract.FindRuntime(registered); err == nil && rules.Image {
		next = "set oci-engine, or see in the log why it fails"
	}
	return fmt.Sprintf("this worker is registered for pools of the runtime %s, which does not work here: %s", registered, next)
}

func workerTrouble(ctx context.Context, conn *client.Conn, who string) string {
	res, err := conn.Workers().Worker(ctx, &workerstypes.QueryWorkerRequest{Address: who})
	if err != nil {
		if isMissing(err) {
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
