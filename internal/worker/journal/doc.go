// Package journal is a worker's memory on disk. It holds the promises (commitments) that the worker has made and is about to
// make, and says where the promised bytes are. It survives SIGKILL at any moment. Every change is one fsync'd transaction, made
// before the step that it announces. So a restarted worker finds at least everything that it has told the chain.
//
// There is one [Record] for each (bench, task, attempt). Two laws protect the operator's stake. The state of a record only moves
// forward. Its outcome cannot be replaced once a commitment to it was intended. [Journal.Update] enforces both, so that no caller
// can break them.
package journal
