package tlsfile

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/testutil/port"
)

// served is a front before a service, until the test ends.
type served struct {
	t       *testing.T
	address string
	stop    context.CancelFunc
	ended   chan error
}

func serve(t *testing.T, protocol, service string) *served {
	t.Helper()
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	write(t, cert, key, 1)
	config, err := Config(cert, key)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	s := &served{t: t, address: listener.Addr().String(), stop: stop, ended: make(chan error, 1)}
	go func() { s.ended <- Front{TLS: config, Protocol: protocol, Service: service}.Serve(ctx, listener) }()
	t.Cleanup(stop)
	return s
}

// dial connects with TLS. Whether the certificate is trusted is not tried here.
func (s *served) dial(protocols ...string) (*tls.Conn, error) {
	d := &net.Dialer{Timeout: 10 * time.Second}
	return tls.DialWithDialer(d, "tcp", s.address, &tls.Config{InsecureSkipVerify: true, NextProtos: protocols})
}

// startEcho returns the address of a service that sends back what it gets, and then says goodbye.
func startEcho(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
				_, _ = io.WriteString(conn, "goodbye")
			}()
		}
	}()
	return listener.Addr().String()
}

// What a client sends reaches the service and the answers come back, also those after the client has sent everything.
func TestFrontPassesBytes(t *testing.T) {
	s := serve(t, "h2", startEcho(t))
	conn, err := s.dial("h2")
	require.NoError(t, err)
	defer conn.Close()
	require.Equal(t, "h2", conn.ConnectionState().NegotiatedProtocol)
	sent := strings.Repeat("something ", 100_000)
	go func() {
		_, _ = io.WriteString(conn, sent)
		_ = conn.CloseWrite()
	}()
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Equal(t, sent+"goodbye", string(got))

	_, err = s.dial("another")
	require.ErrorContains(t, err, "no application protocol", "a client that speaks another protocol than the service")
}

// Clients that send no TLS, or nothing, get no byte of the service and keep nobody else out.
func TestFrontRefusesPlainClients(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secret") }))
	defer service.Close()
	s := serve(t, "http/1.1", strings.TrimPrefix(service.URL, "http://"))

	silent, err := net.Dial("tcp", s.address)
	require.NoError(t, err)
	defer silent.Close()

	res, err := http.Get("http://" + s.address + "/")
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	require.NoError(t, err)
	require.Equal(t, http.StatusBadRequest, res.StatusCode)
	require.Contains(t, string(body), "This port speaks TLS: write https://")

	noise, err := net.Dial("tcp", s.address)
	require.NoError(t, err)
	defer noise.Close()
	_, err = noise.Write([]byte("\x00\x01\x02\x03\x04\x05\x06\x07"))
	require.NoError(t, err)
	require.NoError(t, noise.SetReadDeadline(time.Now().Add(time.Minute)))
	got, _ := io.ReadAll(noise)
	require.NotContains(t, string(got), "secret")
	require.NotContains(t, string(got), "HTTP")

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	res, err = client.Get("https://" + s.address + "/")
	require.NoError(t, err)
	body, err = io.ReadAll(res.Body)
	res.Body.Close()
	require.NoError(t, err)
	require.Equal(t, "secret", string(body))
}

// A service that is away ends the client's connection. The front serves again when the service is back.
func TestFrontOutlivesItsService(t *testing.T) {
	address := port.FreeAddress(t)
	s := serve(t, "h2", address)
	conn, err := s.dial("h2")
	require.NoError(t, err)
	got, _ := io.ReadAll(conn) // some systems see an end, others a reset
	require.Empty(t, got)
	conn.Close()

	back, err := net.Listen("tcp", address)
	require.NoError(t, err)
	defer back.Close()
	go func() {
		if conn, err := back.Accept(); err == nil {
			_, _ = io.WriteString(conn, "hello\n")
		}
	}()
	conn, err = s.dial("h2")
	require.NoError(t, err)
	defer conn.Close()
	said, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "hello\n", said)
}

// A front that is stopped ends the connections that are open, and returns.
func TestFrontStops(t *testing.T) {
	s := serve(t, "h2", startEcho(t))
	conn, err := s.dial("h2")
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "hello")
	require.NoError(t, err)
	_, err = io.ReadFull(conn, make([]byte, 5))
	require.NoError(t, err)
	s.stop()
	select {
	case err := <-s.ended:
		require.NoError(t, err)
	case <-time.After(time.Minute):
		require.Fail(t, "it goes on")
	}
	got, _ := io.ReadAll(conn)
	require.Empty(t, got)
	_, err = net.Dial("tcp", s.address)
	require.Error(t, err)
}
