package release

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// recentFor is how long an answer of the chain is used again.
	recentFor = time.Second
	// recentTimeout bounds one call to the chain.
	recentTimeout = 5 * time.Second
	// maxRecent bounds how many answers are remembered. If there are more, all are forgotten.
	maxRecent = 1000
)

// errBusy says that the chain was not asked, because there are too many calls. This error is not remembered.
var errBusy = errors.New("too many questions")

// recent remembers answers for recentFor, and makes at most one call at a time for each question. The zero value is ready.
type recent[T any] struct {
	flight singleflight.Group
	mu     sync.Mutex
	of     map[string]reply[T]
}

type reply[T any] struct {
	value T
	err   error
	until time.Time
}

// get returns the answer or error of the last recentFor, or else calls ask. The call goes on when ctx ends, because other callers may
// wait for the same answer.
func (r *recent[T]) get(ctx context.Context, now time.Time, question string, ask func(context.Context) (T, error)) (T, error) {
	if old, found := r.find(now, question); found {
		return old.value, old.err
	}
	answered := r.flight.DoChan(question, func() (any, error) {
		if old, found := r.find(now, question); found { // another call has answered in the meantime
			return old, nil
		}
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), recentTimeout)
		defer cancel()
		value, err := ask(asking)
		answer := reply[T]{value, err, now.Add(recentFor)}
		if !errors.Is(err, errBusy) {
			r.keep(question, answer)
		}
		return answer, nil
	})
	select {
	case res := <-answered:
		answer := res.Val.(reply[T])
		return answer.value, answer.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}

func (r *recent[T]) find(now time.Time, question string) (reply[T], bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old, found := r.of[question]
	return old, found && now.Before(old.until)
}

func (r *recent[T]) keep(question string, answer reply[T]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil || len(r.of) >= maxRecent {
		r.of = map[string]reply[T]{}
	}
	r.of[question] = answer
}
