package order

import (
	"sync"
	"time"
)

var nonces struct {
	sync.Mutex
	last uint64
}

// Nonce returns one that was not used before: the time in microseconds, and one more than the last within a process. So
// newer orders have larger nonces, and cancelling all below one cancels the older ones.
func Nonce() uint64 {
	nonces.Lock()
	defer nonces.Unlock()
	nonces.last = max(nonces.last+1, uint64(time.Now().UnixMicro()))
	return nonces.last
}
