package client

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client/sender"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// silent starts a node that hangs: it accepts connections and never answers. It returns the address.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var mu sync.Mutex
	var held []net.Conn
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			held = append(held, conn) // an unreferenced connection would be collected, and so closed
			mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, conn := range held {
			conn.Close()
		}
	})
	return listener.Addr().String()
}

// frozen makes a running node hang: it takes calls and answers none until the test ends.
func frozen(t *testing.T, n *fakeNode) {
	t.Helper()
	release := make(chan struct{})
	n.set(func() { n.frozen = release })
	t.Cleanup(func() { close(release) })
}

// dialHanging connects to three nodes: one that hangs once it is in use, one that never answers, and a healthy one.
func dialHanging(t *testing.T) (conn *Conn, healthy *fakeNode) {
	t.Helper()
	first, healthy := newFakeNode("credence-1"), newFakeNode("credence-1")
	healthy.height = 5
	conn, err := Dial(context.Background(), []string{first.serve(t), silent(t), healthy.serve(t)}, "")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	conn.SetPatience(time.Second) // a busy machine answers within it
	frozen(t, first)
	return conn, healthy
}

func TestDialPastANodeThatHangs(t *testing.T) {
	for _, within := range []time.Duration{0, 5 * time.Second} {
		ctx := context.Background()
		if within > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, within)
			defer cancel()
		}
		conn, err := Dial(ctx, []string{silent(t), newFakeNode("credence-1").serve(t)}, "credence-1")
		require.NoError(t, err, within)
		require.NoError(t, conn.Close())
	}
}

// A query without a deadline moves on from a node that hangs and is answered by another. The next query does not wait again.
func TestQueryLeavesANodeThatHangs(t *testing.T) {
	conn, healthy := dialHanging(t)
	var left []string
	conn.OnLeave(func(from, to string, why error) {
		require.Error(t, why)
		left = append(left, from, to)
	})
	height, _, err := conn.Height(context.Background())
	require.NoError(t, err)
	require.Equal(t, healthy.height, height)
	require.Equal(t, []string{conn.endpoints[0].name, conn.endpoints[1].name, conn.endpoints[1].name, conn.endpoints[2].name}, left)
	require.Equal(t, conn.endpoints[2].name, conn.Endpoint())
}

// A call that ends by its caller's own deadline still leaves the node that hangs. So after enough calls one finds a node that answers.
func TestACallersDeadlineLeavesTheNode(t *testing.T) {
	conn, healthy := dialHanging(t)
	conn.SetPatience(time.Hour)
	var height int64
	for tries := 0; ; tries++ {
		// A node that answers too late on a busy machine is left as well.
		require.Less(t, tries, 10*len(conn.endpoints), "one node is left with each call")
		ctx, cancel := context.WithTimeout(context.Background(), leastTry)
		var err error
		height, _, err = conn.Height(ctx)
		cancel()
		if err == nil {
			break
		}
	}
	require.Equal(t, healthy.height, height)
}

// If the caller's deadline is long enough for all nodes, the caller gets an answer: no single node may use up the whole deadline.
func TestATryIsSmallerThanTheCallersDeadline(t *testing.T) {
	conn, healthy := dialHanging(t)
	conn.SetPatience(time.Hour)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	height, _, err := conn.Height(ctx)
	require.NoError(t, err)
	require.Equal(t, healthy.height, height)
}

// Many callers of a node that hangs wait at the same time, and not one after the other.
func TestManyCallersLeaveANodeThatHangs(t *testing.T) {
	conn, _ := dialHanging(t)
	conn.SetPatience(time.Second)
	begin := time.Now()
	var wait sync.WaitGroup
	for range 40 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			_, _, err := conn.Height(context.Background())
			require.NoError(t, err)
		}()
	}
	wait.Wait()
	require.Less(t, time.Since(begin), 30*time.Second, "each alone takes two seconds, one after the other eighty")
}

// If the only node hangs, the call ends with an error.
func TestAQueryOfASilentNodeEnds(t *testing.T) {
	node := newFakeNode("credence-1")
	conn := dialFake(t, node)
	frozen(t, node)
	begin := time.Now()
	_, _, err := conn.Height(context.Background())
	require.ErrorIs(t, err, ErrNoEndpoint)
	require.Less(t, time.Since(begin), 6*lastTry)
}

func TestFollowLeavesANodeThatHangs(t *testing.T) {
	conn, _ := dialHanging(t)
	for i, b := range collect(t, conn, 3, 3) {
		require.EqualValues(t, 3+i, b.Height)
	}
}

// Follow also leaves a node whose heights grow but which never serves a block.
func TestFollowLeavesANodeThatShowsNoBlock(t *testing.T) {
	broken, alive := newFakeNode("credence-1"), newFakeNode("credence-1")
	broken.height, alive.height, broken.pruned = 9, 9, 100 // it reports heights, and serves no results
	broken.height = 9
	conn := dialFake(t, broken, alive)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var got []Block
	err := Follow(ctx, conn, 8, FollowOptions{Poll: 5 * time.Millisecond, Stale: 50 * time.Millisecond}, func(_ context.Context, b Block) error {
		got = append(got, b)
		return errEnough
	})
	require.ErrorIs(t, err, errEnough)
	require.EqualValues(t, 8, got[0].Height)
	require.False(t, got[0].Missed)
	require.Equal(t, conn.endpoints[1].name, conn.Endpoint())
}

