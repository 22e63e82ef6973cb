package poco

import "math/bits"

// WindowRates are the governed numbers from which the window to commit comes (protocol section 9.8).
type WindowRates struct {
	// BaseBlocks is what a task of no size has: the time in which an ordinary machine that does other work too sees that it
	// was drawn, and has its commitment in a block.
	BaseBlocks int64
	// FuelPerBlock is what a slow execution burns in a block.
	FuelPerBlock uint64
	// ModuleBytesPerBlock is how much of a module an ordinary link and machine fetch, verify and compile in a block.
	ModuleBytesPerBlock uint64
	// InputBytesPerBlock is how much of the inputs and datasets an ordinary link fetches in a block.
	InputBytesPerBlock uint64
}

// Work is what a window has to leave time for.
type Work struct {
	Fuel        uint64 // the fuel limit of one execution
	ModuleBytes uint64 // size of the module
	InputBytes  uint64 // size of what one task reads: inputs and datasets
	RunBlocks   int64  // what the job asks for to run, where its fuel limit gives less; 0 where it asks for nothing
}

// MaxWindow bounds every window in blocks.
const MaxWindow = int64(1) << 32

// Preparation returns the blocks that a task has before it runs: the base, and the time to fetch and compile. At most
// MaxWindow.
func (r WindowRates) Preparation(w Work) int64 {
	return addBlocks(r.BaseBlocks, addBlocks(blocksFor(w.ModuleBytes, r.ModuleBytesPerBlock), blocksFor(w.InputBytes, r.InputBytesPerBlock)))
}

// Window returns the window to commit in blocks, of workers and court alike: the preparation, and the time to burn the
// fuel limit at the slow pace, or what the job asks for where that is more. At most MaxWindow.
func (r WindowRates) Window(w Work) int64 {
	return addBlocks(r.Preparation(w), max(blocksFor(w.Fuel, r.FuelPerBlock), w.RunBlocks))
}

// blocksFor returns ceil(amount / perBlock), at most MaxWindow; a rate of 0 never gets there.
func blocksFor(amount, perBlock uint64) int64 {
	switch {
	case amount == 0:
		return 0
	case perBlock == 0:
		return MaxWindow
	}
	q, r := bits.Div64(0, amount, perBlock)
	if r > 0 {
		q++
	}
	return int64(min(q, uint64(MaxWindow)))
}

func addBlocks(a, b int64) int64 { return min(MaxWindow, a+b) }

// slowness is how many times slower than the first worker those may be who run a task after it.
const slowness = 3

// FollowingWindow returns the window of those who run a task after its first worker, blind workers and court: the pinned
// one, or longer where the first worker took long. A closed window costs the first worker nothing but time; so it is the
// one to measure how long the program takes, which its fuel limit tells only to a factor of a thousand. Whoever has a stake
// in it, and is up to slowness times slower, is not late then. At most slowness times the pinned window.
func FollowingWindow(pinned, took int64) int64 { return max(pinned, slowness*took) }

// LastDecline returns the last height at which a first worker may give its seat back, when its window ends at the deadline:
// the middle of the window. Both the chain and whoever decides to decline ask this.
func (t Terms) LastDecline(deadline int64) int64 { return deadline - max(1, t.CommitBlocks/2) }
