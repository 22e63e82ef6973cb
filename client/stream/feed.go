package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/credence-chain/credence/client"
)

// Errors of a stream.
var (
	// ErrFull says that the node, or one client, has as many streams as it may.
	ErrFull = errors.New("too many streams")
	// ErrTooOld says that the place is further back than Limits.Replay allows.
	ErrTooOld = errors.New("too far back to replay")
)

// Source reads the chain from a node. Several goroutines may call it at once.
type Source interface {
	// Height returns the height of the latest block.
	Height(ctx context.Context) (int64, error)
	// Block returns the block of a height that exists. It is Missed if the node no longer has its events.
	Block(ctx context.Context, height int64) (client.Block, error)
	// DealOf returns the deal of a task, and RequestOf the request of a deal, by id; empty if there is none.
	DealOf(ctx context.Context, task string) (string, error)
	RequestOf(ctx context.Context, deal string) (string, error)
}

// Limits bound the cost of readers. A 0 means the default.
type Limits struct {
	// Streams is the most streams in all, 256 by default; PerClient the most for one client, 16 by default.
	Streams, PerClient int
	// Replay is how many blocks behind the latest a stream may begin; 20,000 by default.
	Replay int64
	// Keep is how many blocks stay in memory for further readers; 256 by default.
	Keep int
	// Reads is how many blocks are read from the node at a time, for all readers; 4 by default.
	Reads int
	// Poll is the interval between queries for the height; 250 ms by default.
	Poll time.Duration
}

func (l Limits) fillDefaults() Limits {
	set := func(n *int, to int) {
		if *n <= 0 {
			*n = to
		}
	}
	set(&l.Streams, 256)
	set(&l.PerClient, 16)
	set(&l.Keep, 256)
	set(&l.Reads, 4)
	if l.Replay <= 0 {
		l.Replay = 20_000
	}
	if l.Poll <= 0 {
		l.Poll = 250 * time.Millisecond
	}
	return l
}

// known is how many pairs of task and deal, and of deal and request, are remembered.
const known = 1 << 14

// Feed shares the blocks of a source among readers. It learns of new blocks from Run or from Raise.
type Feed struct {
	source   Source
	limits   Limits
	blocks   *lru.Cache[int64, *Block]
	deals    *lru.Cache[string, string] // by task
	requests *lru.Cache[string, string] // by deal
	reads    chan struct{}              // has one element for each read from the node that is under way

	mu      sync.Mutex
	tip     int64
	risen   chan struct{} // closed when the tip rises
	streams int
	clients map[string]int
}

// New makes a feed of a source.
func New(source Source, limits Limits) *Feed {
	l := limits.fillDefaults()
	f := &Feed{source: source, limits: l, reads: make(chan struct{}, l.Reads), risen: make(chan struct{}), clients: map[string]int{}}
	// New fails only for a size that is not positive.
	f.blocks, _ = lru.New[int64, *Block](l.Keep)
	f.deals, _ = lru.New[string, string](known)
	f.requests, _ = lru.New[string, string](known)
	return f
}

