// Package broadcast brings a worker's messages onto the chain. A [Sender] has one method; what it is made of is a stack
// of decorators: [Metered] counts, [Retrying] sends anew by class of error, [Batching] puts the orders of a moment into one
// transaction and follows that until it is in a block. Where one order is sent by itself, [Confirming] follows the bytes, and
// [Direct] signs and sends once. Signing and following are package sender's.
//
// Sending twice is safe: a commitment that is already on the chain is refused as "already done", which is what the
// worker wanted, and the class [Already] says so.
package broadcast
