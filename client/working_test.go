package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// endpoints answers with the endpoint of each worker, by account.
type endpoints struct {
	*workerstypes.UnimplementedQueryServer
	of map[string]string
}

func (e endpoints) Worker(_ context.Context, req *workerstypes.QueryWorkerRequest) (*workerstypes.QueryWorkerResponse, error) {
	return &workerstypes.QueryWorkerResponse{Worker: workerstypes.Worker{Address: req.Address, Endpoint: e.of[req.Address]}}, nil
}

// sayings is what a worker serves about tasks.
type sayings struct {
	mu   sync.Mutex
	says map[string]any // by path
}

func (s *sayings) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	said, found := s.says[r.URL.Path]
	if !found {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(said)
}

// askedOf returns an inquiry among three workers, of which cred1c has no endpoint, and the channel of the events that it tells.
func askedOf(t *testing.T, amber, grove *sayings) (*inquiry, chan Event) {
	n := newFakeNode("credence-1")
	of := map[string]string{}
	for who, s := range map[string]*sayings{"cred1a": amber, "cred1b": grove} {
		server := httptest.NewServer(s)
		t.Cleanup(server.Close)
		of[who] = server.URL + "/"
	}
	n.services = func(s *grpc.Server) { workerstypes.RegisterQueryServer(s, endpoints{of: of}) }
	events := make(chan Event, 1000)
	q := newInquiry(dialFake(t, n), func(e Event) { events <- e })
	q.first = 20 * time.Millisecond
	return q, events
}

func drawnTask(id string, attempt uint32, orgs ...string) taskstypes.Task {
	t := taskstypes.Task{Id: id, Index: 7, Attempt: attempt}
	for _, org := range orgs {
		t.Seats = append(t.Seats, taskstypes.Seat{Who: "cred1" + org[:1], Organisation: org, State: taskstypes.SEAT_STATE_DRAWN})
	}
	return t
}

// TestWorkersAreAsked: while workers have not locked an answer, the observer hears what they say, and no more than they may say. A worker
// that says nothing, or speaks of something else, is left out.
func TestWorkersAreAsked(t *testing.T) {
	id := strings.Repeat("ab", 32)
	running := result.Progress{Task: id, Attempt: 2, Stage: result.StageRunning, Seconds: 75}
	amber, grove := &sayings{says: map[string]any{result.ProgressPath + id: running}}, &sayings{says: map[string]any{}}
	q, events := askedOf(t, amber, grove)
	q.noteTask(drawnTask(id, 2, "amber", "brook", "cedar"))
	stop := q.start(within(t))
	defer stop()
	e := <-events
	require.Equal(t, Event{
		Kind: EventWorking, Task: id, Index: 7, Attempt: 2, Text: "amber says: running for 1m15s",
		Working: []Working{{Organisation: "amber", Who: "cred1a", Stage: "running", Seconds: 75}},
	}, e)

	for _, other := range []any{
		result.Progress{Task: strings.Repeat("cd", 32), Attempt: 2, Stage: result.StageRunning}, // another task
		result.Progress{Task: id, Attempt: 1, Stage: result.StageRunning},                       // an attempt that ended
		result.Progress{Task: id, Attempt: 2, Stage: "the answer is 42"},
		strings.Repeat("x", workBytes), "text",
	} {
		grove.mu.Lock()
		grove.says = map[string]any{result.ProgressPath + id: other}
		grove.mu.Unlock()
		_, err := q.askWorker(within(t), id, 2, taskstypes.Seat{Who: "cred1b", Organisation: "brook"})
		require.Error(t, err, other)
	}
	grove.mu.Lock()
	grove.says = map[string]any{result.ProgressPath + id: result.Progress{Task: id, Attempt: 2, Stage: result.StageCompiling, Seconds: 1 << 62}}
	grove.mu.Unlock()
	for len((<-events).Working) < 2 {
	}
	e = <-events
	require.True(t, strings.HasPrefix(e.Text, "amber says: running for 1m15s; brook says: compiling for "), e.Text)
	require.NotContains(t, e.Text, "-", "an absurd time stays a time")

	// Once amber has locked its answer, its word counts no more.
	locked := drawnTask(id, 2, "amber", "brook")
	locked.Seats[0].State = taskstypes.SEAT_STATE_COMMITTED
	q.noteTask(locked)
	for len(events) > 0 {
		<-events
	}
	e = <-events
	require.Len(t, e.Working, 1)
	require.Equal(t, "brook", e.Working[0].Organisation)
}

// TestQuestionsAboutWork: a task is asked about after a pause, at growing intervals, few at a time, and not once all have answered.
func TestQuestionsAboutWork(t *testing.T) {
	q := newInquiry(nil, nil)
	for i := range mostAsked + 3 {
		q.noteTask(drawnTask(strings.Repeat(string(rune('a'+i)), 64), 1, "amber"))
	}
	begin := time.Now()
	require.Empty(t, q.takeDue(begin), "most tasks end before anybody asks")
	require.Len(t, q.takeDue(begin.Add(askWorkFirst+time.Second)), mostAsked)
	require.Len(t, q.takeDue(begin.Add(askWorkFirst+time.Second)), 3, "the others come next")

	one := newInquiry(nil, nil)
	task := drawnTask(strings.Repeat("a", 64), 1, "amber")
	one.noteTask(task)
	asked := 0
	for s := range 3600 {
		now := begin.Add(time.Duration(s) * time.Second)
		one.noteTask(task) // the same state again changes nothing
		if len(one.takeDue(now)) > 0 {
			asked++
		}
	}
	require.InDelta(t, 64, asked, 4, "in an hour: every 15 seconds in the first minute, then up to a minute apart")

	again := drawnTask(task.Id, 2, "amber")
	one.noteTask(again)
	require.Empty(t, one.takeDue(time.Now()), "another attempt begins anew")
	again.Seats[0].State = taskstypes.SEAT_STATE_COMMITTED
	one.noteTask(again)
	require.Empty(t, one.takeDue(begin.Add(24*time.Hour)))
	require.Empty(t, one.open)
}
