package artifact

import (
	"sync"
	"time"
)

// slowFor is how long a server that did not answer in time is asked last.
const slowFor = 2 * time.Minute

// slow is this process's memory of servers that hang: without it every blob of a task would wait for the same one anew.
var slow slowServers

// slowServers remembers which servers did not answer in time, until when. The zero value is ready; it may be used
// concurrently.
type slowServers struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// order gives the servers in the order of trial: their own, but those last that did not answer lately.
func (s *slowServers) order(servers []string) []string {
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

// note says whether a server answered in time.
func (s *slowServers) note(base string, hung bool) {
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
