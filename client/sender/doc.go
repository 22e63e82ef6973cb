// Package sender sends messages to the chain. It signs a transaction, broadcasts its bytes, and waits for its block; while it waits, it
// broadcasts the same bytes again. Requesters and workers use the same sender.
//
// Transactions are unordered: they have a timeout in place of a sequence number. The chain takes the same bytes at most once, so that
// broadcasting them again is safe. If no block has a transaction when the time of blocks passes its timeout, none ever will, and the
// messages may be signed again.
//
// Errors have types: a [*TxError] is a refusal by the chain, with the code of the module that refused; a [*HashError] says that the
// outcome of a transaction is not known.
package sender
