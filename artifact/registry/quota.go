package registry

import (
	"fmt"

	"github.com/credence-chain/credence/artifact"
)

// usageByOrganisation returns the bytes that organisations are charged, uploads under way included.
func (l *ledger) usageByOrganisation() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]int64{}
	for org, n := range l.used {
		out[org] += n
	}
	for org, n := range l.going {
		out[org] += n
	}
	return out
}

// reserveQuota takes n bytes of an organisation's quota for an upload under way; quota 0 means no quota. releaseQuota gives them
// back.
func (l *ledger) reserveQuota(organisation string, n, quota int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.checkRoom(organisation, n, quota); err != nil {
		return err
	}
	l.going[organisation] += n
	return nil
}

func (l *ledger) releaseQuota(organisation string, n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.giveBack(organisation, n)
}

func (l *ledger) giveBack(organisation string, n int64) {
	if l.going[organisation] -= n; l.going[organisation] <= 0 {
		delete(l.going, organisation)
	}
}

// checkRoom returns an error that says why n more bytes do not fit. The caller holds the lock.
func (l *ledger) checkRoom(organisation string, n, quota int64) error {
	if have := l.used[organisation] + l.going[organisation]; quota > 0 && have+n > quota {
		return fmt.Errorf("%w: %s has %d of %d bytes in use, and %d more are wanted: delete manifests, or ask the store's operator for more", artifact.ErrQuota, organisation, have, quota, n)
	}
	return nil
}
