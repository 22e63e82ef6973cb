// Package receipt makes and verifies receipts. A receipt is a file that shows which answer a chain accepted for a task. To verify
// it needs no node, and no trust in the person who gave it. It holds the records of the task, its deal and its request as they are
// in the chain's state, proofs that lead from them to the app hash of a block's header, the signatures of the validators under that
// header, and the headers that lead to it from an older set of validators. The verifier brings one thing: the hash of a validator
// set, or of a block, that it trusts (Trust).
//
// The package depends on CometBFT's types, on ics23 and on packages below the modules of the chain, but not on the Cosmos SDK, so
// that other programs can import it. docs/receipts.md says what a receipt proves and what it does not; ADR 42 gives the reasons for
// the format.
package receipt