// Follow leaves a node that answers and stands still after the time given for it, long before Follow itself fails.
func TestFollowLeavesANodeThatStandsStill(t *testing.T) {
	stuck, alive := newFakeNode("credence-1"), newFakeNode("credence-1")
	alive.height = 4
	conn := dialFake(t, stuck, alive)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := Follow(ctx, conn, 4, FollowOptions{Poll: 5 * time.Millisecond, Stale: 50 * time.Millisecond, Stall: time.Hour}, func(context.Context, Block) error {
		return errEnough
	})
	require.ErrorIs(t, err, errEnough)
}

// A node that has just come into use gets its own time. While no node shows a block, each is used for equally long.
func TestAVigilGivesEveryNodeItsTime(t *testing.T) {
	a, b := newFakeNode("credence-1"), newFakeNode("credence-1")
	conn := dialFake(t, a, b)
	v := newVigil(conn, time.Hour)
	v.since = time.Now().Add(-2 * time.Hour)
	conn.rotateFrom(0, errEnough) // a call left the first node
	v.noteIdle()
	require.Equal(t, 1, conn.firstNode(), "the second has only begun")
	v.noteIdle()
	require.Equal(t, 1, conn.firstNode())
	v.since = time.Now().Add(-2 * time.Hour)
	v.noteIdle()
	require.Equal(t, 0, conn.firstNode())
}

// A signed transaction goes to a node that answers.
func TestBroadcastLeavesANodeThatHangs(t *testing.T) {
	first, healthy := newFakeNode("credence-1"), newFakeNode("credence-1")
	conn, err := Dial(context.Background(), []string{first.serve(t), silent(t), healthy.serve(t)}, "")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	conn.SetPatience(time.Second) // a busy machine answers within it
	key, err := GenerateKey()
	require.NoError(t, err)
	sender, err := NewSender(conn, key, SenderOptions{Gas: fixedGas})
	require.NoError(t, err)
	tx, err := sender.Sign(context.Background(), &taskstypes.MsgDecline{Who: key.Address()})
	require.NoError(t, err)
	frozen(t, first)
	require.NoError(t, sender.Broadcast(context.Background(), tx))
	healthy.set(func() { require.Equal(t, [][]byte{tx.Bytes}, healthy.sent) })
}

// A node takes a transaction and hangs before it passes the transaction on. The transaction is then sent to another node.
func TestATransactionIsSentAgainToAnotherNode(t *testing.T) {
	first, second := newFakeNode("credence-1"), newFakeNode("credence-1")
	conn := dialFake(t, first, second)
	conn.SetPatience(time.Second) // a busy machine answers within it
	key, err := GenerateKey()
	require.NoError(t, err)
	s, err := NewSender(conn, key, SenderOptions{Gas: fixedGas})
	require.NoError(t, err)
	second.execute = (&fakeMarket{fakeNode: second}).deliver
	tx, err := s.Sign(context.Background(), &taskstypes.MsgDecline{Who: key.Address()})
	require.NoError(t, err)
	require.NoError(t, s.Broadcast(context.Background(), tx))
	first.set(func() { require.Len(t, first.sent, 1) })
	frozen(t, first)
	opts := sender.ConfirmOptions{Poll: 5 * time.Millisecond, Rebroadcast: 50 * time.Millisecond}
	res, err := sender.Confirm(context.Background(), s, tx, true, opts)
	require.NoError(t, err)
	require.Equal(t, tx.Hash, res.Hash)
}

// Waiting for inclusion ends when the chain stands still. The error has the hash of the transaction.
func TestConfirmGivesUpOnAChainThatStandsStill(t *testing.T) {
	node := newFakeNode("credence-1")
	key, err := GenerateKey()
	require.NoError(t, err)
	sender, err := NewSender(dialFake(t, node), key, SenderOptions{Gas: fixedGas, Poll: 5 * time.Millisecond, Stall: 100 * time.Millisecond})
	require.NoError(t, err)
	_, err = sender.Do(context.Background(), &taskstypes.MsgDecline{Who: key.Address()})
	require.ErrorIs(t, err, ErrStalled)
	var hashed *HashError
	require.ErrorAs(t, err, &hashed)
	require.Len(t, hashed.Hash, 64)
}

// A connection whose other end vanished silently, as behind a router that forgot it, is replaced. This holds with a single node too:
// otherwise all later calls would go into the dead connection.
func TestAConnectionThatDiedSilentlyIsReplaced(t *testing.T) {
	if testing.Short() {
		t.Skip("gRPC pings after ten seconds at the earliest")
	}
	node := newFakeNode("credence-1")
	router := forward(t, node.serve(t))
	conn, err := Dial(context.Background(), []string{router.addr}, "")
	require.NoError(t, err)
	defer conn.Close()
	router.forget()
	begin := time.Now()
	for {
		if _, _, err = conn.Height(context.Background()); err == nil {
			break
		}
		require.Less(t, time.Since(begin), 2*time.Minute)
	}
	t.Logf("it works again after %s", time.Since(begin).Round(time.Second))
}

// router forwards connections to a node.
type router struct {
	addr string
	mu   sync.Mutex
	age  int // connections of an earlier age stay open and carry nothing
}

// forget makes the router drop all that comes over the existing connections.
func (r *router) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age++
}

func (r *router) now() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.age
}

func forward(t *testing.T, to string) *router {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	r := &router{addr: listener.Addr().String()}
	pipe := func(dst, src net.Conn, age int) {
		buf := make([]byte, 1<<16)
		for {
			n, err := src.Read(buf)
			if r.now() != age {
				n = 0
			}
			if _, writeErr := dst.Write(buf[:n]); err != nil || writeErr != nil {
				if r.now() == age {
					dst.Close()
				}
				return
			}
		}
	}
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			t.Cleanup(func() { in.Close(); out.Close() })
			age := r.now()
			go pipe(out, in, age)
			go pipe(in, out, age)
		}
	}()
	return r
}
