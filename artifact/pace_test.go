package artifact

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A peer that makes no progress is disconnected. A steady peer is served, however long it takes.
func TestSlowPeersAreLeft(t *testing.T) {
	const stall = 2 * time.Second
	ended := make(chan error, 1)
	server := httptest.NewServer(withPace(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			_, err := io.Copy(io.Discard, r.Body)
			ended <- err
			return
		}
		junk := make([]byte, 64<<10)
		for range 1000 { // more than the sockets buffer
			if _, err := w.Write(junk); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}), stall))
	defer server.Close()
	dial := func(request string) net.Conn {
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
		require.NoError(t, err)
		t.Cleanup(func() { conn.Close() })
		_, err = fmt.Fprint(conn, request)
		require.NoError(t, err)
		return conn
	}
	outcome := func() error {
		t.Helper()
		select {
		case err := <-ended:
			return err
		case <-time.After(30 * time.Second):
			t.Fatal("it holds its connection")
			return nil
		}
	}
	dial("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nsome")
	require.ErrorContains(t, outcome(), "timeout", "a writer that stops")
	dial("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.ErrorContains(t, outcome(), "timeout", "a reader that never reads")

	conn := dial("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 98304\r\n\r\n")
	for range 6 { // three seconds in all, and a piece in each quarter of stall
		_, err := conn.Write(make([]byte, 16<<10))
		require.NoError(t, err)
		time.Sleep(stall / 4)
	}
	require.NoError(t, outcome(), "a steady writer")
}
