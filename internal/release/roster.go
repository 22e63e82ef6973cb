package release

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// rosterEvery is the least time between two reads of the accounts that may hold seats, however many strangers ask for keys.
const rosterEvery = 30 * time.Second

// rosterTimeout bounds one such read.
const rosterTimeout = 20 * time.Second

// Roster lists the accounts that may hold a seat of any task: those of all workers, and of the court's seats.
type Roster func(ctx context.Context) ([]string, error)

// roster remembers the accounts that may hold a seat. The zero value is ready.
type roster struct {
	flight singleflight.Group
	mu     sync.Mutex
	known  map[string]struct{}
	asked  time.Time
}

// has says whether an account is on the list. If it is not, and the list is older than rosterEvery, it reads the list again. If the
// chain does not answer, the old list counts.
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
