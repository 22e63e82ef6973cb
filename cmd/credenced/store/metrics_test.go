package store

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/port"
)

// plain returns the settings of a store that serves without TLS.
func plain(t *testing.T) serving {
	return serving{home: t.TempDir(), listen: "127.0.0.1:0", quota: "1MiB", blob: "1MiB", uploads: 4, connections: 8, grace: time.Hour, every: time.Hour, uploadIdle: time.Hour}
}

// Metrics and health have a port of their own. Both ports are free again after the store has stopped.
func TestServeMetrics(t *testing.T) {
	s := plain(t)
	s.metrics = port.FreeAddress(t)
	log := &notes{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.serveStore(ctx, slog.New(slog.NewTextHandler(log, nil))) }()
	require.Eventually(t, func() bool { return log.find(`addr=(\S+)`) != "" }, time.Minute, 10*time.Millisecond)
	for path, says := range map[string]string{"/healthz": "ok\n", "/readyz": "ok\n", "/metrics": "go_goroutines"} {
		res, err := http.Get("http://" + s.metrics + path)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode, path)
		require.Contains(t, string(body), says)
	}
	cancel()
	require.NoError(t, <-done)
	for _, at := range []string{s.metrics, log.find(`addr=(\S+)`)} {
		_, err := net.DialTimeout("tcp", at, time.Second)
		require.Error(t, err, "%s is served still", at)
	}
}

// If an address or a certificate cannot be used, the command ends with an error that names the flag. It leaves no port open.
func TestServeEndsWhereItCanNotListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, tc := range []struct {
		name   string
		change func(s *serving)
		says   string
	}{
		{"the store's port is taken", func(s *serving) { s.listen = taken.Addr().String() }, "--listen: "},
		{"the port of metrics is taken", func(s *serving) { s.metrics = taken.Addr().String() }, "--metrics-listen: "},
		{"no certificate", func(s *serving) { s.cert, s.key = "gone.pem", "gone.key" }, "gone.pem"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := plain(t)
			if s.listen = port.FreeAddress(t); tc.change != nil {
				tc.change(&s)
			}
			require.ErrorContains(t, s.serveStore(t.Context(), slog.New(slog.DiscardHandler)), tc.says)
			if s.listen != taken.Addr().String() {
				_, err := net.DialTimeout("tcp", s.listen, time.Second)
				require.Error(t, err)
			}
		})
	}
}
