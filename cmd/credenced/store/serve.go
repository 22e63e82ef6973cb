package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"
	"golang.org/x/net/netutil"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/artifact/registry"
	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/internal/tlsfile"
)

// This file runs the store: the registry of blobs (package registry) behind an HTTP server, with limits on sizes, uploads and connections.
// Metrics and health have a server and a port of their own, because they are for the operator and not for readers. Two loops run beside the
// servers: one reloads the file of accounts, so that an account can be added without a restart, and one removes blobs that nobody holds.

// serving holds the flags of "store serve".
type serving struct {
	home, listen, metrics    string
	quota, blob              string
	uploads, connections     int
	cert, key                string
	open                     bool
	grace, every, uploadIdle time.Duration
}

func serveCmd() *cobra.Command {
	var s serving
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the store until stopped", Args: cobra.NoArgs,
		Example: "credenced store serve --listen :5000 --tls-cert cert.pem --tls-key key.pem --quota 20GiB",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.home = homeOf(cmd)
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return s.serveStore(ctx, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.listen, "listen", ":5000", "address that readers and writers reach")
	f.StringVar(&s.metrics, "metrics-listen", "127.0.0.1:9464", "address of /metrics, /healthz and /readyz; empty for none")
	f.StringVar(&s.quota, "quota", "20GiB", "bytes of an organisation whose account names no quota; 0 for no bound")
	f.StringVar(&s.blob, "max-blob", fmt.Sprintf("%dGiB", artifact.DefaultMaxUpload>>30), "largest blob")
	f.IntVar(&s.uploads, "max-uploads", 16, "uploads that one organisation may have under way")
	f.IntVar(&s.connections, "max-connections", 1024, "connections served at once; more wait")
	f.DurationVar(&s.uploadIdle, "upload-idle", 15*time.Minute, "how long an upload may rest before it is forgotten")
	f.StringVar(&s.cert, "tls-cert", "", "PEM file with the certificate and its chain; read anew when it changes")
	f.StringVar(&s.key, "tls-key", "", "PEM file with the certificate's key")
	f.BoolVar(&s.open, "open", false, "let everybody write, without accounts; for one machine only")
	f.DurationVar(&s.grace, "grace", 7*24*time.Hour, "how long a blob stays that no manifest names")
	f.DurationVar(&s.every, "collect-every", time.Hour, "time between collections of what nobody holds")
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	return cmd
}

func (s serving) readOptions(reg prometheus.Registerer) (o registry.Options, err error) {
	o = registry.Options{
		Open: s.open, MaxUploads: s.uploads, UploadIdle: s.uploadIdle, Grace: s.grace, Metrics: reg,
	}
	switch {
	case s.uploads < 1 || s.connections < 1:
		return o, fmt.Errorf("--max-uploads %d, --max-connections %d: expected 1 or more", s.uploads, s.connections)
	case s.grace <= 0 || s.every <= 0 || s.uploadIdle <= 0:
		return o, fmt.Errorf("--grace %s, --collect-every %s, --upload-idle %s: expected more than no time", s.grace, s.every, s.uploadIdle)
	}
	if o.Quota, err = parseSize("quota", s.quota); err != nil {
		return o, err
	}
	if o.MaxBytes, err = parseSize("max-blob", s.blob); err != nil {
		return o, err
	}
	if o.MaxBytes == 0 {
		return o, errors.New("--max-blob 0: expected more")
	}
	o.Accounts, err = registry.LoadAccounts(s.accountsFile())
	return o, err
}

func (s serving) accountsFile() string { return filepath.Join(s.home, accountsFile) }

