package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

// maxReply bounds one answer of a node: block results of full blocks are the largest.
const maxReply = 64 << 20

// Times that bound how long one node is waited for.
const (
	// DefaultPatience is how long one node may take for one answer while there are others to ask.
	DefaultPatience = 3 * time.Second
	// lastTry is how long the last node that is left may take: nobody else can be asked.
	lastTry = 10 * time.Second
	// leastTry is what every node gets, however soon the caller's deadline is.
	leastTry = 200 * time.Millisecond
	// pingAfter is how long a connection with an open call may be silent before the other end is pinged, and pingWait how
	// long its answer may take before the connection is given up. gRPC allows no shorter pingAfter.
	pingAfter = 10 * time.Second
	pingWait  = 5 * time.Second
)

// Conn speaks to one of several nodes of a chain. A call whose node is unavailable, or does not answer within the
// connection's patience, is made to the next one, and so are the calls after it; only reads and broadcasts of signed bytes
// go through it, and both may be repeated. Every call ends, also one whose context has no deadline. It may be used
// concurrently.
type Conn struct {
	chainID   string
	endpoints []*endpoint
	patience  atomic.Int64 // a time.Duration

	mu      sync.Mutex
	current int // the endpoint used first
	left    func(from, to string, why error)
}

type endpoint struct {
	name     string
	conn     *grpc.ClientConn
	verified atomic.Bool // its chain id was compared
}

var _ grpc.ClientConnInterface = (*Conn)(nil)

// Dial connects to the first of the endpoints that answers, and keeps the others for failover. An endpoint is
// "host:port" or "http://host:port" for plain gRPC, "https://host:port" for TLS. With chainID not empty every node has to
// belong to that chain; otherwise the first that answers decides. Errors wrap ErrNoEndpoint or ErrWrongChain.
func Dial(ctx context.Context, endpoints []string, chainID string) (*Conn, error) {
	if len(endpoints) == 0 {
		return nil, fmt.Errorf("%w: the list of endpoints is empty", ErrNoEndpoint)
	}
	c := &Conn{chainID: chainID}
	c.SetPatience(0)
	for _, name := range endpoints {
		conn, err := dialOne(name)
		if err != nil {
			c.Close()
			return nil, fmt.Errorf("endpoint %q: %w", name, err)
		}
		c.endpoints = append(c.endpoints, &endpoint{name: name, conn: conn})
	}
	var trouble []error
	for i, e := range c.endpoints {
		err := c.tryNode(ctx, len(c.endpoints)-i, func(ctx context.Context) error { return c.verifyChain(ctx, e) })
		if err == nil {
			c.current = i
			return c, nil
		}
		trouble = append(trouble, fmt.Errorf("%s: %w", e.name, err))
		if errors.Is(err, ErrWrongChain) || ctx.Err() != nil {
			break
		}
	}
	c.Close()
	err := errors.Join(trouble...)
	if errors.Is(err, ErrWrongChain) {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", ErrNoEndpoint, err)
}

func dialOne(name string) (*grpc.ClientConn, error) {
	target, secure := name, false
	if rest, ok := strings.CutPrefix(name, "https://"); ok {
		target, secure = rest, true
	} else if rest, ok := strings.CutPrefix(name, "http://"); ok {
		target = rest
	} else if rest, ok := strings.CutPrefix(name, "tcp://"); ok {
		target = rest
	}
	target = strings.TrimRight(target, "/")
	if !strings.Contains(target, ":") {
		return nil, fmt.Errorf("expected host:port, http://host:port or https://host:port")
	}
	creds := insecure.NewCredentials()
	if secure {
		creds = credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})
	}
	return grpc.NewClient(target,
		grpc.WithTransportCredentials(creds),
		// gRPC's own pause grows to two minutes; a node that comes back is awaited by commit windows of seconds.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 200 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 5 * time.Second,
		}),
		// Finds a connection whose other end is gone without a word. Only calls are watched over: a server's own default
		// takes pings of idle connections for abuse.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingAfter, Timeout: pingWait}),
		grpc.WithDefaultCallOptions(
			grpc.ForceCodec(sharedEncoding().codec.GRPCCodec()),
			grpc.MaxCallRecvMsgSize(maxReply),
		),
	)
}

