package artifact

import (
	"sync"
	"time"
)

// slowFor is how long a server that did not answer in time is tried after all others.
const slowFor = 2 * time.Minute

// slow remembers the servers that hang, for this process. Without it every blob of a task would wait for the same server again.
var slow slowServers

// slowServers remembers the servers that did not answer in time, and until when each is tried last. The zero value is ready to use,
// also concurrently.
type slowServers struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// orderServers returns the servers in the order in which to try them: as given, except that servers that lately did not answer in
// time come last.
func (s *slowServers) orderServers(servers []string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	first, last := make([]string, 0, len(servers)), []string(nil)
	for _, base := range servers {
		switch until, known := s.until[base]; {
		case !known:
			first = append(first, base)
		case now.After(until):
			delete(s.until, base)
			first = append(first, base)
		default:
			last = append(last, base)
		}
	}
	return append(first, last...)
}

// noteServer records whether a server answered in time (hung: it did not).
func (s *slowServers) noteServer(base string, hung bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !hung {
		delete(s.until, base)
		return
	}
	if s.until == nil {
		s.until = map[string]time.Time{}
	}
	s.until[base] = time.Now().Add(slowFor)
}
