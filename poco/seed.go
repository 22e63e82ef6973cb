package poco

import "encoding/binary"

// runSeedDomain separates seeds that a job pins from those of a task's id.
const runSeedDomain = "credence/run-seed/v1"

// RunSeed is what the random numbers of a program's run are drawn from: the task's id, or, where the job pins a seed, that
// text and the index of the task in its bag, so that a second run of the bag draws the same numbers and no two tasks of it do.
func RunSeed(task [32]byte, pinned string, index uint64) [32]byte {
	if pinned == "" {
		return Hash(task[:])
	}
	return Hash([]byte(runSeedDomain), []byte(pinned), binary.BigEndian.AppendUint64(nil, index))
}
