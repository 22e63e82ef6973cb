package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/executor/runtime"
	"github.com/credence-chain/credence/executor/runtime/registry"
	"github.com/credence-chain/credence/executor/runtime/wasm"
	"github.com/credence-chain/credence/internal/backoff"
	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/internal/traces"
	"github.com/credence-chain/credence/internal/worker/agent"
	"github.com/credence-chain/credence/internal/worker/broadcast"
	"github.com/credence-chain/credence/internal/worker/chain"
	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/internal/worker/metrics"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// This file puts the parts of a worker together and runs them. The server starts first: it serves results, health and metrics even while no
// node answers. Then the worker connects, and runtimes, keys of sealed inputs and the agent are added. The agent (package agent) does the
// work. The first signal lets it finish the tasks that it has begun; the second ends the process at once, which loses nothing that the
// journal has.

// holderTimeout bounds the query for one worker that may hold what a task reads.
const holderTimeout = 5 * time.Second

// wantedTimeout bounds one look at what the chain may draw this worker for.
const wantedTimeout = 10 * time.Second

func startCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "start", Short: "Work until stopped", Args: cobra.NoArgs,
		Long: "Work until stopped. Node, registration, stake and funds may come later: the worker waits and says so once.\n" +
			"SIGTERM ends running tasks within --drain, a second one stops at once; killing it at any moment is safe.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			return startWorker(cmd.Context(), c)
		},
	}
	addFlags(cmd.Flags())
	return cmd
}

// worker holds the parts of a running worker.
type worker struct {
	config
	log     *slog.Logger
	key     client.Key
	secret  []byte
	store   *artifact.Dir
	metrics *metrics.Set
	traces  *traces.Exporter // nil where the environment names no receiver
	keys    *heldKeys
	tells   *ownProgress
	ready   readiness
	working []string // names of the runtimes that work on this machine
}

// noKey returns the error of a missing key with how to make one. Other errors are returned unchanged.
func noKey(err error, path string) error {
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, keyfile.ErrLocked) {
		return &cli.Problem{What: "key file: there is no file " + path, Next: "make one with: credence-worker key new " + path, Err: err}
	}
	return err
}

func startWorker(ctx context.Context, c config) error {
	if ctx == nil {
		ctx = context.Background()
	}
	key, err := client.UnlockKey(c.KeyFile, c.Passphrase)
	if err != nil {
		return noKey(err, c.KeyFile)
	}
	for _, folder := range []string{c.Home, c.pathOf("logs")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("home: %w", err)
		}
	}
	w := &worker{config: c, key: key, log: c.newLogger().With("role", c.Role, "who", key.Address())}
	// Only one process may use a home: opening the journal takes a lock, so it comes before anything else in the folder.
	j, err := journal.Open(c.pathOf("journal.db"))
	if err != nil {
		return err
	}
	defer j.Close()
	if w.secret, err = agent.LoadSecret(c.pathOf("secret")); err != nil {
		return err
	}
	if w.store, err = artifact.OpenDir(c.pathOf("artifacts"), c.Quota); err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	w.metrics = metrics.New(registry)
	w.traces, err = traces.Open(ctx, "credence-worker", func(err error) { w.log.Warn("traces are not exported", "error", err) })
	if err != nil {
		return err
	}
	defer w.traces.Close()
	w.ready.setReason("starting")

	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	w.keys, w.tells = &heldKeys{}, &ownProgress{}
	server := artifact.Server(newHandler(w.store, publicLogs{c.pathOf("logs"), j}, w.tells, w.keys, &w.ready, registry))
	defer server.Close()
	go server.Serve(listener)
	w.log.Info("serving", "addr", listener.Addr().String())

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go w.keepSmall(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)
	drain := make(chan struct{})
	go func() {
		<-signals
		close(drain)
		<-signals
		os.Exit(1)
	}()
	return w.runAgent(ctx, j, drain, w.watchDrain(ctx))
}

