package client

import (
	"context"
	"time"

	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// WatchOption changes how tasks are watched.
type WatchOption func(*watchOptions)

type watchOptions struct {
	stall   time.Duration
	sources []string
	words   LastWords
}

// WithStall sets how long the chain may make no blocks, or no node may answer, before watching ends with an *Error that wraps
// ErrStalled; 0 means DefaultStall. The tasks run on.
func WithStall(d time.Duration) WatchOption { return func(o *watchOptions) { o.stall = d } }

// WithSources names base URLs that may serve the manifest of a program that failed, in addition to the workers that agreed.
func WithSources(urls ...string) WatchOption { return func(o *watchOptions) { o.sources = urls } }

// WithLastWords sets the function that reads the stderr of a program that failed.
func WithLastWords(words LastWords) WatchOption { return func(o *watchOptions) { o.words = words } }

// newWatcherWith makes a watcher with options.
func newWatcherWith(conn *Conn, tell Observer, opts []WatchOption) *Watcher {
	var o watchOptions
	for _, set := range opts {
		set(&o)
	}
	tell = serialObserver(tell)
	w := newWatcher(conn, tell, newPulse(tell, o.stall, 0))
	w.sources, w.words = o.sources, o.words
	return w
}

// WatchDeal follows the tasks of a deal until all ended, and tells the observer of the same events as Run. It waits while the chain
// pauses and while nodes restart; see WithStall.
func WatchDeal(ctx context.Context, conn *Conn, deal string, tell Observer, opts ...WatchOption) error {
	w := newWatcherWith(conn, tell, opts)
	w.pulse.setAbout("", deal)
	if err := w.addID(ctx, deal); err != nil {
		return err
	}
	return w.watchAll(ctx)
}

// WatchRequest follows the tasks of all deals of a request: those that it has, and those made while it rests. It waits as WatchDeal
// does.
func WatchRequest(ctx context.Context, conn *Conn, request string, tell Observer, opts ...WatchOption) error {
	res, err := conn.Market().Request(ctx, &markettypes.QueryRequestRequest{Id: request})
	if err != nil {
		return err
	}
	w := newWatcherWith(conn, tell, opts)
	w.pulse.setAbout(request, "")
	w.tellDeals = true
	if err := w.followRequest(ctx, res.Request); err != nil {
		return err
	}
	return w.watchAll(ctx)
}

// WatchTask follows one task until it ends. It waits as WatchDeal does.
func WatchTask(ctx context.Context, conn *Conn, task string, tell Observer, opts ...WatchOption) error {
	res, err := conn.Tasks().Task(ctx, &taskstypes.QueryTaskRequest{Id: task})
	if err != nil {
		return err
	}
	w := newWatcherWith(conn, tell, opts)
	w.pulse.setAbout("", task)
	w.only = task
	if err := w.addDeal(ctx, res.Deal, 0); err != nil {
		return err
	}
	return w.watchAll(ctx)
}
