package types

import "github.com/credence-chain/credence/poco/contract"

// runBlocks is the time that one execution may need under a runtime, in blocks that take so long: what the job asks for, or
// what the runtime allows where it says nothing.
func (j Job) runBlocks(runtime contract.Runtime, blockMillis uint64) int64 {
	asked := uint32(0)
	if j.Execution != nil {
		asked = j.Execution.Seconds
	}
	return int64((uint64(runtime.TaskSeconds(asked))*1000 + blockMillis - 1) / max(1, blockMillis))
}
