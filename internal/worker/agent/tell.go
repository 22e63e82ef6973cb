package agent

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/credence-chain/credence/internal/worker/journal"
	"github.com/credence-chain/credence/result"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
)

// This file tells what the agent does for tasks that it has not answered: in the log, and to whoever asks for a task. What is told is in
// result.Progress, which says why it is no more than that.

// tellEvery is the time between two lines of the log about one stage of a task.
const tellEvery = 15 * time.Second

// ListWork returns what the agent does for each task that it works on or that waits for a slot, in the order of ids and attempts.
func (a *Agent) ListWork() []result.Progress {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	keys := make([]journal.Key, 0, len(a.active)+len(a.waiting))
	for key := range a.active {
		keys = append(keys, key)
	}
	for key := range a.waiting {
		if a.active[key] == nil {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(x, y journal.Key) int {
		return cmp.Or(bytes.Compare(x.Task[:], y.Task[:]), cmp.Compare(x.Attempt, y.Attempt))
	})
	var list []result.Progress
	for _, key := range keys {
		if stage, since, works := a.stageOf(key); works {
			list = append(list, result.NewProgress(taskstypes.IDText(key.Task), key.Attempt, stage, since, now))
		}
	}
	return list
}

// stageOf returns the stage of a task's work and when it began. It returns false if the agent does not work on the task: a job that only
// sends an answer is no work. mu is held.
func (a *Agent) stageOf(key journal.Key) (name string, since time.Time, works bool) {
	if j := a.active[key]; j != nil {
		return j.progress.stage.String(), j.progress.start, j.action == Work
	}
	since, works = a.waiting[key]
	return result.StageWaiting, since, works
}

// noteWaiting notes that a task waits for a slot. mu is held.
func (a *Agent) noteWaiting(key journal.Key) {
	if _, known := a.waiting[key]; !known {
		a.waiting[key] = time.Now()
	}
}

// forgetWaiting forgets the tasks that wait for a slot and are not among the sights any more.
func (a *Agent) forgetWaiting(list []sight) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key := range a.waiting {
		if !slices.ContainsFunc(list, func(s sight) bool { return s.key == key && s.view == Wanted }) {
			delete(a.waiting, key)
		}
	}
}

// logWork writes a line to the log for each task whose stage has lasted for tellEvery, and then again after each tellEvery.
func (a *Agent) logWork(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, j := range a.active {
		if j.action != Work || now.Sub(j.progress.start) < tellEvery || now.Sub(j.told) < tellEvery {
			continue
		}
		j.told = now
		a.log.Info("task at work", "task", taskstypes.IDText(key.Task), "attempt", key.Attempt, "bench", journal.BenchName(key.Bench),
			"stage", j.progress.stage.String(), "for", now.Sub(j.progress.start).Round(time.Second), "total", now.Sub(j.progress.from).Round(time.Second))
	}
}
