package client

import (
	"context"
	"fmt"
	"time"

	cmtv1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
	eventv1 "cosmossdk.io/api/tendermint/abci"
	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/gogoproto/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Block has the events of one height. Events only hint at what changed; callers read the state itself.
type Block struct {
	// Height of the block.
	Height int64
	// Events are those of the transactions that succeeded, then those of the block's hooks.
	Events []abci.Event
	// Missed says that the node no longer has this height's events, so that the caller must read the state again.
	Missed bool
}

// Typed returns the events of one type, such as a task's EventEnded. T is the pointer type of the message.
func Typed[T proto.Message](b Block) []T {
	var zero T
	name := proto.MessageName(zero)
	var out []T
	for _, event := range b.Events {
		if event.Type != name {
			continue
		}
		// An event that does not parse comes from a newer chain. It can be skipped, because the caller reads the state.
		if parsed, err := sdk.ParseTypedEvent(WithoutMode(event)); err == nil {
			if typed, ok := parsed.(T); ok {
				out = append(out, typed)
			}
		}
	}
	return out
}

// WithoutMode removes the attribute "mode" that the SDK adds to the events of block hooks. Its value, "BeginBlock" or "EndBlock", is
// not JSON, and the SDK's own parser fails on it.
func WithoutMode(event abci.Event) abci.Event {
	attributes := make([]abci.EventAttribute, 0, len(event.Attributes))
	for _, a := range event.Attributes {
		if a.Key != "mode" {
			attributes = append(attributes, a)
		}
	}
	event.Attributes = attributes
	return event
}

// FollowOptions change how Follow works. The zero value has the defaults.
type FollowOptions struct {
	// Poll is the interval between requests for a new height; 0 means 200 ms.
	Poll time.Duration
	// Timeout bounds one read, including all nodes that it tries; 0 means 10 s.
	Timeout time.Duration
	// Stale is how long a node may show no new block before the next node is used. 0 means 5 s or, if that is longer, the
	// connection's patience, but at most a quarter of Stall. It should be several blocks long: if the whole chain pauses, another node
	// is no better.
	Stale time.Duration
	// Stall is how long no node may show a new block before Follow fails; 0 means 30 s.
	Stall time.Duration
	// Waiting is called in every round without a new block, with the reason: for example, that the node is catching up or does not
	// answer. May be nil.
	Waiting func(reason string)
}

func (o FollowOptions) fillDefaults(conn *Conn) FollowOptions {
	if o.Poll <= 0 {
		o.Poll = 200 * time.Millisecond
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Stall <= 0 {
		o.Stall = 30 * time.Second
	}
	if o.Stale <= 0 {
		o.Stale = min(staleOf(conn), o.Stall/4)
	}
	if o.Waiting == nil {
		o.Waiting = func(string) {}
	}
	return o
}

// Follow calls fn for every height from `from` on, once each and in order, past heights included, until fn returns an error or the
// context ends. from = 0 means the next height. It waits for a node that is catching up. It leaves a node that hangs or shows no new
// block. A node that is behind never makes it repeat a height. It fails with ErrStalled if no new block comes for Stall.
func Follow(ctx context.Context, conn *Conn, from int64, opts FollowOptions, fn func(context.Context, Block) error) error {
	opts = opts.fillDefaults(conn)
	f := &follower{conn: conn, opts: opts, next: from, seen: time.Now(), vigil: newVigil(conn, opts.Stale)}
	ticker := time.NewTicker(opts.Poll)
	defer ticker.Stop()
	for {
		if err := f.followRound(ctx, fn); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

type follower struct {
	conn    *Conn
	opts    FollowOptions
	vigil   *vigil
	next    int64     // the next height for fn
	latest  int64     // the highest height seen on any node
	seen    time.Time // when fn last got a block
	checked time.Time // when the node was last asked whether it catches up
}

// followRound passes all new blocks to fn. It returns only errors after which Follow must end.
func (f *follower) followRound(ctx context.Context, fn func(context.Context, Block) error) error {
	height, err := f.readHeight(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return f.noteIdle(fmt.Sprintf("no answer: %v", err))
	}
	if height <= f.latest {
		return f.noteIdle("no new block")
	}
	if f.catchingUp(ctx) {
		return f.noteIdle("the node is catching up with the chain")
	}
	f.latest = height
	if f.next == 0 {
		f.next = height + 1
		f.noteProgress()
	}
	for f.next <= height {
		block, err := f.readBlock(ctx, f.next)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			// The next round tries again, because latest is set back.
			f.latest = f.next - 1
			return f.noteIdle(fmt.Sprintf("block %d: %v", f.next, err))
		}
		if err := fn(ctx, block); err != nil {
			return err
		}
		f.next++
		f.noteProgress()
	}
	return nil
}

// noteProgress notes that fn got a block. A node that only reports a new height, and does not serve its block, makes no progress.
func (f *follower) noteProgress() {
	f.seen = time.Now()
	f.vigil.noteFresh()
}

func (f *follower) readHeight(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, f.opts.Timeout)
	defer cancel()
	height, _, err := f.conn.Height(ctx)
	return height, err
}

func (f *follower) readBlock(ctx context.Context, height int64) (Block, error) {
	ctx, cancel := context.WithTimeout(ctx, f.opts.Timeout)
	defer cancel()
	return ReadBlock(ctx, f.conn, height)
}

// noteIdle notes a round without a new block. It returns ErrStalled after Stall.
func (f *follower) noteIdle(reason string) error {
	f.opts.Waiting(reason)
	f.vigil.noteIdle()
	if quiet := time.Since(f.seen); quiet >= f.opts.Stall {
		return fmt.Errorf("%w for %s at height %d: %s", ErrStalled, quiet.Round(time.Second), f.latest, reason)
	}
	return nil
}

// catchingUp says whether the node still synchronises: it would then show old heights in quick succession. Once the node has said that
// it does not, it is not asked again for ten seconds.
func (f *follower) catchingUp(ctx context.Context) bool {
	if time.Since(f.checked) < 10*time.Second {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, f.opts.Timeout)
	defer cancel()
	res, err := f.conn.Comet().GetSyncing(ctx, &cmtv1.GetSyncingRequest{})
	if err != nil {
		return false // some nodes do not serve this query
	}
	if !res.Syncing {
		f.checked = time.Now()
	}
	return res.Syncing
}

// vigil leaves a node that answers but shows no new block for the time stale. Its caller reports each round as fresh or idle.
type vigil struct {
	conn  *Conn
	stale time.Duration
	at    int       // the endpoint in use
	since time.Time // when the endpoint came into use, or last showed a new block
}

func newVigil(conn *Conn, stale time.Duration) *vigil {
	return &vigil{conn: conn, stale: stale, at: conn.firstNode(), since: time.Now()}
}

// staleOf returns the default of how long a node may show no new block.
func staleOf(conn *Conn) time.Duration { return max(5*time.Second, conn.Patience()) }

// noteFresh notes that the node has shown a new block.
func (v *vigil) noteFresh() { v.at, v.since = v.conn.firstNode(), time.Now() }

// noteIdle notes that the node has shown no new block, and leaves it after the time stale. If a call has already left the node, the
// time starts anew for the next one.
func (v *vigil) noteIdle() {
	at := v.conn.firstNode()
	if at == v.at && time.Since(v.since) < v.stale {
		return
	}
	if at == v.at {
		v.conn.rotateFrom(at, fmt.Errorf("%w for %s", ErrStalled, time.Since(v.since).Round(100*time.Millisecond)))
	}
	v.noteFresh()
}

// ReadBlock reads the events of a height that exists. The block is Missed if the node no longer has them.
func ReadBlock(ctx context.Context, conn *Conn, height int64) (Block, error) {
	res, err := conn.Comet().GetBlockResults(ctx, &cmtv1.GetBlockResultsRequest{Height: height})
	if err != nil {
		if code := status.Code(err); code == codes.Unavailable || code == codes.DeadlineExceeded {
			return Block{}, err
		}
		if height <= earliestKept(ctx, conn) {
			return Block{Height: height, Missed: true}, nil
		}
		return Block{}, err
	}
	block := Block{Height: height}
	for _, tx := range res.TxsResults {
		if tx.Code != 0 {
			continue
		}
		block.Events = appendEvents(block.Events, tx.Events)
	}
	block.Events = appendEvents(block.Events, res.FinalizeBlockEvents)
	return block, nil
}

// earliestKept returns a height some blocks behind the latest one. If a read fails at this height or below, the node has pruned the
// block; above it, the read may have raced with a new block.
func earliestKept(ctx context.Context, conn *Conn) int64 {
	height, _, err := conn.Height(ctx)
	if err != nil {
		return 0
	}
	return height - 5
}

// appendEvents converts events to the type that the SDK's parser takes, and appends them.
func appendEvents(out []abci.Event, events []*eventv1.Event) []abci.Event {
	for _, e := range events {
		attributes := make([]abci.EventAttribute, len(e.Attributes))
		for i, a := range e.Attributes {
			attributes[i] = abci.EventAttribute{Key: a.Key, Value: a.Value, Index: a.Index}
		}
		out = append(out, abci.Event{Type: e.Type_, Attributes: attributes})
	}
	return out
}
