package stream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/client"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// source is a chain in memory.
type source struct {
	mu      sync.Mutex
	height  int64
	blocks  map[int64]client.Block
	reads   map[int64]int
	asked   int
	broken  int // how many of the first reads fail
	deals   map[string]string
	request map[string]string
}

func newSource() *source {
	return &source{blocks: map[int64]client.Block{}, reads: map[int64]int{}, deals: map[string]string{}, request: map[string]string{}}
}

func (s *source) add(t require.TestingT, messages ...proto.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.height++
	b := client.Block{Height: s.height}
	// Events of SDK modules are neither handed out nor counted.
	b.Events = append(b.Events, abci.Event{Type: "transfer"})
	for _, m := range messages {
		e, err := sdk.TypedEventToEvent(m)
		require.NoError(t, err)
		event := abci.Event(e)
		event.Attributes = append(event.Attributes, abci.EventAttribute{Key: "mode", Value: "EndBlock"})
		b.Events = append(b.Events, event)
	}
	s.blocks[s.height] = b
}

func (s *source) Height(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.height, nil
}

func (s *source) Block(_ context.Context, height int64) (client.Block, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads[height]++
	if s.broken > 0 {
		s.broken--
		return client.Block{}, errors.New("the node restarts")
	}
	return s.blocks[height], nil
}

func (s *source) DealOf(_ context.Context, task string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return s.deals[task], nil
}

func (s *source) RequestOf(_ context.Context, deal string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return s.request[deal], nil
}

// running returns a feed that follows its source until the test ends.
func running(t *testing.T, s *source, limits Limits) *Feed {
	t.Helper()
	f := New(s, limits)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = f.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	require.NoError(t, f.Await(ctx, s.height))
	return f
}

var errEnough = errors.New("enough")

// collect streams until the height and returns the events as "HEIGHT.INDEX TYPE".
func collect(f *Feed, filter Filter, from Place, until int64) (out []string, last Place, err error) {
	err = f.Stream(context.Background(), "me", filter, from, func(b Block) error {
		for _, e := range b.Events {
			out = append(out, fmt.Sprintf("%d.%d %s", b.Height, e.Index, e.Type))
			last = Place{b.Height, e.Index + 1}
		}
		if b.Height >= until {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, last, err
}

func TestEventsOfOneRequest(t *testing.T) {
	s := newSource()
	s.add(t, &markettypes.EventRequest{Id: "r1", What: "queued"}, &markettypes.EventRequest{Id: "r2", What: "queued"})
	s.add(t, &dealstypes.EventDeal{Id: "d1", Request: "r1"}, &dealstypes.EventDeal{Id: "d2", Request: "r2"})
	s.add(t, &taskstypes.EventPhase{Task: "t1", Deal: "d1", Phase: taskstypes.PHASE_OPEN}, &taskstypes.EventPhase{Task: "t2", Deal: "d2", Phase: taskstypes.PHASE_OPEN})
	s.add(t, &taskstypes.EventCommitted{Task: "t2", Who: "w"}, &taskstypes.EventCommitted{Task: "t1", Who: "w"})
	f := running(t, s, Limits{})
	want := []string{
		"1.0 credence.market.v1.EventRequest", "2.0 credence.deals.v1.EventDeal", "3.0 credence.tasks.v1.EventPhase", "4.1 credence.tasks.v1.EventCommitted",
	}
	got, _, err := collect(f, Filter{Request: "r1"}, Place{Height: 1}, 4)
	require.NoError(t, err)
	require.Equal(t, want, got)
	got, _, err = collect(f, Filter{Deal: "d1"}, Place{Height: 1}, 4)
	require.NoError(t, err)
	require.Equal(t, want[1:], got)
	got, _, err = collect(f, Filter{Task: "t1"}, Place{Height: 1}, 4)
	require.NoError(t, err)
	require.Equal(t, want[2:], got)
	require.Zero(t, s.asked, "events named all of it")
	for height, n := range s.reads {
		require.Equal(t, 1, n, "block %d is read once for all readers", height)
	}
}

// TestEventsOfOneOrder: a reader of an order gets what happened to it and nothing else. A request has an id of its own, also where it is pruned.
func TestEventsOfOneOrder(t *testing.T) {
	s := newSource()
	s.add(t, &markettypes.EventOrderPlaced{Record: markettypes.OrderRecord{Id: "o1"}}, &markettypes.EventOrderPlaced{Record: markettypes.OrderRecord{Id: "o2"}})
	s.add(t, &markettypes.EventOrderRested{Id: "o2"}, &markettypes.EventOrderRested{Id: "o1"})
	s.add(t, &dealstypes.EventDeal{Id: "d1", Request: "r1"}, &markettypes.EventOrderFilled{Id: "o1", Deal: "d1"}, &markettypes.EventOrderFilled{Id: "o2", Deal: "d1"})
	s.add(t, &markettypes.EventOrderReleased{Id: "o1", Deal: "d1"}, &markettypes.EventRequest{Id: "o1", What: "queued"})
	s.add(t, &markettypes.EventOrderClosed{Id: "o1"}, &markettypes.EventOrderClosed{Id: "o2"})
	s.add(t, &markettypes.EventOrderPruned{Id: "o1", Kind: markettypes.ORDER_KIND_POOL}, &markettypes.EventOrderPruned{Id: "r1", Kind: markettypes.ORDER_KIND_REQUEST})
	f := running(t, s, Limits{})
	got, _, err := collect(f, Filter{Order: "o1"}, Place{Height: 1}, 6)
	require.NoError(t, err)
	const market = "credence.market.v1.EventOrder"
	require.Equal(t, []string{"1.0 " + market + "Placed", "2.1 " + market + "Rested", "3.1 " + market + "Filled", "4.0 " + market + "Released", "5.0 " + market + "Closed", "6.0 " + market + "Pruned"}, got)
	got, _, err = collect(f, Filter{Request: "r1"}, Place{Height: 6}, 1)
	require.NoError(t, err)
	require.Equal(t, []string{"6.1 " + market + "Pruned"}, got)
	// What an order met belongs to the deal, and so to the request.
	got, _, err = collect(f, Filter{Request: "r1"}, Place{Height: 3}, 3)
	require.NoError(t, err)
	require.Equal(t, []string{"3.0 credence.deals.v1.EventDeal", "3.1 " + market + "Filled", "3.2 " + market + "Filled"}, got)
}

// Tasks that began before the feed started are looked up in the state, once.
func TestOlderTasksAreLookedUp(t *testing.T) {
	s := newSource()
	s.deals["t1"], s.request["d1"] = "d1", "r1"
	s.add(t, &taskstypes.EventCommitted{Task: "t1", Who: "w"}, &taskstypes.EventCommitted{Task: "t1", Who: "v"})
	f := running(t, s, Limits{})
	got, _, err := collect(f, Filter{Request: "r1"}, Place{Height: 1}, 1)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, 2, s.asked)
}

// A stream may break anywhere. Resuming it from the last named place gives every event once.
func TestResumeLosesAndRepeatsNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newSource()
		blocks := rapid.IntRange(1, 6).Draw(rt, "blocks")
		for range blocks {
			var events []proto.Message
			for i := range rapid.IntRange(0, 4).Draw(rt, "events") {
				events = append(events, &taskstypes.EventPhase{Task: fmt.Sprint("t", i%2), Deal: "d", Phase: taskstypes.PHASE_OPEN})
			}
			s.add(rt, events...)
		}
		f := New(s, Limits{})
		f.Raise(s.height)
		filter := Filter{Task: rapid.SampledFrom([]string{"", "t0", "t1"}).Draw(rt, "task")}
		if filter.Task == "" {
			filter.Deal = "d"
		}
		whole, _, err := collect(f, filter, Place{Height: 1}, s.height)
		require.NoError(rt, err)
		var parts []string
		at := Place{Height: 1}
		for {
			n, left := rapid.IntRange(1, 3).Draw(rt, "breaks after"), 0
			err := f.Stream(context.Background(), "me", filter, at, func(b Block) error {
				for _, e := range b.Events {
					parts = append(parts, fmt.Sprintf("%d.%d %s", b.Height, e.Index, e.Type))
					at = Place{b.Height, e.Index + 1}
					if left++; left == n {
						return errEnough
					}
				}
				at = Place{Height: b.Height + 1}
				if b.Height >= s.height {
					return context.Canceled
				}
				return nil
			})
			if errors.Is(err, context.Canceled) {
				break
			}
			require.ErrorIs(rt, err, errEnough)
		}
		require.Equal(rt, whole, parts)
	})
}