// runAgent connects to a node, and works until it is told to stop: by drain, which ends it soon, or by finish, which ends it once its tasks
// have ended.
func (w *worker) runAgent(ctx context.Context, j *journal.Journal, drain, finish <-chan struct{}) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	connecting, connected := context.WithCancel(ctx)
	go func() {
		select {
		case <-drain:
			connected()
		case <-connecting.Done():
		}
	}()
	conn, err := w.connectToNode(connecting)
	connected()
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return err
	}
	defer conn.Close()
	if err := j.Bind(journal.Owner{ChainID: conn.ChainID(), Who: w.key.Address(), Role: w.Role}); err != nil {
		return err
	}
	limits := w.setLimits(ctx, conn)
	node, err := broadcast.NewNode(conn, w.key, w.GasPrices, limits.ttl)
	if err != nil {
		return err
	}
	runtimes, err := w.openRuntimes(ctx)
	if err != nil {
		return err
	}
	session, err := w.openSession()
	if err != nil {
		return err
	}
	if err := w.keepSession(ctx, conn, session); err != nil {
		return err
	}
	w.working = slices.Sorted(maps.Keys(runtimes))
	source := chain.NewSource(conn, w.key.Address(), chain.Options{Stale: limits.stale})
	holders := func(ctx context.Context, a chain.Assignment) ([]string, error) {
		return chain.Holders(ctx, conn.Workers(), a.Task, w.key.Address(), holderTimeout)
	}
	known := func(ctx context.Context, a chain.Assignment) []string {
		urls, _ := holders(ctx, a) // without an answer the list is empty; an input that is not found is asked for again anyway
		return urls
	}
	makers := func(ctx context.Context, request string) []string {
		id, err := ids.Parse(request)
		if err != nil {
			return nil
		}
		made, err := source.Task(ctx, ids.Format(poco.OnlyTask(id)))
		if err != nil {
			return nil // as with the holders
		}
		return known(ctx, made)
	}
	unsealer, err := w.openKeys(ctx, conn, source, session, holders)
	if err != nil {
		return err
	}
	pins := &agent.Pins{}
	ahead := agent.Ahead{Budget: w.Ahead}
	if w.Role == roleWorker { // a court seat has no pools, and is called seldom
		ahead.Wanted = func(ctx context.Context) ([]chain.Wanted, error) {
			return chain.FindWanted(ctx, conn, w.key.Address(), w.AheadApps, wantedTimeout)
		}
	}
	a, err := agent.New(agent.Config{
		Who: w.key.Address(), ChainID: conn.ChainID(), Bench: w.benchOfRole(), Secret: w.secret, Slots: w.Slots,
		Runtimes: runtimes, Session: session, WallLimit: w.WallLimit,
		Source:  source,
		Sender:  broadcast.New(node, w.metrics),
		Journal: j, Metrics: w.metrics, Traces: w.traces, Ahead: ahead, Pins: pins, Logger: w.log, LogFolder: w.pathOf("logs"),
		PaidTo:  payeeOf(conn.Workers(), w.key.Address()),
		Fetcher: agent.Fetcher{Store: w.store, Extra: w.Artifacts, Holders: known, Makers: makers}, Unsealer: unsealer,
	})
	if err != nil {
		return err
	}
	w.tells.agent.Store(a)
	conn.OnLeave(func(from, to string, why error) { w.log.Info("node left", "from", from, "to", to, "reason", why) })
	go w.watchReadiness(ctx, conn)
	collector := agent.NewCollector(agent.CollectConfig{
		Store: w.store, Journal: j, Source: source, Metrics: w.metrics, Pins: pins, Logger: w.log, Retention: w.Retention,
		LogFolder: w.pathOf("logs"), LogQuota: w.LogQuota, ModuleFolders: wasm.ModuleFolders(w.Cache), ModuleQuota: w.ModuleCache,
	})
	go collector.Run(ctx, a.Height)
	w.log.Info("working", "chain", conn.ChainID(), "node", conn.Endpoint(), "slots", w.Slots)
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	select {
	case err = <-done:
	case <-finish:
		w.finishTasks(ctx, a, drain)
		stop()
		err = <-done
	case <-drain:
		w.log.Info("stopping: no new tasks; running ones may end", "within", w.Drain)
		w.ready.setReason(reasonStopping)
		limit, cancel := context.WithTimeout(ctx, w.Drain)
		a.Drain(limit)
		cancel()
		stop()
		err = <-done
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// connectToNode waits until a node answers, and logs once that it waits.
func (w *worker) connectToNode(ctx context.Context) (*client.Conn, error) {
	said := ""
	pauses := backoff.Steady(500 * time.Millisecond)
	for {
		conn, err := client.Dial(ctx, w.Node, w.ChainID)
		if err == nil || errors.Is(err, client.ErrWrongChain) {
			return conn, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if said == "" {
			said = cli.InALine(err)
			w.log.Info("waiting for a node", "nodes", w.Node, "reason", said)
			w.ready.setReason("waiting for a node")
		}
		if err := pauses.Wait(ctx); err != nil {
			return nil, err
		}
	}
}

// limits are the durations that must fit into the chain's windows.
type limits struct {
	stale time.Duration // how long a node may show no new block before another is asked; 0 for the client's default
	ttl   time.Duration // how long a transaction may wait for its block
}

// setLimits sets how long the connection waits for one node, and returns the other limits that follow from the chain's windows.
func (w *worker) setLimits(ctx context.Context, conn *client.Conn) limits {
	out := limits{stale: w.Patience, ttl: w.TxTTL}
	if w.Patience > 0 {
		conn.SetPatience(w.Patience)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	res, err := conn.Market().Params(ctx, &markettypes.QueryParamsRequest{})
	if err != nil {
		w.log.Warn("the chain's windows are not known; nodes are waited for as usual", "error", err, "patience", conn.Patience())
		return out
	}
	if longest := chain.LongestTTL(res.Params); out.ttl > longest {
		w.log.Debug("tx-ttl is more than a third of the chain's window for reveals", "tx-ttl", w.TxTTL, "used", longest)
		out.ttl = longest
	}
	if w.Patience == 0 {
		answer, stale := chain.Patience(res.Params)
		conn.SetPatience(answer)
		out.stale = stale
		w.log.Debug("nodes are left", "without an answer after", answer, "without a block after", stale)
	}
	return out
}

// openRuntimes returns the runtimes that work on this machine, by name.
func (w *worker) openRuntimes(ctx context.Context) (map[string]runtime.Runtime, error) {
	working, err := registry.Open(ctx, runtime.Config{CacheDir: w.Cache, SandboxOptional: w.Sandbox == sandboxBestEffort, ControlGroup: w.controlGroup(), OCI: w.OCI, Logger: w.log})
	if err != nil {
		return nil, fmt.Errorf("apps can not be run safely here: %w; the worker needs Linux with seccomp filters and Landlock, and --sandbox %s does without what is missing", err, sandboxBestEffort)
	}
	if r, ok := working[contract.RuntimeWasm].(*wasm.Runtime); ok {
		if _, err := r.ControlGroups(); err == nil {
			w.metrics.ControlGroups.Set(1)
		}
	}
	if w.Sabotage == "" {
		return working, nil
	}
	w.log.Warn("this worker lies: its answers are altered, and its stake will be lost", "sabotage", w.Sabotage)
	for name, r := range working {
		working[name] = saboteur{r, w.Sabotage}
	}
	return working, nil
}
