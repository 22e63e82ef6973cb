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
	// noticeAfter is how long the chain may be quiet before anybody is told. Blocks of some seconds are no news.
	noticeAfter = 8 * time.Second
	// countEvery returns how often the observer is told while it is quiet.
	countEvery = time.Second
	// askAgain is the mean pause before a question that no node answered is asked again.
	askAgain = 300 * time.Millisecond
)

// pulse waits for a chain on behalf of somebody who watches: it tells the observer when the chain is quiet, a count each
// second, and when it goes on, and gives up after a while. It lives through the restart of nodes. A nil pulse tells nobody.
type pulse struct {
	tell   Observer      // may be told while another goroutine tells it something else
	stall  time.Duration // when to give up
	notice time.Duration // when to tell

	mu      sync.Mutex
	request string
	deal    string
	height  int64     // the latest that was dealt with
	seen    time.Time // when it was
	told    time.Time // when the observer was told of the quiet; zero while there is none to tell of
	reason  string    // why it is quiet, as far as was found out
}

// serialObserver makes an observer that is never told two things at once.
func serialObserver(tell Observer) Observer {
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		tell.tellEvent(e)
	}
}

// newPulse starts counting now. stall and notice have defaults for 0.
func newPulse(tell Observer, stall, notice time.Duration) *pulse {
	if stall <= 0 {
		stall = DefaultStall
	}
	if notice <= 0 {
		notice = min(noticeAfter, stall/2)
	}
	return &pulse{tell: tell, stall: stall, notice: notice, seen: time.Now()}
}

// setAbout says what is waited for; it is told with every event.
func (p *pulse) setAbout(request, deal string) {
	if p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.request, p.deal = request, deal
	}
}

// noteBlock says that a block was dealt with.
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

// noteAfter says that a block was dealt with, if it was, and returns the error with which that ended. The block that ends all
// tasks counts: who was told that the chain is quiet hears that it went on.
func (p *pulse) noteAfter(height int64, err error) error {
	if err == nil || errors.Is(err, errDone) {
		p.noteBlock(height)
	}
	return err
}

// noteIdle says that nothing came, and why. Its error, which wraps ErrStalled, says to give up.
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

// tellCount tells how long the chain has been quiet, if it is time to.
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

// startCounting counts on while a node that hangs is asked, until stop is called.
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

// sinceText names the latest height, once there is one.
func (p *pulse) sinceText() string {
	if p.height == 0 {
		return ""
	}
	return fmt.Sprintf(" since height %d", p.height)
}

// timeLeft is how long is still to be waited for the next block.
func (p *pulse) timeLeft() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(time.Millisecond, p.stall-time.Since(p.seen))
}

func secondsOf(d time.Duration) uint64 { return uint64(max(0, d.Round(time.Second).Seconds())) }

// insistOn asks until there is an answer.
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

// errDone ends following.
var errDone = errors.New("all tasks ended")

// followState reads the state, and then deals with every block, until one of the two returns errDone, for which it returns nil, or
// an error that does not pass. Whatever nodes did not answer is made good by reading the state anew.
func (p *pulse) followState(ctx context.Context, conn *Conn, read func(ctx context.Context, height int64) error, block func(context.Context, Block) error) error {
	err := p.insistOn(ctx, func(ctx context.Context) error {
		height, _, err := conn.Height(ctx)
		if err != nil {
			return err
		}
		if err := p.noteAfter(height, read(ctx, height)); err != nil {
			return err
		}
		// That it gives up is decided by Stall.
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

// isNodesAbsence says that it is the nodes that do not serve, whatever was asked.
func isNodesAbsence(err error) bool { return isNodesFault(err) || errors.Is(err, ErrNoEndpoint) }

// isPassing says that asking again for something that the chain is known to have may help: no node serves, or one that is
// behind does.
func isPassing(err error) bool {
	return isNodesAbsence(err) || status.Code(err) == codes.NotFound || Refused(err) != nil
}

// unfinishedError says that watching ended before what was watched did. An *Error says so itself.
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

// rpcWords is what gRPC puts before an error for programs, once for each program that it has passed.
var rpcWords = regexp.MustCompile(`rpc error: code = \w+ desc = `)

// WithoutRPC leaves out of an error's text what gRPC says in it to programs alone.
func WithoutRPC(text string) string { return rpcWords.ReplaceAllString(text, "") }
