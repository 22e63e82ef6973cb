package release

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxAccounts bounds how many accounts' rates are remembered. More accounts than hold seats fit; if there are even more, all rates start
// anew.
const maxAccounts = 10_000

// limits has a rate limiter for each account.
type limits struct {
	mu        sync.Mutex
	of        map[string]*rate.Limiter
	perSecond rate.Limit
	atOnce    int
}

func newLimits(perSecond rate.Limit, atOnce int) *limits {
	return &limits{of: map[string]*rate.Limiter{}, perSecond: perSecond, atOnce: atOnce}
}

func (l *limits) allow(who string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.of) >= maxAccounts {
		clear(l.of)
	}
	limiter := l.of[who]
	if limiter == nil {
		limiter = rate.NewLimiter(l.perSecond, l.atOnce)
		l.of[who] = limiter
	}
	return limiter.AllowN(now, 1)
}

// nonces remembers the nonces of answered requests, until the requests are too old to be accepted.
type nonces struct {
	mu    sync.Mutex
	until map[string]time.Time
	swept time.Time
}

// known says whether a request with the nonce was answered.
func (n *nonces) known(nonce string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, known := n.until[nonce]
	return known
}

// take remembers a nonce, and says whether it was new.
func (n *nonces) take(nonce string, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(n.swept) > maxAge {
		n.swept = now
		for old, until := range n.until {
			if now.After(until) {
				delete(n.until, old)
			}
		}
	}
	if _, known := n.until[nonce]; known {
		return false
	}
	n.until[nonce] = now.Add(2*maxAge + time.Second)
	return true
}