// verifyChain asks a node once for its chain id. Several callers may ask at once: none waits for another's question.
func (c *Conn) verifyChain(ctx context.Context, e *endpoint) error {
	if e.verified.Load() {
		return nil
	}
	info, err := cmtv1.NewServiceClient(e.conn).GetNodeInfo(ctx, &cmtv1.GetNodeInfoRequest{})
	if err != nil {
		return err
	}
	if info.DefaultNodeInfo == nil || info.DefaultNodeInfo.Network == "" {
		return fmt.Errorf("%w: it doesn't say which", ErrWrongChain)
	}
	got := info.DefaultNodeInfo.Network
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chainID == "" {
		c.chainID = got
	}
	if got != c.chainID {
		return fmt.Errorf("%w: got %q, expected %q", ErrWrongChain, got, c.chainID)
	}
	e.verified.Store(true)
	return nil
}

// SetPatience changes how long one node may take for one answer, or show no new block to who follows, before the next one
// is used; 0 or less means DefaultPatience. The last node left may take up to ten seconds: there is no other to ask.
func (c *Conn) SetPatience(d time.Duration) {
	if d <= 0 {
		d = DefaultPatience
	}
	c.patience.Store(int64(d))
}

// Patience is how long one node may take for one answer; see SetPatience.
func (c *Conn) Patience() time.Duration { return time.Duration(c.patience.Load()) }

// tryNode makes a call to one node, with a deadline of its own. That is smaller than the caller's as long as there are other
// nodes to ask: left counts this one and those after it.
func (c *Conn) tryNode(ctx context.Context, left int, call func(context.Context) error) error {
	allowed := c.Patience()
	if left <= 1 {
		allowed = max(allowed, lastTry)
	} else if deadline, ok := ctx.Deadline(); ok {
		allowed = min(allowed, max(leastTry, time.Until(deadline)/time.Duration(left)))
	}
	ctx, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	return call(ctx)
}

// ChainID of the chain connected to.
func (c *Conn) ChainID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chainID
}

// Endpoint names the node used first.
func (c *Conn) Endpoint() string { return c.endpoints[c.firstNode()].name }

// Close ends the connections.
func (c *Conn) Close() error {
	var trouble []error
	for _, e := range c.endpoints {
		trouble = append(trouble, e.conn.Close())
	}
	return errors.Join(trouble...)
}

func (c *Conn) firstNode() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

// OnLeave has a function called whenever a node is left for another, such as to log it.
func (c *Conn) OnLeave(left func(from, to string, why error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = left
}

// rotateFrom leaves an endpoint that doesn't serve; others may have left it already.
func (c *Conn) rotateFrom(from int, why error) {
	c.mu.Lock()
	left, next := c.left, (from+1)%len(c.endpoints)
	if c.current != from || next == from {
		c.mu.Unlock()
		return
	}
	c.current = next
	c.mu.Unlock()
	if left != nil {
		left(c.endpoints[from].name, c.endpoints[next].name, why)
	}
}

// Invoke implements grpc.ClientConnInterface: it tries the nodes in turn while they are unavailable or do not answer. A node
// that did not serve is left before anything is returned, also when the caller's own deadline ended the call: the next
// call would wait for it again.
func (c *Conn) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	start := c.firstNode()
	var trouble []error
	for i := range c.endpoints {
		at := (start + i) % len(c.endpoints)
		e := c.endpoints[at]
		err := c.tryNode(ctx, len(c.endpoints)-i, func(ctx context.Context) error {
			if err := c.verifyChain(ctx, e); err != nil {
				return err
			}
			return e.conn.Invoke(ctx, method, args, reply, opts...)
		})
		if err == nil || !isNodesFault(err) {
			return err
		}
		c.rotateFrom(at, err)
		trouble = append(trouble, fmt.Errorf("%s: %w", e.name, err))
		if ctx.Err() != nil {
			return errors.Join(trouble...)
		}
	}
	return fmt.Errorf("%w: %w", ErrNoEndpoint, errors.Join(trouble...))
}

// isNodesFault says whether another node may do better: the trouble is the node's, not the question's.
func isNodesFault(err error) bool {
	return status.Code(err) == codes.Unavailable || errors.Is(err, ErrWrongChain) || errors.Is(err, context.DeadlineExceeded) ||
		status.Code(err) == codes.DeadlineExceeded
}

// NewStream implements grpc.ClientConnInterface, with the node used first. A stream that breaks is opened anew by its caller,
// from the place that it reached.
func (c *Conn) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	e := c.endpoints[c.firstNode()]
	if err := c.tryNode(ctx, 1, func(ctx context.Context) error { return c.verifyChain(ctx, e) }); err != nil {
		return nil, err
	}
	return e.conn.NewStream(ctx, desc, method, opts...)
}
