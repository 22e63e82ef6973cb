package poco

import "encoding/binary"

// runSeedDomain separates seeds that a job pins from those of a task's id.
const runSeedDomain = "credence/run-seed/v1"

// RunSeed returns the seed of the random numbers of a program's run. It is made from the task's id or, if the job pins a seed, from
// that text and the index of the task in its bag. So with a pinned seed a second run of the bag draws the same numbers, and no two
// tasks of the bag do.
func RunSeed(task [32]byte, pinned string, index uint64) [32]byte {
	if pinned == "" {
		return Hash(task[:])
	}
	return Hash([]byte(runSeedDomain), []byte(pinned), binary.BigEndian.AppendUint64(nil, index))
}
