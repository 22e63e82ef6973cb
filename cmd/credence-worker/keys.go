package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/unseal"
)

// sweepEvery is how often the keys of tasks that are final are dropped.
const sweepEvery = time.Minute

// heldKeys gives the keys of sealed inputs to those who hold a seat in the same task, as soon as there is a node to ask.
type heldKeys struct {
	server atomic.Pointer[release.Server]
}

// ServeHTTP implements http.Handler.
func (h *heldKeys) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if server := h.server.Load(); server != nil {
		server.ServeHTTP(w, r)
		return
	}
	http.Error(w, "waiting for a node", http.StatusServiceUnavailable)
}

// openKeys returns what opens sealed inputs here, begins to serve the keys that this worker was given, and drops them when they are not
// owed any more.
func (w *worker) openKeys(ctx context.Context, conn *client.Conn, source chain.Source, holders func(context.Context, chain.Assignment) ([]string, error)) (*unseal.Unsealer, error) {
	identity, err := unseal.DeriveIdentity(w.secret)
	if err != nil {
		return nil, err
	}
	u := &unseal.Unsealer{ChainID: conn.ChainID(), Key: w.key, Identity: identity, Folder: w.pathOf("keys"), Holders: holders}
	w.keys.server.Store(&release.Server{ChainID: conn.ChainID(), Chain: unseal.ChainOf(source), Vault: u.Vault(), Note: w.noteRelease})
	go func() {
		for pause := backoff.Steady(sweepEvery); ctx.Err() == nil; {
			if err := u.Sweep(ctx, source, time.Now()); err != nil && ctx.Err() == nil {
				w.log.Warn("keys of tasks that are final are not dropped", "folder", u.Folder, "error", err)
			}
			_ = pause.Wait(ctx) // the loop looks at the context
		}
	}()
	return u, nil
}

// noteRelease logs what became of a request for a key.
func (w *worker) noteRelease(e release.Entry) error {
	w.log.Debug("request for a key", "given", e.Given, "who", e.Who, "task", e.Task, "reason", e.Reason)
	return nil
}
