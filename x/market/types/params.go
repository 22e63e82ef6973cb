package types

import (
	"cmp"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/contract"
)

// maxBlocks bounds every window, as poco.Terms does.
const maxBlocks = poco.MaxWindow

// Bounds that no parameter changes.
const (
	// MaxResting bounds the orders and requests of one owner on the book.
	MaxResting = 64
	// MaxRestingOfSeller bounds the orders of one seller under one topic. A seller is an organisation with all of its accounts, or an
	// account without one. No matching reads more orders of one seller, so that it takes MaxLooks/MaxRestingOfSeller organisations
	// to hide the orders of others behind cheaper ones.
	MaxRestingOfSeller = 16
	// MaxLooks bounds the looks of the matching of one request. Reading an order of the book or a dataset is one look;
	// keeper/budget.go has the other costs.
	MaxLooks = 500
	// MaxReasonLen bounds the text of a reason in bytes.
	MaxReasonLen = 512
)

// DefaultParams fit blocks of half a second. The windows to commit are for a link of 8 Mbit/s and for a machine that is half as fast as
// the one we measured, and shared with other work. There a module of 20 MB took 21 processor seconds to compile, and one of 31 MB took
// 57. fuel_per_block is the pace of a program that waits for memory at every step: some 6 fuel in 150 ns.
func DefaultParams() Params {
	return Params{
		CommitBlocks:    120,
		FuelPerBlock:    20_000_000,
		RevealBlocks:    120, // a minute: a machine that restarts is back by then
		WaitBlocks:      60,
		RetryBlocks:     5,
		MaxAttempts:     5,
		InformerBps:     2_000,
		MatchesPerBlock: 100,
		MaxSize:         1_000_000,
		MaxFuel:         10_000_000_000_000,
		MaxInputs:       64,
		MaxInputBytes:   1 << 30,
		MaxOutputBytes:  1 << 30,
		MaxArgBytes:     16 << 10,
		MaxDatasets:     64,
		BlockMillis:     500,
		LooksPerBlock:   5_000,
		MaxRestBlocks:   1_000_000,
		EndsPerBlock:    200,
		CourtFee:        10,

		CourtFeePerGfuel: 1,

		ModuleBytesPerBlock: 100_000,
		InputBytesPerBlock:  500_000,

		AuditBlocks:    1_200,   // ten minutes, and the time to run the task
		MaxAuditBlocks: 172_800, // a day

		MinRevealSeconds: 60,
	}
}

// Validate names the first field that is out of its range. Tasks can run under every deal that valid parameters allow.
func (p Params) Validate() error {
	return cmp.Or(
		within(ErrInvalidParams, "commit_blocks", p.CommitBlocks, 1, maxBlocks, " blocks"),
		within(ErrInvalidParams, "reveal_blocks", p.RevealBlocks, 1, maxBlocks, " blocks"),
		within(ErrInvalidParams, "wait_blocks", p.WaitBlocks, 1, maxBlocks, " blocks"),
		within(ErrInvalidParams, "retry_blocks", p.RetryBlocks, 1, maxBlocks, " blocks"),
		within(ErrInvalidParams, "max_rest_blocks", p.MaxRestBlocks, 1, maxBlocks, " blocks"),
		within(ErrInvalidParams, "max_audit_blocks", p.MaxAuditBlocks, 0, maxBlocks/2, " blocks"),
		within(ErrInvalidParams, "audit_blocks", p.AuditBlocks, 0, p.MaxAuditBlocks, ", max_audit_blocks"),
		within(ErrInvalidParams, "fuel_per_block", p.FuelPerBlock, 1, 1<<62),
		within(ErrInvalidParams, "max_attempts", p.MaxAttempts, 1, 1_000),
		within(ErrInvalidParams, "matches_per_block", p.MatchesPerBlock, 1, 100_000),
		within(ErrInvalidParams, "max_size", p.MaxSize, 1, 1<<40),
		within(ErrInvalidParams, "max_fuel", p.MaxFuel, 1, 1<<62),
		within(ErrInvalidParams, "max_inputs", p.MaxInputs, 1, 10_000),
		within(ErrInvalidParams, "max_input_bytes", p.MaxInputBytes, 1, 1<<50),
		within(ErrInvalidParams, "max_output_bytes", p.MaxOutputBytes, contract.DefaultOutputBytes, contract.MaxOutputBytes, ", the least is what a job gets that asks for nothing"),
		within(ErrInvalidParams, "max_arg_bytes", p.MaxArgBytes, 1, 1<<20),
		within(ErrInvalidParams, "max_datasets", p.MaxDatasets, 1, MaxLooks/5),
		within(ErrInvalidParams, "block_millis", p.BlockMillis, 1, 1<<32),
		within(ErrInvalidParams, "min_reveal_seconds", p.MinRevealSeconds, 0, 86_400, ", a day"),
		within(ErrInvalidParams, "looks_per_block", p.LooksPerBlock, MaxLooks, 1_000_000, ", the least is what one request may need"),
		within(ErrInvalidParams, "ends_per_block", p.EndsPerBlock, 1, 100_000),
		within(ErrInvalidParams, "court_fee", p.CourtFee, 1, MaxPrice),
		within(ErrInvalidParams, "court_fee_per_gfuel", p.CourtFeePerGfuel, 1, MaxPrice),
		within(ErrInvalidParams, "module_bytes_per_block", p.ModuleBytesPerBlock, 1, 1<<50),
		within(ErrInvalidParams, "input_bytes_per_block", p.InputBytesPerBlock, 1, 1<<50),
		within(ErrInvalidParams, "informer_bps", p.InformerBps, 0, 4_999, ", below one half"),
		p.validateReveal(),
		p.validateWindow(),
	)
}

