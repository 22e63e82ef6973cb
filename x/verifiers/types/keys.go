package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module and its store.
	ModuleName = "verifiers"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's store.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// VerifiersPrefix: name -> Verifier.
	VerifiersPrefix = collections.NewPrefix(1)
	// VotesPrefix: (name, org id) -> StopVote.
	VotesPrefix = collections.NewPrefix(2)
)
