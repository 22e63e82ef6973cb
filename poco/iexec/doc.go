// Package iexec is iExec's Proof of Contribution (PoCo v5/v6 contracts) as a
// pure state machine, exact to the last unit: weights, consensus test,
// deadlines, scores, reward split, seizures, pool stake and kitty.
//
// Nothing here moves money or reads a clock. A [Task] is told the time in
// seconds after its deal, checks a transition completely, changes itself only
// when the transition is allowed, and returns what follows from it as data: a
// list of [Move] (balances) and of [ScoreChange] (reputations), which the
// caller applies in one step.
//
// Conservation: the moves of every single transition, over all parties with
// the kitty among them, sum to zero in Stake + Frozen. Frozen never goes below
// zero, and a task that is COMPLETED or FAILED holds nobody's frozen money
// (only the kitty's, and the locks of the deal's other tasks, remain).
//
// Where the contracts hash with keccak256 this package hashes with SHA-256:
// the rules need only that two different digests never share a hash.
//
// Source of every rule: iExecBlockchainComputing/PoCo, IexecPoco1Facet.sol,
// IexecPoco2Facet.sol, FacetBase.sol, and the report "Trust in the PoCo".
package iexec
