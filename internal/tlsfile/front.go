package tlsfile

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

// Bounds of a front.
const (
	frontConnections = 4096             // served at once; more wait
	handshakeTime    = 10 * time.Second // that a client gets for its handshake
	reachTime        = 5 * time.Second  // that the service gets to take a connection
)

// Front serves TLS for a service of this machine that speaks plain text: it decrypts what clients send and passes the bytes on. The
// service sees every client at the address of this machine.
type Front struct {
	// TLS is the server's configuration; see Config.
	TLS *tls.Config
	// Protocol is what the service speaks, in the words of ALPN: "h2" or "http/1.1".
	Protocol string
	// Service is the HOST:PORT of the service.
	Service string
}

// Serve takes connections until the context ends, which also ends those that it has.
func (f Front) Serve(ctx context.Context, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	var open sync.WaitGroup
	defer open.Wait()
	defer stop()
	end := context.AfterFunc(ctx, func() { listener.Close() })
	defer end()
	f.TLS = f.TLS.Clone()
	f.TLS.NextProtos = []string{f.Protocol}
	limited := netutil.LimitListener(listener, frontConnections)
	for {
		conn, err := limited.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil { // such as too many open files: others end soon
			time.Sleep(100 * time.Millisecond)
			continue
		}
		open.Go(func() {
			defer conn.Close()
			f.pass(ctx, conn)
		})
	}
}

// pass connects a client with the service until either has ended.
func (f Front) pass(ctx context.Context, conn net.Conn) {
	client := tls.Server(conn, f.TLS)
	shaking, cancel := context.WithTimeout(ctx, handshakeTime)
	err := client.HandshakeContext(shaking)
	cancel()
	var plain tls.RecordHeaderError
	if errors.As(err, &plain) && plain.Conn != nil && isPlainHTTP(plain.RecordHeader[:]) {
		answerPlain(plain.Conn)
	}
	if err != nil {
		return
	}
	service, err := (&net.Dialer{Timeout: reachTime}).DialContext(ctx, "tcp", f.Service)
	if err != nil {
		return
	}
	defer service.Close()
	end := context.AfterFunc(ctx, func() {
		conn.Close()
		service.Close()
	})
	defer end()
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(service, client)
		_ = service.(*net.TCPConn).CloseWrite()
	})
	_, _ = io.Copy(client, service)
	_ = client.CloseWrite()
	// A client that has the whole answer and sends no more may keep its half open for ever.
	_ = client.SetReadDeadline(time.Now().Add(handshakeTime))
	up.Wait()
}

// isPlainHTTP says whether the first five bytes of a connection begin a request of HTTP/1.1, or of gRPC, without TLS.
func isPlainHTTP(head []byte) bool {
	for _, method := range []string{"GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "DELET", "PRI *"} {
		if bytes.Equal(head, []byte(method)) {
			return true
		}
	}
	return false
}

// answerPlain tells a client that speaks no TLS what to do.
func answerPlain(conn net.Conn) {
	const said = "This port speaks TLS: write https:// before its address.\n"
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = fmt.Fprintf(conn, "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(said), said)
}
