package chain

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/client"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Options of a Source over a client's connection. The zero value is sensible.
type Options struct {
	// Poll is the pause between two queries for a new height; 0 means 200 ms.
	Poll time.Duration
	// Stale is how long a node may show no new block before the next one is used; 0 leaves it to the client.
	Stale time.Duration
	// Stall is how long Follow waits for a block before it fails; 0 means 30 s.
	Stall time.Duration
	// MaxLag is how many blocks an answer may be behind the highest one seen; 0 means 20.
	MaxLag int64
	// Timeout of one query; 0 means 10 s.
	Timeout time.Duration
	// Waiting is called with the reason while no block comes. It may be nil.
	Waiting func(reason string)
}

// NewSource returns the Source of one account over a connection. The connection fails over between its nodes by itself.
func NewSource(conn *client.Conn, who string, opts Options) Source {
	return newNode(conn.Tasks(), who, opts, func(ctx context.Context, from int64, fn func(context.Context, client.Block) error) error {
		return client.Follow(ctx, conn, from, client.FollowOptions{Poll: opts.Poll, Timeout: opts.Timeout, Stale: opts.Stale, Stall: opts.Stall, Waiting: opts.Waiting}, fn)
	})
}

type follow func(ctx context.Context, from int64, fn func(context.Context, client.Block) error) error

func newNode(tasks taskstypes.QueryClient, who string, opts Options, f follow) *node {
	if opts.MaxLag <= 0 {
		opts.MaxLag = 20
	}
	if opts.Timeout <= 0 {
		opts.Timeout = 10 * time.Second
	}
	return &node{tasks: tasks, who: who, opts: opts, follow: f}
}

type node struct {
	tasks   taskstypes.QueryClient
	who     string
	opts    Options
	follow  follow
	highest atomic.Int64
}

var _ Source = (*node)(nil)

func (n *node) noteHeight(height int64) {
	for old := n.highest.Load(); height > old && !n.highest.CompareAndSwap(old, height); old = n.highest.Load() {
	}
}

// The assignments of one query (pageSize) and the number of pages. Together they are more tasks than one worker is drawn for.
const (
	pageSize = 100
	maxPages = 100
)

// Assignments implements Source. Errors may wrap ErrStale. The height is that of the oldest page.
func (n *node) Assignments(ctx context.Context) (Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, n.opts.Timeout)
	defer cancel()
	var snap Snapshot
	page := &query.PageRequest{Limit: pageSize}
	for range maxPages {
		res, err := n.tasks.Assignments(ctx, &taskstypes.QueryAssignmentsRequest{Who: n.who, Pagination: page})
		if err != nil {
			return Snapshot{}, fmt.Errorf("assignments of %s: %w", n.who, err)
		}
		if snap.Height == 0 || res.Height < snap.Height {
			snap.Height = res.Height
		}
		for _, a := range res.Assignments {
			snap.Assignments = append(snap.Assignments, Assignment{Task: a.Task, Deal: a.Deal, Bench: a.Bench})
		}
		if res.Pagination == nil || len(res.Pagination.NextKey) == 0 {
			break
		}
		page = &query.PageRequest{Key: res.Pagination.NextKey, Limit: pageSize}
	}
	if highest := n.highest.Load(); snap.Height+n.opts.MaxLag < highest {
		return Snapshot{}, fmt.Errorf("%w: it answers with height %d, %d was seen", ErrStale, snap.Height, highest)
	}
	n.noteHeight(snap.Height)
	return snap, nil
}

// Task implements Source.
func (n *node) Task(ctx context.Context, id string) (Assignment, error) {
	ctx, cancel := context.WithTimeout(ctx, n.opts.Timeout)
	defer cancel()
	res, err := n.tasks.Task(ctx, &taskstypes.QueryTaskRequest{Id: id})
	if status.Code(err) == codes.NotFound {
		return Assignment{}, fmt.Errorf("%w: %s", ErrUnknownTask, id)
	}
	if err != nil {
		return Assignment{}, fmt.Errorf("task %s: %w", id, err)
	}
	return Assignment{Task: res.Task, Deal: res.Deal}, nil
}

// Follow implements Source. Errors may wrap client.ErrStalled.
func (n *node) Follow(ctx context.Context, from int64, fn func(context.Context, Tick) error) error {
	return n.follow(ctx, from, func(ctx context.Context, b client.Block) error {
		n.noteHeight(b.Height)
		t := Tick{Height: b.Height, Missed: b.Missed}
		for _, e := range client.Typed[*taskstypes.EventDrawn](b) {
			if e.Who == n.who {
				t.Drawn = append(t.Drawn, e.Task)
			}
		}
		for _, e := range client.Typed[*taskstypes.EventPhase](b) {
			t.Moved = append(t.Moved, e.Task)
		}
		for _, e := range client.Typed[*taskstypes.EventEnded](b) {
			t.Moved = append(t.Moved, e.Task)
		}
		for _, e := range client.Typed[*dealstypes.EventDeal](b) {
			t.Apps = append(t.Apps, e.App)
		}
		for _, list := range []*[]string{&t.Moved, &t.Apps} {
			slices.Sort(*list)
			*list = slices.Compact(*list)
		}
		return fn(ctx, t)
	})
}
