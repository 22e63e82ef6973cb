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

// Block is what happened at one height. Events are hints: state is the truth.
type Block struct {
	// Height of the block.
	Height int64
	// Events of its transactions that succeeded, then those of its hooks.
	Events []abci.Event
	// Missed says that the node no longer keeps this height's events: state has to be read anew.
	Missed bool
}

// Typed reads the events of one type, such as EventEnded of a task: T is the pointer to the message.
func Typed[T proto.Message](b Block) []T {
	var zero T
	name := proto.MessageName(zero)
	var out []T
	for _, event := range b.Events {
		if event.Type != name {
			continue
		}
		// What doesn't parse was made by a newer chain; the caller reads state anyway.
		if parsed, err := sdk.ParseTypedEvent(WithoutMode(event)); err == nil {
			if typed, ok := parsed.(T); ok {
				out = append(out, typed)
			}
		}
	}
	return out
}

// WithoutMode drops the attribute that the SDK adds to events of block hooks, "BeginBlock" or "EndBlock": it isn't JSON,
// and the SDK's own parser fails on it.
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

// FollowOptions change how blocks are followed. The zero value is sensible.
type FollowOptions struct {
	// Poll is how often a new height is asked for; 0 means 200 ms.
	Poll time.Duration
	// Timeout of one question, to however many nodes; 0 means 10 s.
	Timeout time.Duration
	// Stale is how long a node may show no new block before the next one is asked; 0 means 5 s, or the connection's patience
	// when that is longer, and at most a fourth of Stall. It should be some blocks long: where the whole chain pauses, leaving
	// a node gains nothing.
	Stale time.Duration
	// Stall is how long no new block may be seen on any node before following fails; 0 means 30 s.
	Stall time.Duration
	// Waiting is told, in every round in which no block came, why: such as a node that catches up or can't be reached. May be
	// nil.
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

// Follow calls fn for every height from the given one on, each once and in order, replaying what passed meanwhile, until
// fn or the context ends it. from = 0 means the next height. A node that catches up is waited for; one that hangs, or stands
// still, is left for the next, and one that is behind never makes it go back. When no new block comes for Stall it fails with
// ErrStalled.
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
	next    int64     // the height to be handed out
	latest  int64     // the highest seen on any node
	seen    time.Time // when the latest was handed out
	checked time.Time // when the node was last asked whether it catches up
}

// followRound hands out what is there. Only trouble that doesn't pass is an error.
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
			// The next round tries again; latest is taken back so that it does.
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

// noteProgress says that a block was handed out: a node that only names heights shows nothing.
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

// noteIdle counts a round in which nothing came.
func (f *follower) noteIdle(reason string) error {
	f.opts.Waiting(reason)
	f.vigil.noteIdle()
	if quiet := time.Since(f.seen); quiet >= f.opts.Stall {
		return fmt.Errorf("%w for %s at height %d: %s", ErrStalled, quiet.Round(time.Second), f.latest, reason)
	}
	return nil
}

// catchingUp asks at most every ten seconds: a node that synchronises shows old heights in quick succession.
func (f *follower) catchingUp(ctx context.Context) bool {
	if time.Since(f.checked) < 10*time.Second {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, f.opts.Timeout)
	defer cancel()
	res, err := f.conn.Comet().GetSyncing(ctx, &cmtv1.GetSyncingRequest{})
	if err != nil {
		return false // some nodes don't serve it; heights tell the rest
	}
	if !res.Syncing {
		f.checked = time.Now()
	}
	return res.Syncing
}

// vigil leaves a node that answers and stands still.
type vigil struct {
	conn  *Conn
	stale time.Duration
	at    int       // the endpoint in use
	since time.Time // when it was first asked, or last showed something new
}

func newVigil(conn *Conn, stale time.Duration) *vigil {
	return &vigil{conn: conn, stale: stale, at: conn.firstNode(), since: time.Now()}
}

// staleOf is how long a node may stand still where nothing else is said.
func staleOf(conn *Conn) time.Duration { return max(5*time.Second, conn.Patience()) }

// noteFresh says that the node has shown something new.
func (v *vigil) noteFresh() { v.at, v.since = v.conn.firstNode(), time.Now() }

// noteIdle says that it has not. A node that is new in use, because a call left the one before it, has its own time to show.
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

// ReadBlock reads what happened at a height that there is. Missed when the node no longer keeps it.
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

// earliestKept is a height whose successors the node still holds: it is far enough behind that a failing read means
// pruning and not a race with the newest block.
func earliestKept(ctx context.Context, conn *Conn) int64 {
	height, _, err := conn.Height(ctx)
	if err != nil {
		return 0
	}
	return height - 5
}

// appendEvents adds events as the SDK's parser takes them.
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
