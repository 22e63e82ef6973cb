package client

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/credence-chain/credence/internal/backoff"
)

// DefaultStall is how long the chain may make no blocks, or no node may answer, before a waiting caller gives up.
const DefaultStall = 10 * time.Minute

// Times of a pulse.
const (
	// noticeAfter is how long the chain may be quiet before the observer is told: some chains have blocks of several seconds.
	noticeAfter = 8 * time.Second
	// countEvery is how often the observer is told while the chain is quiet.
	countEvery = time.Second
	// askAgain is the mean pause before a call that no node answered is repeated.
	askAgain = 300 * time.Millisecond
)

// Four types of this package deal with a chain that makes no progress:
//   - pulse tells the user that the chain is quiet, and decides when to give up;
//   - vigil (follow.go) leaves a node that shows no new block for another one;
//   - lookout (sender.go) is the sender's Observer: it makes one watch for each transaction;
//   - watch (sender.go) passes the blocks that are seen while one transaction is awaited on to a vigil and a pulse.

// pulse waits for the chain on behalf of a caller who watches. While the chain is quiet it tells the observer each second for how
// long, and tells it when blocks come again. It gives up after stall. Nodes may restart meanwhile. A nil pulse ignores notes.
type pulse struct {
	tell   Observer      // called under mu, perhaps while another goroutine calls the same observer
	stall  time.Duration // how long the chain may be quiet before the pulse gives up
	notice time.Duration // how long the chain may be quiet before the observer is told

	mu      sync.Mutex
	request string
	deal    string
	height  int64     // the latest height that was processed
	seen    time.Time // when that was
	told    time.Time // when the observer was last told of the quiet; zero if the chain is not quiet
	reason  string    // why the chain is quiet, if that is known
}

// serialObserver returns an observer that passes on one event at a time.
func serialObserver(tell Observer) Observer {
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		tell.tellEvent(e)
	}
}

// newPulse makes a pulse whose quiet time begins now. A stall or notice of 0 means the default.
func newPulse(tell Observer, stall, notice time.Duration) *pulse {
	if stall <= 0 {
		stall = DefaultStall
	}
	if notice <= 0 {
		notice = min(noticeAfter, stall/2)
	}
	return &pulse{tell: tell, stall: stall, notice: notice, seen: time.Now()}
}

// setAbout sets the ids of the request and the deal that every event of the pulse carries.
func (p *pulse) setAbout(request, deal string) {
	if p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.request, p.deal = request, deal
	}
}

// noteBlock notes that a block has been processed, and tells the observer if the chain was quiet before.
func (p *pulse) noteBlock(height int64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if height <= p.height {
		return
	}
	quiet := time.Since(p.seen)
	p.height, p.seen, p.reason = height, time.Now(), ""
	if !p.told.IsZero() {
		p.told = time.Time{}
		p.tell.tellEvent(Event{
			Kind: EventResumed, Height: height, Request: p.request, Deal: p.deal, Waited: secondsOf(quiet),
			Text: fmt.Sprintf("the chain goes on at height %d, after %s", height, quiet.Round(time.Second)),
		})
	}
}

// noteAfter notes a block if err, the error of processing it, is nil or errDone, and returns err. A block with errDone counts too: an
// observer that was told of the quiet must hear that the chain goes on.
func (p *pulse) noteAfter(height int64, err error) error {
	if err == nil || errors.Is(err, errDone) {
		p.noteBlock(height)
	}
	return err
}

// noteIdle notes that no block came, and why. If the chain has been quiet for stall, it returns an error that wraps ErrStalled.
func (p *pulse) noteIdle(reason string) error {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	reason = WithoutRPC(reason)
	p.reason = reason
	quiet := time.Since(p.seen)
	if quiet >= p.stall {
		return fmt.Errorf("%w for %s%s: %s", ErrStalled, quiet.Round(time.Second), p.sinceText(), reason)
	}
	p.tellCount(quiet)
	return nil
}

