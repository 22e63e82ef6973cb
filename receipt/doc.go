// Package receipt makes and verifies receipts. A receipt is a file that shows, without a node and without trusting whoever
// gave it, which answer a chain accepted for a task. It holds the records of the task, its deal and its request as they are
// in the chain's state, proofs of them up to the app hash of a block's header, the signatures of the validators under that
// header, and the headers that lead there from an older set of validators. Who verifies it brings one thing: the hash of a
// validator set, or of a block, that it trusts (Trust).
//
// The package stands on CometBFT's types, on ics23 and on what is below the modules of the chain, and not on the Cosmos SDK:
// other programs can import it. docs/receipts.md says what a receipt proves and what it does not; ADR 42 why the file is as
// it is.
package receipt
