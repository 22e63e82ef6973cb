package store

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/artifact"
)

// command runs "store" with these arguments, and returns its output.
func command(t *testing.T, args ...string) string {
	t.Helper()
	cmd := Command()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetArgs(args)
	require.NoError(t, cmd.ExecuteContext(t.Context()))
	return strings.TrimSpace(out.String())
}

// notes is a log that can be read while it is written.
type notes struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(p)
}

func (n *notes) find(pattern string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if m := regexp.MustCompile(pattern).FindStringSubmatch(n.b.String()); m != nil {
		return m[1]
	}
	return ""
}

// A store serves with TLS, takes up new accounts while it runs, and keeps everything over a restart.
func TestServe(t *testing.T) {
	home := t.TempDir()
	cert, key, pool := certificate(t, home)
	s := serving{
		home: home, listen: "127.0.0.1:0", quota: "1MiB", blob: "1MiB", uploads: 4, connections: 8, cert: cert, key: key,
		grace: time.Hour, every: time.Hour, uploadIdle: time.Hour,
	}
	run := func() (url string, stop func()) {
		log := &notes{}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.serveStore(ctx, slog.New(slog.NewTextHandler(log, nil))) }()
		require.Eventually(t, func() bool { return log.find(`addr=(\S+)`) != "" }, time.Minute, 10*time.Millisecond)
		return "https://" + log.find(`addr=(\S+)`), func() {
			cancel()
			require.NoError(t, <-done)
		}
	}
	url, stop := run()
	secret := command(t, "account", "set", "amber", "--quota", "64KiB", "--home", home)
	require.Len(t, secret, 43)
	require.Contains(t, command(t, "account", "list", "--home", home), "amber         65.5 kB")

	http1 := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	c := &artifact.Client{BaseURLs: []string{url + "/amber"}, Token: "amber:" + secret, HTTP: http1, Attempts: 1}
	var digest artifact.Digest
	require.Eventually(t, func() (ok bool) {
		var err error
		digest, err = c.Upload(t.Context(), []byte("hello"))
		return err == nil
	}, time.Minute, 100*time.Millisecond, "the account is taken up")
	_, err := c.Upload(t.Context(), make([]byte, 70_000))
	require.ErrorContains(t, err, "ask the store's operator for more")
	stop()

	url, stop = run()
	defer stop()
	c.BaseURLs = []string{url + "/amber"}
	got, err := c.Bytes(t.Context(), digest, 10)
	require.NoError(t, err)
	require.Equal(t, "hello", string(got))
}

func TestServeRefuses(t *testing.T) {
	for _, tc := range []struct{ why, flag, value string }{
		{"--max-uploads 0", "--max-uploads", "0"},
		{"--quota", "--quota", "many"},
		{"--max-blob 0", "--max-blob", "0"},
		{"--grace", "--grace", "-1s"},
		{"--listen", "--listen", "nowhere:xx"},
	} {
		cmd := Command()
		cmd.SetOut(io.Discard)
		cmd.SetErr(io.Discard)
		cmd.SilenceUsage = true
		cmd.SetArgs([]string{"serve", "--home", t.TempDir(), "--metrics-listen", "", tc.flag, tc.value})
		require.ErrorContains(t, cmd.ExecuteContext(t.Context()), tc.why)
	}
}

// certificate writes a certificate for 127.0.0.1 and its key.
func certificate(t *testing.T, folder string) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "store"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certFile, keyFile = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	require.NoError(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
	pool = x509.NewCertPool()
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool.AddCert(cert)
	return certFile, keyFile, pool
}
