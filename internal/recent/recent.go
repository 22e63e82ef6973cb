// Package recent caches the answers of pure functions. Whether an answer is cached never changes a result: an answer that was forgotten
// is the same when it is computed again.
package recent

import (
	"iter"
	"maps"
	"sync"
)

// Answers is a cache. It has at least the size answers that were put or got last, and at most twice as many. Its methods may be called
// concurrently.
type Answers[Question comparable, Answer any] struct {
	mu         sync.RWMutex
	size       int
	young, old map[Question]Answer
}

// New returns an empty cache for at least size answers; size is at least 1.
func New[Question comparable, Answer any](size int) *Answers[Question, Answer] {
	return &Answers[Question, Answer]{size: size, young: map[Question]Answer{}}
}

// Get returns an answer, if it is cached.
func (a *Answers[Question, Answer]) Get(q Question) (answer Answer, found bool) {
	a.mu.RLock()
	answer, found = a.young[q]
	aged := false
	if !found {
		answer, aged = a.old[q]
	}
	a.mu.RUnlock()
	if aged {
		a.Put(q, answer)
	}
	return answer, found || aged
}

// Put adds an answer.
func (a *Answers[Question, Answer]) Put(q Question, answer Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.young) >= a.size {
		a.young, a.old = make(map[Question]Answer, a.size), a.young
	}
	a.young[q] = answer
}

// All returns the questions and answers that are cached now, in no order.
func (a *Answers[Question, Answer]) All() iter.Seq2[Question, Answer] {
	a.mu.RLock()
	defer a.mu.RUnlock()
	now := maps.Clone(a.young)
	for q, answer := range a.old {
		if _, found := now[q]; !found {
			now[q] = answer
		}
	}
	return maps.All(now)
}
