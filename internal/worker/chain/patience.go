package chain

import (
	"time"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// Bounds of the times that are derived from the window for reveals.
const (
	leastPatience = time.Second
	mostPatience  = 5 * time.Second
	// staleBlocks is for how many blocks' time a node may show no new block. A failed round of consensus takes some blocks' time.
	staleBlocks = 6
)

// LongestTTL returns the longest time that a transaction of a worker may wait for its block: a third of the window for reveals,
// and at least 5 s. A transaction that the nodes lost is signed again when it has expired. Two thirds of the window are then
// left.
func LongestTTL(p markettypes.Params) time.Duration {
	return max(time.Duration(p.RevealBlocks)*time.Duration(p.BlockMillis)*time.Millisecond/3, 5*time.Second)
}

// Patience returns how long a worker waits for one bad node, by the market's parameters. A worker that does not reveal within
// its window loses stake. So both times are fractions of the window, and several bad nodes in a row still leave time. answer is
// how long a node may take for one answer: a twentieth of the window, within 1 s and 5 s. stale is how long it may show no new
// block: six blocks' time, at most an eighth of the window, and never less than answer.
func Patience(p markettypes.Params) (answer, stale time.Duration) {
	block := time.Duration(p.BlockMillis) * time.Millisecond
	window := time.Duration(p.RevealBlocks) * block
	answer = min(max(window/20, leastPatience), mostPatience)
	return answer, max(answer, min(staleBlocks*block, window/8))
}
