// Package broadcast sends a worker's messages to the chain. A [Sender] has one method, and is built as a stack of decorators: [Metered]
// counts, [Retrying] sends again by the class of the error, and [Batching] puts orders of about the same time into one transaction and
// waits for its block. For an order that is sent by itself, [Confirming] waits for the block, and [Direct] signs and sends once. Package
// sender does the signing and waiting.
//
// Sending twice is safe. If a commitment is on the chain already, the chain refuses it as already done, which is what the worker wanted;
// the class of that error is [Already].
package broadcast
