// Package journal is a worker's memory: what it has promised, what it is about to promise, and where the bytes are
// that it promised. It survives SIGKILL at any moment: every change is one fsync'd transaction, made before the step
// that it announces, so that a restarted worker finds at least as much as it has told the chain.
//
// A [Record] is kept for each (bench, task, attempt). Its state only ever moves forward, and its outcome can not be
// replaced once a commitment to it was intended: these two laws hold in [Journal.Update], not in its callers, because
// breaking either costs the operator's stake.
package journal
