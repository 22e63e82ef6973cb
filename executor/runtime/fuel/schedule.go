// Package fuel is the published fuel schedule: the cost of every step of a WebAssembly app, and the limits under which it runs. The
// schedule is part of the protocol, because the fuel used is part of the answer. A change of a number here needs a new Version.
// docs/fuel.md describes it.
package fuel

import "github.com/credence-chain/credence/poco/contract"

// Version names this schedule in tasks, orders and answers.
const Version = contract.FuelV1

// Static costs, charged by code injected into the module, in fuel per instruction.
const (
	// Free is the cost of instructions that leave no machine code: nop, block, else, end, return, drop, unreachable.
	Free uint64 = 0
	// Simple is the cost of every instruction not named below.
	Simple uint64 = 1
	// FloatBits is the cost of the scalar instructions that show a float's bits
	// (its store, its reinterpretation, copysign): they canonicalise NaNs.
	FloatBits uint64 = 2
	// Divide is the cost of integer division and remainder and of scalar float
	// division and square root.
	Divide uint64 = 8
	// Vector is the cost of a v128 instruction.
	Vector uint64 = 2
	// VectorFloat is the cost of v128 float arithmetic; it canonicalises NaNs.
	VectorFloat uint64 = 4
	// VectorDivide is the cost of v128 float division and square root.
	VectorDivide uint64 = 16
	// Table is the cost of table.get, table.set and br_table.
	Table uint64 = 2
	// Call is the cost of call, CallIndirect that of call_indirect.
	Call         uint64 = 2
	CallIndirect uint64 = 4
	// Bulk is the fixed cost of memory.copy/fill/init/grow, table.copy/fill/init/grow,
	// data.drop and elem.drop.
	Bulk uint64 = 8
	// Entry is the cost of entering a function, plus one for every LocalsPerFuel
	// declared locals (parameters excluded), which have to be zeroed.
	Entry         uint64 = 2
	LocalsPerFuel uint64 = 4
)

// Dynamic costs, charged before the work, in fuel.
const (
	// BytesPerFuel is how many bytes of moved or filled memory cost one fuel. An incomplete group of bytes is not charged.
	BytesPerFuel uint64 = 8
	// Page is the cost of each requested page of memory, at the start or by memory.grow. A request for more than MaxPages fails and
	// costs nothing.
	Page uint64 = 4096
	// Element is the cost of one table element moved, filled or added.
	Element uint64 = 1
)

// Start is the fixed cost of starting a module. To it are added the pages of its initial memory, its active data (BytesPerFuel) and
// the size of its tables.
const Start uint64 = 10_000

// Costs of calls into the host, on top of Call.
const (
	// HostCall is the fixed cost of every host function.
	HostCall uint64 = 64
	// HostPath is the cost of an operation on a path, plus a fuel for each byte of it.
	HostPath uint64 = 256
	// HostVector is the cost of one element of a list handed to the host (an
	// iovec, a poll subscription).
	HostVector uint64 = 4
	// HostEntry is the cost of each directory entry when a listing starts. When a directory is renamed, it is the cost of each file
	// and directory that exists.
	HostEntry uint64 = 32
	// RandomByte is the cost of a byte of randomness.
	RandomByte uint64 = 1
)

// Frame costs, in slots, which a function takes from DepthLimit while it runs. A function without calls takes none, because at most
// one such frame is on the stack.
const (
	// DepthLimit is how many slots all active frames may take together. With up to 16 bytes a slot it keeps the native stack below
	// 64 MiB.
	DepthLimit uint32 = 4 << 20
	// FrameBase is the cost of any frame. To it are added one slot for each parameter and local, and one for every
	// FrameInstructions instructions, because a compiler may keep an intermediate value of each.
	FrameBase         uint32 = 16
	FrameInstructions uint32 = 4
)

// Limits of a module. A module that exceeds one is refused as invalid.
const (
	// MaxModuleSize is the largest module, in bytes.
	MaxModuleSize = contract.MaxModuleBytes
	// MaxFunctions, MaxTypes, MaxGlobals and MaxSegments bound its lists.
	MaxFunctions = 200_000
	MaxTypes     = 50_000
	MaxGlobals   = 100_000
	MaxSegments  = 100_000
	// MaxTags bounds the kinds of exceptions that a module throws.
	MaxTags = 1_000
	// MaxConstant is the largest number of instructions of a constant expression, its end included.
	MaxConstant = 1_000
	// MaxBody is the largest body of a function, in bytes.
	MaxBody = 4 << 20
	// MaxLocals bounds parameters and locals of a function together, MaxArity its
	// parameters and its results.
	MaxLocals = 16_384
	MaxArity  = 1_000
	// MaxTables and MaxTableElements bound tables; table.grow beyond the latter
	// returns -1.
	MaxTables        = 16
	MaxTableElements = 1 << 20
	// MaxPages is the largest number of pages of PageSize bytes in any memory.
	MaxPages = contract.MaxMemoryPages
	PageSize = contract.PageBytes
)
