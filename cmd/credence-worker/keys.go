package main

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/release"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/unseal"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// sweepEvery is how often the worker drops the keys of tasks that are final.
const sweepEvery = time.Minute

// heldKeys serves the keys of sealed inputs to the other seats of the same task. Until a node is connected, it answers that it waits.
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

// openKeys returns the part that opens sealed inputs on this worker. It also starts to serve the keys that this worker was given, and to
// drop each key once nobody may ask for it any more.
func (w *worker) openKeys(ctx context.Context, conn *client.Conn, source chain.Source, session attester.Attester, holders func(context.Context, chain.Assignment) ([]string, error)) (*unseal.Unsealer, error) {
	identity, err := unseal.DeriveIdentity(w.secret)
	if err != nil {
		return nil, err
	}
	enclave, err := unseal.NewEnclave(session)
	if err != nil {
		return nil, err
	}
	u := &unseal.Unsealer{ChainID: conn.ChainID(), Key: w.key, Identity: identity, Enclave: enclave, Folder: w.pathOf("keys"), Holders: holders}
	w.keys.server.Store(&release.Server{
		ChainID: conn.ChainID(), URLNow: endpointOf(conn.Workers(), w.key.Address()), Chain: unseal.ChainOf(source), Vault: u.Vault(), Note: w.noteRelease,
	})
	go func() {
		for pause := backoff.Steady(sweepEvery); ctx.Err() == nil; {
			if err := u.Sweep(ctx, source, time.Now()); err != nil && ctx.Err() == nil {
				w.log.Warn("keys of tasks that are final are not dropped", "folder", u.Folder, "error", err)
			}
			_ = pause.Wait(ctx) // an error means that the context has ended, which the loop checks
		}
	}()
	return u, nil
}

// endpointOf returns a function that finds the URL at which others ask a worker for keys. The chain has it in the worker's registration,
// which the organisation can change at any time.
func endpointOf(workers workerstypes.QueryClient, who string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		res, err := workers.Worker(ctx, &workerstypes.QueryWorkerRequest{Address: who})
		if err != nil {
			return "", err
		}
		return strings.TrimRight(res.Worker.Endpoint, "/"), nil
	}
}

// payeeOf returns a function that finds the account that is paid for a worker's answers: that of its owner.
func payeeOf(workers workerstypes.QueryClient, who string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		res, err := workers.Worker(ctx, &workerstypes.QueryWorkerRequest{Address: who})
		if err != nil {
			return "", err
		}
		return res.Worker.Owner, nil
	}
}

// noteRelease logs the outcome of a request for a key.
func (w *worker) noteRelease(e release.Entry) error {
	w.log.Debug("request for a key", "given", e.Given, "who", e.Who, "task", e.Task, "reason", e.Reason, "left_out", e.LeftOut)
	return nil
}
