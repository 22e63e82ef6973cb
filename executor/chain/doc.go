// Package chain is how a worker reads its chain. State is the truth: what it has to do is asked for with
// [Source.Assignments]. Blocks are only hints that asking is worth while: they are followed by height, so that a gap is
// replayed and a subscription can not be lost.
package chain
