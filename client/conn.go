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

// maxReply bounds one answer of a node, in bytes. The results of full blocks are the largest answers.
const maxReply = 64 << 20

// Bounds of the wait for one node.
const (
	// DefaultPatience is how long one node may take for one answer while other nodes are left to ask.
	DefaultPatience = 3 * time.Second
	// lastTry is how long the last node may take. It is longer, because no other node is left to ask.
	lastTry = 10 * time.Second
	// leastTry is the least time that a node gets, even if the caller's deadline is sooner.
	leastTry = 200 * time.Millisecond
	// A connection with an open call is pinged once it has been silent for pingAfter. It is closed if the answer to the ping takes
	// longer than pingWait. gRPC allows no shorter pingAfter.
	pingAfter = 10 * time.Second
	pingWait  = 5 * time.Second
)

// Conn talks to one of several nodes of a chain. If the node is unavailable, or does not answer within the connection's patience,
// this call and later calls go to the next node. A call may therefore be made twice, which is harmless: Conn is for reads, and for
// broadcasts of signed bytes. Every call ends, even if its context has no deadline. A Conn may be used concurrently.
type Conn struct {
	chainID   string
	endpoints []*endpoint
	patience  atomic.Int64 // a time.Duration

	mu      sync.Mutex
	current int                              // the endpoint that the next call uses first
	left    func(from, to string, why error) // called when an endpoint is left for another; may be nil
}

type endpoint struct {
	name     string
	target   string // host:port
	secure   bool   // with TLS
	conn     *grpc.ClientConn
	verified atomic.Bool // its chain id has been compared with ours
}

var _ grpc.ClientConnInterface = (*Conn)(nil)

// Dial connects to the first endpoint that answers, and keeps the others for failover. An endpoint is "host:port" or
// "http://host:port" for plain gRPC, or "https://host:port" for TLS. Every node must belong to the chain chainID; if chainID is
// empty, to the chain of the first node that answers. Errors wrap ErrNoEndpoint or ErrWrongChain.
func Dial(ctx context.Context, endpoints []string, chainID string) (*Conn, error) {
	if len(endpoints) == 0 {
		return nil, fmt.Errorf("%w: the list of endpoints is empty", ErrNoEndpoint)
	}
	c := &Conn{chainID: chainID}
	c.SetPatience(0)
	for _, name := range endpoints {
		e, err := newEndpoint(name)
		if err != nil {
			c.Close()
			return nil, err
		}
		c.endpoints = append(c.endpoints, e)
	}
	var trouble []error
	for i, e := range c.endpoints {
		err := c.tryNode(ctx, len(c.endpoints)-i, func(ctx context.Context) error { return c.verifyChain(ctx, e) })
		if err == nil {
			c.current = i
			return c, nil
		}
		trouble = append(trouble, e.explainReach(err))
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

// newEndpoint prepares a connection, which is made at the first call.
func newEndpoint(name string) (e *endpoint, err error) {
	e = &endpoint{name: name, target: name}
	if rest, ok := strings.CutPrefix(name, "https://"); ok {
		e.target, e.secure = rest, true
	} else if rest, ok := strings.CutPrefix(name, "http://"); ok {
		e.target = rest
	} else if rest, ok := strings.CutPrefix(name, "tcp://"); ok {
		e.target = rest
	}
	e.target = strings.TrimRight(e.target, "/")
	if !strings.Contains(e.target, ":") {
		return nil, &Error{Code: CodeInvalid, Field: "Endpoint", Value: name, What: "it has no port", Expected: "host:port, http://host:port or https://host:port"}
	}
	creds := insecure.NewCredentials()
	if e.secure {
		creds = credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})
	}
	e.conn, err = grpc.NewClient(e.target,
		grpc.WithTransportCredentials(creds),
		// By default gRPC pauses up to two minutes between attempts. That is too long: a commit window may last only seconds.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 200 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 5 * time.Second,
		}),
		// Pings find a connection whose other end has vanished. They are sent only during calls: by default, a server treats pings
		// of idle connections as abuse.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingAfter, Timeout: pingWait}),
		grpc.WithDefaultCallOptions(
			grpc.ForceCodec(sharedEncoding().codec.GRPCCodec()),
			grpc.MaxCallRecvMsgSize(maxReply),
		),
	)
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Field: "Endpoint", Value: name, What: err.Error(), Expected: "host:port, http://host:port or https://host:port", Err: err}
	}
	return e, nil
}

// verifyChain asks a node for its chain id until it has answered once. Concurrent callers each ask, and do not wait for one another.
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

// SetPatience sets how long one node may take for one answer before the next node is used; 0 or less means DefaultPatience. If d is
// above five seconds, it is also how long a node may show no new block to a follower. The last node left may take at least ten seconds.
func (c *Conn) SetPatience(d time.Duration) {
	if d <= 0 {
		d = DefaultPatience
	}
	c.patience.Store(int64(d))
}

// Patience returns how long one node may take for one answer; see SetPatience.
func (c *Conn) Patience() time.Duration { return time.Duration(c.patience.Load()) }

// tryNode makes a call to one node with a deadline. left counts the nodes that can still be asked, this one included. While there are
// others, the node gets at most its share of the time until the caller's deadline.
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

// ChainID returns the id of the chain; empty until a node has said it.
func (c *Conn) ChainID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.chainID
}

// Endpoint returns the endpoint that the next call uses first.
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

// OnLeave sets a function that is called whenever one node is left for another, for example to log it.
func (c *Conn) OnLeave(left func(from, to string, why error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = left
}

// rotateFrom makes the next endpoint the first one. It does nothing if another call has already left the endpoint from.
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

// Invoke implements grpc.ClientConnInterface. It tries the nodes in turn while they are unavailable or do not answer. It leaves a
// node that did not serve even if the caller's own deadline ended the call: otherwise the next call would wait for that node again.
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
		trouble = append(trouble, e.explainReach(err))
		if ctx.Err() != nil {
			return errors.Join(trouble...)
		}
	}
	return fmt.Errorf("%w: %w", ErrNoEndpoint, errors.Join(trouble...))
}

// isNodesFault says whether an error is due to the node and not to the call, so that another node may do better.
func isNodesFault(err error) bool {
	return status.Code(err) == codes.Unavailable || errors.Is(err, ErrWrongChain) || errors.Is(err, context.DeadlineExceeded) ||
		status.Code(err) == codes.DeadlineExceeded
}

// NewStream implements grpc.ClientConnInterface. It asks only the node that the next call uses first. If a stream breaks, its caller
// opens another one from the place that the stream reached.
func (c *Conn) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	e := c.endpoints[c.firstNode()]
	if err := c.tryNode(ctx, 1, func(ctx context.Context) error { return c.verifyChain(ctx, e) }); err != nil {
		return nil, err
	}
	return e.conn.NewStream(ctx, desc, method, opts...)
}
