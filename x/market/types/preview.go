package types

import (
	appstypes "github.com/credence-chain/credence/x/apps/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Preview is what matching would make of a job now.
type Preview struct {
	App     appstypes.App
	Version appstypes.Version
	Pool    workerstypes.Pool
	// Order is the pool's.
	Order OrderRecord
	Terms Terms
	// Organisation of the requester; empty when it has none.
	Organisation string
	// Deal as it would be made, the first when there would be several.
	Deal Deal
}

// TaskResult is what a callback is told of a task that ended.
type TaskResult struct {
	Task string
	// Index of the task in the request's bag.
	Index uint64
	// Ending in the protocol's words, such as "ACCEPTED".
	Ending string
	// Kind of the answer, such as "RESULT" or "APP_FAILED".
	Kind string
	// Digest of the result's manifest, 32 bytes.
	Digest []byte
	// Fuel used.
	Fuel uint64
}