// serveStore serves until the context ends or a server fails.
func (s serving) serveStore(ctx context.Context, log *slog.Logger) error {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	o, err := s.readOptions(reg)
	if err != nil {
		return err
	}
	g, err := registry.Open(s.home, o)
	if err != nil {
		return err
	}
	defer g.Close()
	u := &runningStore{serving: s, store: artifact.Server(g), failed: make(chan error, 2)}
	defer u.close()
	if err := steps.Run(u.listenStore, func() error { return u.listenMetrics(reg) }); err != nil {
		return err
	}
	log.Info("serving", "addr", u.at, "tls", s.cert != "", "accounts", len(o.Accounts), "open", s.open, "home", s.home)
	go s.followAccounts(ctx, g, log)
	go g.Keep(ctx, s.every, func(done registry.Collected, err error) { logCollected(log, done, err) })
	return u.wait(ctx)
}

// runningStore is a running store.
type runningStore struct {
	serving
	store, observer *http.Server
	at              string // address at which the store is served
	listeners       []net.Listener
	failed          chan error
}

// listenStore starts to serve the store.
func (u *runningStore) listenStore() (err error) {
	serve := u.store.Serve
	if u.cert != "" {
		if u.store.TLSConfig, err = tlsfile.Config(u.cert, u.key); err != nil {
			return err
		}
		serve = func(l net.Listener) error { return u.store.ServeTLS(l, "", "") }
	}
	listener, err := u.listenAt("listen", u.listen)
	if err != nil {
		return err
	}
	u.at = listener.Addr().String()
	go func() { u.failed <- serve(netutil.LimitListener(listener, u.connections)) }()
	return nil
}

// listenMetrics starts to serve metrics and health, unless the address for them is empty.
func (u *runningStore) listenMetrics(reg *prometheus.Registry) error {
	if u.metrics == "" {
		return nil
	}
	listener, err := u.listenAt("metrics-listen", u.metrics)
	if err != nil {
		return err
	}
	u.observer = artifact.Server(newObservation(reg))
	go func() { u.failed <- u.observer.Serve(listener) }()
	return nil
}

// listenAt listens at the address that a flag names.
func (u *runningStore) listenAt(flag, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	u.listeners = append(u.listeners, listener)
	return listener, nil
}

// wait returns when a server fails, or when the context ends. In the latter case requests under way get some time to finish.
func (u *runningStore) wait(ctx context.Context) error {
	select {
	case err := <-u.failed:
		return err
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_ = u.store.Shutdown(grace) // requests that have not finished by then are cut off
		return nil
	}
}

// close ends the servers and frees their ports. A server that has not begun to serve does not know its listener yet, and would leave it open.
func (u *runningStore) close() {
	_ = u.store.Close()
	if u.observer != nil {
		_ = u.observer.Close()
	}
	for _, l := range u.listeners {
		_ = l.Close()
	}
}

// logCollected logs a garbage collection that failed or removed something.
func logCollected(log *slog.Logger, done registry.Collected, err error) {
	if err != nil {
		log.Error("collection failed", "error", err)
	} else if done != (registry.Collected{}) {
		log.Info("collected", "claims", done.Claims, "blobs", done.Blobs, "bytes", done.Bytes)
	}
}

// newObservation returns the handler of metrics and health.
func newObservation(reg *prometheus.Registry) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	well := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }
	mux.HandleFunc("GET /healthz", well)
	mux.HandleFunc("GET /readyz", well)
	return mux
}

// followAccounts reloads the file of accounts when it changes.
func (s serving) followAccounts(ctx context.Context, g *registry.Registry, log *slog.Logger) {
	stamp := func() time.Time {
		info, err := os.Stat(s.accountsFile())
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	// The registry read the file a moment ago, and this loop does not know which version: the first pass reads it again.
	var seen time.Time
	for {
		if now := stamp(); !now.Equal(seen) {
			seen = now
			if list, err := registry.LoadAccounts(s.accountsFile()); err != nil {
				log.Error("accounts stay as they were", "error", err)
			} else {
				g.SetAccounts(list)
				log.Info("accounts", "count", len(list))
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(2 * time.Second):
		}
	}
}
