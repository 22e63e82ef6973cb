// Package recent remembers what pure functions have answered of late, so that it need not be worked out again. What it
// remembers decides nothing: an answer that was forgotten is the same when it is worked out anew.
package recent

import "sync"

// Answers are at least the last so many answers that were put in or asked for, and at most twice as many. Methods are safe for
// concurrent use.
type Answers[Question comparable, Answer any] struct {
	mu         sync.RWMutex
	size       int
	young, old map[Question]Answer
}

// New returns empty answers, of which at least the last size are remembered; size is at least 1.
func New[Question comparable, Answer any](size int) *Answers[Question, Answer] {
	return &Answers[Question, Answer]{size: size, young: map[Question]Answer{}}
}

// Get returns an answer, if it is remembered.
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

// Put remembers an answer.
func (a *Answers[Question, Answer]) Put(q Question, answer Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.young) >= a.size {
		a.young, a.old = make(map[Question]Answer, a.size), a.young
	}
	a.young[q] = answer
}
