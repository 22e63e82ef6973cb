package acceptance

import (
	"bytes"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/devnet"
)

// link is a line from one validator to another that a test can cut and slow down. A cut line keeps its connections and the bytes that were
// sent, as a network does that sends lost packets again until they arrive.
type link struct {
	from, to string // names of the validators
	listener net.Listener
	target   string
	cut      atomic.Bool
	delay    atomic.Int64 // nanoseconds each way
}

const (
	chunkSize   = 32 << 10
	chunksAhead = 256 // chunks that a slow or cut line holds before its sender has to wait
	lookEvery   = 10 * time.Millisecond
)

func newLink(from, to, target string) (*link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &link{from: from, to: to, listener: listener, target: target}
	go l.serve()
	return l, nil
}

func (l *link) serve() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		go l.connect(near)
	}
}

// connect passes a connection on until one side ends it. It makes no new connection over a cut line.
func (l *link) connect(near net.Conn) {
	l.awaitWhole()
	far, err := net.Dial("tcp", l.target)
	if err != nil {
		near.Close()
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Add(1)
		go func() {
			defer both.Done()
			l.pass(way[0], way[1])
		}()
	}
	both.Wait()
}

type chunk struct {
	data []byte
	due  time.Time
}

// pass copies bytes one way. Each chunk waits for the delay, and for the line to be whole.
func (l *link) pass(from, to net.Conn) {
	chunks := make(chan chunk, chunksAhead)
	go func() {
		defer close(chunks)
		for {
			data := make([]byte, chunkSize)
			n, err := from.Read(data)
			if n > 0 {
				chunks <- chunk{data[:n], time.Now().Add(time.Duration(l.delay.Load()))}
			}
			if err != nil {
				return
			}
		}
	}()
	for c := range chunks {
		time.Sleep(time.Until(c.due))
		l.awaitWhole()
		if _, err := to.Write(c.data); err != nil {
			break
		}
	}
	l.awaitWhole()
	to.Close()
	from.Close()
	for range chunks { // so that the reader ends now
	}
}

func (l *link) awaitWhole() {
	for l.cut.Load() {
		time.Sleep(lookEvery)
	}
}

func (l *link) close() {
	l.cut.Store(false)
	l.listener.Close()
}

// links are all lines of a network.
type links struct{ all []*link }

// add implements devnet's Options.Link.
func (ls *links) add(from, to devnet.ValidatorInfo) (string, error) {
	target := net.JoinHostPort("127.0.0.1", strconv.Itoa(to.P2P))
	l, err := newLink(from.Name, to.Name, target)
	if err != nil {
		return "", err
	}
	ls.all = append(ls.all, l)
	return l.listener.Addr().String(), nil
}

func (ls *links) close() {
	for _, l := range ls.all {
		l.close()
	}
}

// split cuts every line between the named validators and all others.
func (ls *links) split(side map[string]bool) {
	for _, l := range ls.all {
		l.cut.Store(side[l.from] != side[l.to])
	}
}

// slow delays every line in both directions.
func (ls *links) slow(delay time.Duration) {
	for _, l := range ls.all {
		l.delay.Store(int64(delay))
	}
}

// A line passes bytes on. A slow line passes them later, and a cut line when it is whole again.
func TestLink(t *testing.T) {
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer echo.Close()
	go func() {
		for {
			conn, err := echo.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn); conn.Close() }()
		}
	}()
	l, err := newLink("a", "b", echo.Addr().String())
	require.NoError(t, err)
	defer l.close()
	ls := links{all: []*link{l}}
	conn, err := net.Dial("tcp", l.listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	ask := func() time.Duration {
		t.Helper()
		begin := time.Now()
		sent := bytes.Repeat([]byte("x"), 100_000)
		_, err := conn.Write(sent)
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(30*time.Second)))
		got := make([]byte, len(sent))
		_, err = io.ReadFull(conn, got)
		require.NoError(t, err)
		require.Equal(t, sent, got)
		return time.Since(begin)
	}
	ask()
	ls.slow(200 * time.Millisecond)
	require.GreaterOrEqual(t, ask(), 400*time.Millisecond)
	ls.slow(0)

	ls.split(map[string]bool{"a": true, "b": true})
	require.False(t, l.cut.Load(), "both are on one side")
	ls.split(map[string]bool{"a": true})
	require.True(t, l.cut.Load())
	healed := time.Now().Add(500 * time.Millisecond)
	time.AfterFunc(time.Until(healed), func() { ls.split(nil) })
	ask()
	require.False(t, time.Now().Before(healed))
}
