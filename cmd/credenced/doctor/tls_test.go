package doctor

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/tlsfile"
	"github.com/credence-chain/credence/testutil/authority"
)

// Doctor sees a certificate whose end is near, and an address that serves no TLS.
func TestDoctorLooksAtCertificates(t *testing.T) {
	a := authority.New(t)
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	a.Issue(cert, key, 30*24*time.Hour)
	config, err := tlsfile.Config(cert, key)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() {
		_ = tlsfile.Front{TLS: config, Protocol: "h2", Service: "127.0.0.1:1"}.Serve(t.Context(), listener)
	}()

	r := newRunning(t)
	r.append("app.toml", fmt.Sprintf("\n[tls]\ncert = %q\nkey = %q\ngrpc = %q\n", cert, key, listener.Addr()))
	check := func() (string, error) {
		n := &node{home: r.home}
		_, err := n.checkConfig(t.Context())
		require.NoError(t, err)
		return n.checkTLS(t.Context())
	}
	said, err := check()
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("gRPC %s until %s", listener.Addr(), time.Now().Add(30*24*time.Hour).UTC().Format(time.DateOnly)), said)

	a.Issue(cert, key, 6*24*time.Hour)
	later := time.Now().Add(time.Minute)
	require.NoError(t, os.Chtimes(cert, later, later))
	require.Eventually(t, func() bool { _, err = check(); return err != nil }, time.Minute, 200*time.Millisecond, "the new file is served within a second")
	require.ErrorContains(t, err, "expected at least 168h0m0s more: renew the files")

	require.NoError(t, listener.Close())
	_, err = check()
	require.ErrorContains(t, err, "gRPC at "+listener.Addr().String())
}

// append adds a text to a configuration file.
func (r *running) append(name, text string) {
	r.t.Helper()
	f, err := os.OpenFile(filepath.Join(r.home, "config", name), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(r.t, err)
	_, err = f.WriteString(text)
	require.NoError(r.t, err)
	require.NoError(r.t, f.Close())
}
