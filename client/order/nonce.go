package order

import (
	"sync"
	"time"
)

var nonces struct {
	sync.Mutex
	last uint64
}

// NewNonce returns a nonce that this process has not used: the time in microseconds, or the last nonce plus one if that is larger.
// Newer orders therefore have larger nonces, and cancelling all nonces below one cancels the older orders.
func NewNonce() uint64 {
	nonces.Lock()
	defer nonces.Unlock()
	nonces.last = max(nonces.last+1, uint64(time.Now().UnixMicro()))
	return nonces.last
}
