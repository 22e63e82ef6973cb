package chain

import (
	"time"

	markettypes "github.com/credence-chain/credence/x/market/types"
)

// Bounds of what is derived from the window for reveals.
const (
	leastPatience = time.Second
	mostPatience  = 5 * time.Second
	// staleBlocks is how many blocks' time a node may stand still: a round of consensus that fails takes some.
	staleBlocks = 6
)

// LongestTTL is the longest time that a transaction of a worker may wait for its block: a third of the window for reveals, and
// at least 5 s. One that the nodes lost is signed anew when it has expired, and then two thirds of the window are left.
func LongestTTL(p markettypes.Params) time.Duration {
	return max(time.Duration(p.RevealBlocks)*time.Duration(p.BlockMillis)*time.Millisecond/3, 5*time.Second)
}

// Patience is what a worker may spend on one bad node, by the market's parameters. Who does not reveal within its window loses
// stake, so that both are fractions of that: several bad nodes in a row still leave time. answer is how long a node may take for
// one answer: a twentieth of the window, within 1 s and 5 s. stale is how long it may show no new block: six blocks' time, or
// answer when that is longer, and at most an eighth of the window, but not less than answer.
func Patience(p markettypes.Params) (answer, stale time.Duration) {
	block := time.Duration(p.BlockMillis) * time.Millisecond
	window := time.Duration(p.RevealBlocks) * block
	answer = min(max(window/20, leastPatience), mostPatience)
	return answer, max(answer, min(staleBlocks*block, window/8))
}
