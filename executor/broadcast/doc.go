// Package broadcast brings a worker's messages onto the chain. A [Sender] has one method; what it is made of is a stack
// of decorators: [Metered] counts, [Retrying] sends anew by class of error, [Confirming] re-sends the same bytes until
// they are in a block, [Direct] signs and sends once.
//
// Sending twice is safe: a commitment that is already on the chain is refused as "already done", which is what the
// worker wanted, and the class [Already] says so.
package broadcast
