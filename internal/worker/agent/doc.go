// Package agent is the worker itself: a reconciler. It compares what the chain wants of the worker with what the journal says that the
// worker has done, and does the next step.
//
// The agent acts on the chain's state, which it reads; events only wake it. A missing answer proves nothing: a node that is away, lags or
// answers with an empty list never makes the agent give up work. One table says what to do, by the journal's state and by how the chain
// sees our seat ([View]); see table.go. Every step is written to the journal before it is made, so that a process that was killed
// anywhere goes on to the same end; see docs/worker.md.
package agent
