package types

import "cosmossdk.io/collections"

// DueQueue is one of the four queues in which tasks wait for a height. A block takes a bounded number of tasks from each, so that a
// long queue does not delay the others. The task itself decides in which queue it waits.
type DueQueue uint32

// The queues, in the order in which a block takes from them.
const (
	// QueueDeadlines is for everything but draws: deadlines, verdicts and settlements.
	QueueDeadlines DueQueue = iota
	// QueueLaterWaves is for plans, and for draws of wave 2 and later waves. The answer of a worker is locked by then.
	QueueLaterWaves
	// QueueFirstWave is for the draw of the first worker of a task that was just opened.
	QueueFirstWave
	// QueueFirstWaveRetries is for a task whose first draw found nobody, or whose first worker was lost. It is a separate queue,
	// so that tasks for which nobody can be drawn delay only one another, however many are opened.
	QueueFirstWaveRetries
)

// QueuesAtBegin returns the queues from which the beginning of a block takes. Its end takes from QueueDeadlines alone.
func QueuesAtBegin() []DueQueue {
	return []DueQueue{QueueDeadlines, QueueLaterWaves, QueueFirstWave, QueueFirstWaveRetries}
}

// DueQueue returns the queue in which the task waits, if it waits for a height.
func (t Task) DueQueue() DueQueue {
	switch {
	case t.Phase == PHASE_LOCKED:
		return QueueLaterWaves
	case t.Phase != PHASE_OPEN || t.Cancelled:
		return QueueDeadlines
	case t.Attempt <= 1 && t.Deadline == t.Opened:
		return QueueFirstWave
	}
	return QueueFirstWaveRetries
}

// QueueKey returns the task's key in its queue. It is in no queue while Queued is 0.
func (t Task) QueueKey() collections.Triple[uint32, uint64, string] {
	return collections.Join3(uint32(t.DueQueue()), uint64(t.Queued), t.Id)
}