// tellCount tells the observer how long the chain has been quiet, if it is time to. The caller holds mu.
func (p *pulse) tellCount(quiet time.Duration) {
	if quiet < p.notice || time.Since(p.told) < p.countInterval() {
		return
	}
	p.told = time.Now()
	reason := p.reason
	if reason == "" {
		reason = "no answer yet"
	}
	p.tell.tellEvent(Event{
		Kind: EventStalled, Height: p.height, Request: p.request, Deal: p.deal, Waited: secondsOf(quiet),
		Text: fmt.Sprintf("waiting for the chain for %s%s (%s)", quiet.Round(time.Second), p.sinceText(), reason),
	})
}

func (p *pulse) countInterval() time.Duration { return min(countEvery, p.notice) }

// startCounting tells the observer of the quiet from a goroutine of its own, because a call to a node may hang, until stop is called.
func (p *pulse) startCounting() (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(p.countInterval())
		defer ticker.Stop()
		for {
			select {
			case <-end:
				return
			case <-ticker.C:
				p.mu.Lock()
				p.tellCount(time.Since(p.seen))
				p.mu.Unlock()
			}
		}
	}()
	return func() { close(end); <-ended }
}

// sinceText returns " since height N", or "" before the first block.
func (p *pulse) sinceText() string {
	if p.height == 0 {
		return ""
	}
	return fmt.Sprintf(" since height %d", p.height)
}

// timeLeft returns how much of stall is left for the next block.
func (p *pulse) timeLeft() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(time.Millisecond, p.stall-time.Since(p.seen))
}

func secondsOf(d time.Duration) uint64 { return uint64(max(0, d.Round(time.Second).Seconds())) }

// insistOn calls ask until it succeeds, fails with an error that does not pass, or the pulse gives up.
func (p *pulse) insistOn(ctx context.Context, ask func(context.Context) error) error {
	defer p.startCounting()()
	pauses := backoff.Steady(askAgain)
	for {
		err := ask(ctx)
		if err == nil || ctx.Err() != nil || !isPassing(err) {
			return err
		}
		if err := p.noteIdle("no answer: " + err.Error()); err != nil {
			return err
		}
		if err := pauses.Wait(ctx); err != nil {
			return err
		}
	}
}

// errDone ends followState without an error.
var errDone = errors.New("all tasks ended")

// followState calls read for the state at the latest height, and then block for every later block. It returns nil once one of the two
// returns errDone. After an error that passes it begins anew by reading the state, which makes up for missed blocks.
func (p *pulse) followState(ctx context.Context, conn *Conn, read func(ctx context.Context, height int64) error, block func(context.Context, Block) error) error {
	err := p.insistOn(ctx, func(ctx context.Context) error {
		height, _, err := conn.Height(ctx)
		if err != nil {
			return err
		}
		if err := p.noteAfter(height, read(ctx, height)); err != nil {
			return err
		}
		// The error of noteIdle is ignored: Follow gives up by itself after Stall.
		opts := FollowOptions{Stall: p.timeLeft(), Waiting: func(reason string) { _ = p.noteIdle(reason) }}
		return Follow(ctx, conn, height+1, opts, func(ctx context.Context, b Block) error {
			return p.noteAfter(b.Height, block(ctx, b))
		})
	})
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// isNodesAbsence says whether an error means that no node serves, whatever the call.
func isNodesAbsence(err error) bool { return isNodesFault(err) || errors.Is(err, ErrNoEndpoint) }

// isPassing says whether repeating a read of something that the chain has may help: no node served, or one that is behind did.
func isPassing(err error) bool {
	return isNodesAbsence(err) || status.Code(err) == codes.NotFound || Refused(err) != nil
}

// unfinishedError wraps an error that ended watching before the tasks ended. An *Error is returned unchanged.
func unfinishedError(err error, request, deal, done string) error {
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	e := &Error{Code: CodeUnfinished, Request: request, Deal: deal, Err: err, What: "stopped watching before the end: " + err.Error()}
	if errors.Is(err, ErrStalled) {
		e.What = "the chain stands still, or no node answers: " + err.Error()
	}
	if done != "" {
		e.What += "; " + done
	}
	return e
}

// rpcWords matches the words for programs that gRPC puts before an error's text, once for each program that the error has passed.
var rpcWords = regexp.MustCompile(`rpc error: code = \w+ desc = `)

// WithoutRPC removes from an error's text the words that gRPC adds for programs.
func WithoutRPC(text string) string { return rpcWords.ReplaceAllString(text, "") }
