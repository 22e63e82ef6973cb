package types

// runBlocks is the time that the job asks for to run, in blocks that take so long.
func (j Job) runBlocks(blockMillis uint64) int64 {
	if j.Execution == nil {
		return 0
	}
	return int64((uint64(j.Execution.Seconds)*1000 + blockMillis - 1) / max(1, blockMillis))
}
