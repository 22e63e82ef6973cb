package types

import "cosmossdk.io/collections"

// Line is one of the queues that tasks which wait for a height stand in. Each has a budget of its own in a block, so that
// none keeps another waiting, however long it is. Which one a task stands in follows from the task.
type Line uint32

// The lines, in the order in which a block takes them.
const (
	LineActs    Line = iota // deadlines, verdicts and settlements: everything but draws
	LineSeconds             // plans and draws of wave 2: a worker's answer is locked, and at the end of the wait is the court
	LineFirsts              // draws of first workers, of tasks just opened
	// LineAgain is for draws of first workers that are not the task's first: it was looked in vain, or one was lost. So
	// tasks for which nobody can be drawn, opened in any number, keep nobody waiting but one another.
	LineAgain
)

// LinesAtBegin are those that the beginning of a block takes; its end takes LineActs alone.
func LinesAtBegin() []Line { return []Line{LineActs, LineSeconds, LineFirsts, LineAgain} }

// Line is the one that the task stands in.
func (t Task) Line() Line {
	switch {
	case t.Phase == PHASE_LOCKED:
		return LineSeconds
	case t.Phase != PHASE_OPEN || t.Cancelled:
		return LineActs
	case t.Attempt <= 1 && t.Deadline == t.Opened:
		return LineFirsts
	}
	return LineAgain
}

// QueueKey is where the task stands in the queue, if it does.
func (t Task) QueueKey() collections.Triple[uint32, uint64, string] {
	return collections.Join3(uint32(t.Line()), uint64(t.Queued), t.Id)
}
