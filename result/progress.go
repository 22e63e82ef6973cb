package result

import (
	"slices"
	"time"
)

// ProgressPath is the path at which a worker says what it does for a task. The task's id follows it.
const ProgressPath = "/progress/"

// Stages of the work on a task.
const (
	StageWaiting   = "waiting" // for a free slot
	StageFetching  = "fetching"
	StageCompiling = "compiling"
	StageRunning   = "running"
)

// Progress is what a worker says of a task for which it was drawn and has no answer yet. Nothing proves that it is true.
//
// It has wall time and nothing else, because anybody may read it before the answer is revealed, and other workers on the same task are among
// them. Fuel is a part of the answer, and the time of the processor, the memory used and the bytes written are all but functions of it: a
// worker that knew them could copy instead of run. Wall time adds nothing to what the chain shows, which has the block of each draw and of
// each commitment.
type Progress struct {
	// Task is the task's id, Attempt the attempt at which the worker works.
	Task    string `json:"task"`
	Attempt uint32 `json:"attempt"`
	// Stage is one of StageWaiting, StageFetching, StageCompiling and StageRunning.
	Stage string `json:"stage"`
	// Seconds since the stage began, by the worker's clock; whole ones.
	Seconds uint64 `json:"seconds"`
}

// NewProgress returns what a worker says of a stage that began at since.
func NewProgress(task string, attempt uint32, stage string, since, now time.Time) Progress {
	return Progress{Task: task, Attempt: attempt, Stage: stage, Seconds: uint64(max(0, now.Sub(since)) / time.Second)}
}

// IsStage says whether a text is the name of a stage.
func IsStage(name string) bool {
	return slices.Contains([]string{StageWaiting, StageFetching, StageCompiling, StageRunning}, name)
}
