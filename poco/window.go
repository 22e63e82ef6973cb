package poco

import (
	"math/bits"

	"github.com/credence-chain/credence/poco/contract"
)

// WindowRates are the governed numbers that determine the window to commit (protocol section 9.8).
type WindowRates struct {
	// BaseBlocks is the window of a task of no size. In this time an ordinary machine that also does other work sees that it was
	// drawn, and gets its commitment into a block.
	BaseBlocks int64
	// FuelPerBlock is the fuel that a slow execution burns in a block.
	FuelPerBlock uint64
	// ModuleBytesPerBlock is how much of a module an ordinary link and machine fetch, verify and compile in a block.
	ModuleBytesPerBlock uint64
	// InputBytesPerBlock is how much an ordinary link carries in a block: of inputs and datasets, and of an answer.
	InputBytesPerBlock uint64
}

// Work is the work for which a window has to leave time.
type Work struct {
	Fuel        uint64 // the fuel limit of one execution
	ModuleBytes uint64 // size of the module
	InputBytes  uint64 // size of what one task reads: inputs and datasets
	OutputBytes uint64 // the most that one task may write
	RunBlocks   int64  // what the job asks for to run, where its fuel limit gives less; 0 where it asks for nothing
}

// MaxWindow bounds every window in blocks.
const MaxWindow = int64(1) << 32

// Preparation returns the blocks that a task has beside its run: the base, the time to fetch and compile, and the time to keep what
// it wrote. A worker hashes its output and writes it to its store, which may be another machine, before it commits. The base has time
// for an output of the default size. At most MaxWindow.
func (r WindowRates) Preparation(w Work) int64 {
	output := w.OutputBytes - min(w.OutputBytes, contract.DefaultOutputBytes)
	moved := addBlocks(blocksFor(w.InputBytes, r.InputBytesPerBlock), blocksFor(output, r.InputBytesPerBlock))
	return addBlocks(r.BaseBlocks, addBlocks(blocksFor(w.ModuleBytes, r.ModuleBytesPerBlock), moved))
}

// Answer returns how many blocks longer the window to commit of a court about the bytes is than that of another court. The window of a
// task leaves time to fetch what the task reads, and not all that it may write, so that a small task with a large answer would have
// its honest workers found at fault. At most MaxWindow.
func (r WindowRates) Answer(w Work) int64 { return blocksFor(w.OutputBytes, r.InputBytesPerBlock) }

// Window returns the window to commit in blocks, of workers and court alike: the preparation, and the time to burn the
// fuel limit at the slow pace, or what the job asks for where that is more. At most MaxWindow.
func (r WindowRates) Window(w Work) int64 {
	return addBlocks(r.Preparation(w), max(blocksFor(w.Fuel, r.FuelPerBlock), w.RunBlocks))
}

// blocksFor returns ceil(amount / perBlock), at most MaxWindow. A rate of 0 gives MaxWindow.
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

// slowness is how many times slower than the first worker a later worker of the task may be.
const slowness = 3

// FollowingWindow returns the window of those who run a task after its first worker: the other workers and the court. It is the
// pinned window, or longer if the first worker took long, at most slowness times the pinned window. A closed window costs the first
// worker nothing but time, so the first worker measures how long the program takes; the fuel limit tells that only to a factor of a
// thousand. Those who have a stake in the task are then not late if they are up to slowness times slower.
func FollowingWindow(pinned, took int64) int64 { return max(pinned, slowness*took) }

// LastDecline returns the last height at which a first worker may give its seat back, when its window ends at the deadline: the
// middle of the window. Both the chain and the executor that decides to decline use it.
func (t Terms) LastDecline(deadline int64) int64 { return deadline - max(1, t.CommitBlocks/2) }