// validateReveal checks that the window to reveal is at least min_reveal_seconds long. A worker that committed and does not reveal loses
// its stake, and a machine needs that long to restart. Deals take their windows from valid parameters, so each window is long enough.
func (p Params) validateReveal() error {
	if satMul(uint64(p.RevealBlocks), p.BlockMillis) >= satMul(p.MinRevealSeconds, 1_000) {
		return nil
	}
	return ErrInvalidParams.Wrapf("reveal_blocks: %d blocks of %d ms, expected at least the %d s of min_reveal_seconds; raise reveal_blocks when blocks become faster",
		p.RevealBlocks, p.BlockMillis, p.MinRevealSeconds)
}

// validateWindow checks that the window of the largest task is below maxBlocks. Window cuts longer ones to maxBlocks, so that a window of
// exactly this length may have been cut. The other fields must have been checked before.
func (p Params) validateWindow() error {
	if p.Window(p.largestWork(), nil) >= maxBlocks {
		return ErrInvalidParams.Wrap("commit_blocks, fuel_per_block, module_bytes_per_block, input_bytes_per_block: the window of the largest task has 2^32 blocks or more, expected fewer")
	}
	return nil
}

// FloorCourtFee returns the least that a seat of the court earns for a task with this fuel limit, in ucred. A seat runs the whole program,
// and would earn next to nothing where the pool's price is low.
func (p Params) FloorCourtFee(fuelLimit uint64) uint64 {
	return satAdd(p.CourtFee, satMul(p.CourtFeePerGfuel, fuelLimit/1_000_000_000))
}

// largestWork is the work of the largest task that the parameters allow.
func (p Params) largestWork() poco.Work {
	return poco.Work{Fuel: p.MaxFuel, ModuleBytes: contract.LargestProgramBytes(), InputBytes: p.MaxInputBytes, OutputBytes: p.MaxOutputBytes}
}

// Window returns the window to commit of a task with this work, in blocks. If the job has a category, its time replaces that of the fuel
// limit, but is no shorter than the time that the runtime gives an execution.
func (p Params) Window(w poco.Work, category *Category) int64 {
	rates := p.windowRates()
	if category == nil {
		return rates.Window(w)
	}
	return min(maxBlocks, rates.Preparation(w)+max(category.Blocks(p), w.RunBlocks))
}

// windowRates are the parameters from which windows are computed.
func (p Params) windowRates() poco.WindowRates {
	return poco.WindowRates{
		BaseBlocks: p.CommitBlocks, FuelPerBlock: p.FuelPerBlock,
		ModuleBytesPerBlock: p.ModuleBytesPerBlock, InputBytesPerBlock: p.InputBytesPerBlock,
	}
}
