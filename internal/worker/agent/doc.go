// Package agent is the worker itself: a reconciler that compares what the chain wants of it with what its journal says
// it has done, and does the next step.
//
// The chain's state is the truth and is asked for; events only wake the agent. Absence proves nothing: a node that is
// away, lags or answers with an empty list never makes the agent give up work. What is to be done is one table, of the
// journal's state and of how the chain sees our seat ([View]); see table.go. Every step is written to the journal before
// it is made, so that a process killed anywhere goes on from there to the same end; see docs/worker.md.
package agent
