// Package chain reads the chain for a worker. Only the state says what the worker has to do, and the worker asks for it with
// [Source.Assignments]. A block is a hint that the state may have changed. Blocks are followed by height, not by a
// subscription: a gap is replayed, and nothing is lost with a connection.
//
// A node can lag, hang or lie by omission. So an answer that is much older than one seen before is refused ([ErrStale]), and a
// task that is missing in an answer proves nothing. The connection changes to another node by itself.
package chain
