// Package sender brings messages onto the chain: it signs them, broadcasts the bytes, waits for their block, and broadcasts
// the same bytes again meanwhile. Requesters and workers send with it alike.
//
// Transactions are unordered: a timeout stands in for the sequence number. The same bytes are taken at most once, so that
// broadcasting them again is safe; one that was in no block when the chain's clock passed its timeout never will be, and may be
// signed anew.
//
// What went wrong is told by types: a [*TxError] is a refusal of the chain, with the code of the module that refused; a
// [*HashError] leaves the fate of a transaction open.
package sender