// Run follows the source's height until the context ends.
func (f *Feed) Run(ctx context.Context) error {
	ticker := time.NewTicker(f.limits.Poll)
	defer ticker.Stop()
	for {
		// If the source does not answer, the streams wait, and the next round asks it again.
		if height, err := f.source.Height(ctx); err == nil {
			f.Raise(height)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// Raise tells the feed that there is a block of this height. A node that calls Raise for each block needs no Run.
func (f *Feed) Raise(height int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if height > f.tip {
		f.tip = height
		close(f.risen)
		f.risen = make(chan struct{})
	}
}

// Tip returns the latest height that the feed has seen; 0 before the first.
func (f *Feed) Tip() int64 {
	tip, _ := f.currentState()
	return tip
}

// Await returns once the tip is at least height, or the context ends.
func (f *Feed) Await(ctx context.Context, height int64) error {
	for {
		tip, risen := f.currentState()
		if tip >= height {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-risen:
		}
	}
}

func (f *Feed) currentState() (int64, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tip, f.risen
}

// Block returns a block from memory or, if it is not there, from the node.
func (f *Feed) Block(ctx context.Context, height int64) (*Block, error) {
	if b, ok := f.blocks.Get(height); ok {
		return b, nil
	}
	select {
	case f.reads <- struct{}{}:
		defer func() { <-f.reads }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if b, ok := f.blocks.Get(height); ok {
		return b, nil // another reader has read it meanwhile
	}
	raw, err := f.source.Block(ctx, height)
	if err != nil {
		return nil, err
	}
	b := &Block{Height: height, Missed: raw.Missed}
	if !raw.Missed {
		b.Events = parseBlock(raw)
		if err := f.completeEvents(ctx, b.Events); err != nil {
			return nil, err
		}
	}
	f.blocks.Add(height, b)
	return b, nil
}

// completeEvents fills in the deals and requests that events do not name. First it remembers the ids that they do name, so that it asks
// the chain only about tasks and deals that are older than the feed.
func (f *Feed) completeEvents(ctx context.Context, events []Event) error {
	for _, e := range events {
		if e.Task != "" && e.Deal != "" {
			f.deals.Add(e.Task, e.Deal)
		}
		if e.Deal != "" && e.Request != "" {
			f.requests.Add(e.Deal, e.Request)
		}
	}
	for i := range events {
		e := &events[i]
		if err := lookUp(ctx, f.deals, e.Task, &e.Deal, f.source.DealOf); err != nil {
			return err
		}
		if err := lookUp(ctx, f.requests, e.Deal, &e.Request, f.source.RequestOf); err != nil {
			return err
		}
	}
	return nil
}

// lookUp sets *found to the record that belongs to an id, from memory or by ask, unless it is set already.
func lookUp(ctx context.Context, known *lru.Cache[string, string], id string, found *string, ask func(context.Context, string) (string, error)) error {
	if id == "" || *found != "" {
		return nil
	}
	if got, ok := known.Get(id); ok {
		*found = got
		return nil
	}
	got, err := ask(ctx, id)
	if err != nil {
		return err
	}
	if *found = got; got != "" {
		known.Add(id, got)
	}
	return nil
}

// Stream calls send for every block from a place on, once each and in order, with the events that the filter selects; most blocks have
// none. It returns an error that wraps ErrFull or ErrTooOld, the context's error, or that of send. who names the client for
// Limits.PerClient.
func (f *Feed) Stream(ctx context.Context, who string, filter Filter, from Place, send func(Block) error) error {
	if err := f.enterStream(who); err != nil {
		return err
	}
	defer f.leaveStream(who)
	if err := f.Await(ctx, 1); err != nil {
		return err
	}
	tip := f.Tip()
	height := from.Height
	if height == 0 {
		height, from.Index = tip+1, 0
	}
	if behind := tip - height; behind > f.limits.Replay {
		return fmt.Errorf("%w: height %d is %d blocks behind, expected at most %d: read the state, and begin with the next block", ErrTooOld, height, behind, f.limits.Replay)
	}
	for ; ; height++ {
		if err := f.Await(ctx, height); err != nil {
			return err
		}
		b, err := f.readPatiently(ctx, height)
		if err != nil {
			return err
		}
		out := Block{Height: height, Missed: b.Missed}
		for _, e := range b.Events {
			if filter.wantsEvent(e) && (height > from.Height || e.Index >= from.Index) {
				out.Events = append(out.Events, e)
			}
		}
		if err := send(out); err != nil {
			return err
		}
	}
}

// readPatiently reads a block, and tries again if that fails, until the context ends.
func (f *Feed) readPatiently(ctx context.Context, height int64) (*Block, error) {
	for {
		b, err := f.Block(ctx, height)
		if err == nil {
			return b, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(f.limits.Poll):
		}
	}
}

func (f *Feed) enterStream(who string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.streams >= f.limits.Streams:
		return fmt.Errorf("%w: %d are open, as many as this node serves: try again later, or ask another node", ErrFull, f.streams)
	case f.clients[who] >= f.limits.PerClient:
		return fmt.Errorf("%w: %d of them are this client's, as many as it may have: end one, or watch more in one stream", ErrFull, f.clients[who])
	}
	f.streams++
	f.clients[who]++
	return nil
}

func (f *Feed) leaveStream(who string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.streams--
	if f.clients[who]--; f.clients[who] == 0 {
		delete(f.clients, who)
	}
}
