package release

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// rosterEvery is how often the accounts that may hold seats are asked for at most, however many others ask for keys.
const rosterEvery = 30 * time.Second

// rosterTimeout bounds one question for them.
const rosterTimeout = 20 * time.Second

// Roster lists the accounts that may hold a seat of any task: those of all workers, and of the court's seats.
type Roster func(ctx context.Context) ([]string, error)

// roster remembers who may hold a seat. The zero value is ready.
type roster struct {
	flight singleflight.Group
	mu     sync.Mutex
	known  map[string]struct{}
	asked  time.Time
}

// has says whether an account is on the list. One that is not has the list asked for anew, where that was not done a moment ago. Where the
// chain does not answer, what it said last counts.
func (r *roster) has(ctx context.Context, now time.Time, who string, list Roster) bool {
	if known, recent := r.find(now, who); known || recent {
		return known
	}
	done := r.flight.DoChan("", func() (any, error) {
		if _, recent := r.find(now, who); recent {
			return nil, nil
		}
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), rosterTimeout)
		defer cancel()
		accounts, err := list(asking)
		r.keep(now, accounts, err)
		return nil, nil
	})
	select {
	case <-done:
	case <-ctx.Done():
	}
	known, _ := r.find(now, who)
	return known
}

func (r *roster) find(now time.Time, who string) (known, recent bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known = r.known[who]
	return known, !r.asked.IsZero() && now.Sub(r.asked) < rosterEvery
}

func (r *roster) keep(now time.Time, accounts []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked = now; err != nil {
		return
	}
	r.known = make(map[string]struct{}, len(accounts))
	for _, who := range accounts {
		r.known[who] = struct{}{}
	}
}
