package client

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// Working is what one worker says that it does for a task. Nothing proves it.
type Working struct {
	Organisation string `json:"organisation"`
	Who          string `json:"who"`
	// Stage is "waiting" (for a free slot), "fetching", "compiling" or "running". Seconds since it began.
	Stage   string `json:"stage"`
	Seconds uint64 `json:"seconds"`
}

// Text says what the worker does, as its own words.
func (w Working) Text() string {
	return fmt.Sprintf("%s says: %s for %s", w.Organisation, w.Stage, time.Duration(min(w.Seconds, mostSeconds))*time.Second)
}

// mostSeconds bounds what a worker may say, so that it stays a time.
const mostSeconds = 1 << 31

// Times and bounds of asking the workers of tasks what they do.
const (
	askWorkFirst = 15 * time.Second // the least time without news of a task before its workers are asked
	askWorkMost  = time.Minute      // the longest time between two questions about a task
	workTimeout  = 3 * time.Second  // bounds the wait for one worker
	workBytes    = 4 << 10          // bounds the answer of one worker
	mostAsked    = 8                // tasks about which is asked at a time
)

// inquiry asks the workers that were drawn for tasks, and have not locked an answer, what they do. The chain is silent about a task in that
// time, which may be long. Each task is asked about after askWorkFirst, and then at growing intervals up to askWorkMost.
type inquiry struct {
	conn  *Conn
	tell  Observer
	first time.Duration

	mu        sync.Mutex
	open      map[string]*openTask
	endpoints map[string]string // by account
}

// openTask is a task that waits for answers.
type openTask struct {
	index   uint64
	attempt uint32
	seats   []taskstypes.Seat // that have not locked an answer
	since   time.Time         // when it was first seen so
	due     time.Time         // when its workers are asked next
}

func newInquiry(conn *Conn, tell Observer) *inquiry {
	return &inquiry{conn: conn, tell: tell, first: askWorkFirst, open: map[string]*openTask{}, endpoints: map[string]string{}}
}

// noteTask takes in the latest state of a task.
func (q *inquiry) noteTask(t taskstypes.Task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	seats := slices.DeleteFunc(slices.Clone(t.Seats), func(s taskstypes.Seat) bool { return s.State != taskstypes.SEAT_STATE_DRAWN })
	if t.Ended() || len(seats) == 0 {
		delete(q.open, t.Id)
		return
	}
	o := q.open[t.Id]
	if o == nil || o.attempt != t.Attempt {
		now := time.Now()
		o = &openTask{index: t.Index, attempt: t.Attempt, since: now, due: now.Add(q.first)}
		q.open[t.Id] = o
	}
	o.seats = seats
}

// start asks until stop is called, which waits for the last answer.
func (q *inquiry) start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(q.first / 5)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				q.askRound(ctx)
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// askRound asks about the tasks that are due, the longest due first.
func (q *inquiry) askRound(ctx context.Context) {
	var group sync.WaitGroup
	for id, t := range q.takeDue(time.Now()) {
		group.Add(1)
		go func() {
			defer group.Done()
			q.askTask(ctx, id, t)
		}()
	}
	group.Wait()
}

// takeDue returns copies of the tasks that are due, mostAsked at most, and sets when each is due again.
func (q *inquiry) takeDue(now time.Time) map[string]openTask {
	q.mu.Lock()
	defer q.mu.Unlock()
	ids := slices.DeleteFunc(slices.Sorted(maps.Keys(q.open)), func(id string) bool { return now.Before(q.open[id].due) })
	slices.SortStableFunc(ids, func(x, y string) int { return q.open[x].due.Compare(q.open[y].due) })
	due := map[string]openTask{}
	for _, id := range ids[:min(len(ids), mostAsked)] {
		t := q.open[id]
		due[id] = *t
		t.due = now.Add(min(max(now.Sub(t.since)/4, q.first), askWorkMost))
	}
	return due
}

// askTask asks the workers of a task, and tells the observer what they say. A worker that does not answer is left out.
func (q *inquiry) askTask(ctx context.Context, id string, t openTask) {
	var all []Working
	for _, s := range t.seats {
		if w, err := q.askWorker(ctx, id, t.attempt, s); err == nil {
			all = append(all, w)
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock() // while the observer is told, so that it hears nothing of the past after noteTask
	now := q.open[id]
	if now == nil || now.attempt != t.attempt || ctx.Err() != nil {
		return
	}
	all = slices.DeleteFunc(all, func(w Working) bool {
		return !slices.ContainsFunc(now.seats, func(s taskstypes.Seat) bool { return s.Who == w.Who })
	})
	if len(all) == 0 {
		return
	}
	texts := make([]string, len(all))
	for i, w := range all {
		texts[i] = w.Text()
	}
	q.tell.tellEvent(Event{Kind: EventWorking, Task: id, Index: t.index, Attempt: t.attempt, Working: all, Text: strings.Join(texts, "; ")})
}

// askWorker asks the worker of one seat what it does for a task.
func (q *inquiry) askWorker(ctx context.Context, id string, attempt uint32, s taskstypes.Seat) (Working, error) {
	ctx, cancel := context.WithTimeout(ctx, workTimeout)
	defer cancel()
	endpoint, err := q.endpointOf(ctx, s.Who)
	if err != nil {
		return Working{}, err
	}
	var said result.Progress
	if err := readWorker(ctx, endpoint, result.ProgressPath+id, workBytes, &said); err != nil {
		q.forgetEndpoint(s.Who)
		return Working{}, err
	}
	if said.Task != id || said.Attempt != attempt || !result.IsStage(said.Stage) {
		return Working{}, fmt.Errorf("the worker speaks of something else: task %.64q, attempt %d, stage %.20q", said.Task, said.Attempt, said.Stage)
	}
	return Working{Organisation: s.Organisation, Who: s.Who, Stage: said.Stage, Seconds: said.Seconds}, nil
}

// endpointOf returns the URL that a worker has registered. It asks the chain once, until the worker does not answer there.
func (q *inquiry) endpointOf(ctx context.Context, who string) (string, error) {
	q.mu.Lock()
	known := q.endpoints[who]
	q.mu.Unlock()
	if known != "" {
		return known, nil
	}
	found, err := endpointOf(ctx, q.conn, who)
	if err != nil {
		return "", err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.endpoints[who] = found
	return found, nil
}

func (q *inquiry) forgetEndpoint(who string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.endpoints, who)
}