func TestStreamWaitsForANodeThatRestarts(t *testing.T) {
	s := newSource()
	s.broken = 3
	s.add(t, &taskstypes.EventPhase{Task: "t", Deal: "d"})
	f := running(t, s, Limits{Poll: 1})
	got, _, err := collect(f, Filter{Task: "t"}, Place{Height: 1}, 1)
	require.NoError(t, err)
	require.Len(t, got, 1)
}

func TestLimitsOfStreams(t *testing.T) {
	s := newSource()
	for range 5 {
		s.add(t)
	}
	f := running(t, s, Limits{Streams: 3, PerClient: 2, Replay: 3})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var open sync.WaitGroup
	started := make(chan struct{}, 3)
	for _, who := range []string{"a", "a", "b"} {
		open.Add(1)
		go func() {
			defer open.Done()
			_ = f.Stream(ctx, who, Filter{}, Place{Height: 5}, func(Block) error {
				started <- struct{}{}
				return nil
			})
		}()
		<-started
		if who == "a" {
			continue
		}
	}
	err := f.Stream(ctx, "c", Filter{}, Place{}, nil)
	require.ErrorIs(t, err, ErrFull)
	f.mu.Lock()
	f.limits.Streams = 10
	f.mu.Unlock()
	require.ErrorIs(t, f.Stream(ctx, "a", Filter{}, Place{}, nil), ErrFull)
	require.ErrorContains(t, f.Stream(ctx, "a", Filter{}, Place{}, nil), "this client's")
	require.ErrorIs(t, f.Stream(ctx, "c", Filter{}, Place{Height: 1}, nil), ErrTooOld)
	cancel()
	open.Wait()
	require.Zero(t, f.streams)
	require.Empty(t, f.clients, "who has left is forgotten")
}

func TestParsePlace(t *testing.T) {
	for text, want := range map[string]Place{"7.3": {7, 3}, "7": {7, 0}, "0.0": {}} {
		got, err := ParsePlace(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", ".", "-1", "1.-1", "1.99999999999", "a", "1.2.3"} {
		_, err := ParsePlace(text)
		require.Error(t, err, text)
	}
}
