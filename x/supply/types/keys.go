package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module, its store and its account.
	ModuleName = "supply"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
	// Denom is the coin whose supply has causes.
	Denom = "ucred"
)

// Prefixes of the module's store.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// CausesPrefix: name -> amount of coins that the cause made or destroyed.
	CausesPrefix = collections.NewPrefix(1)
	// MintsPrefix: number -> Mint.
	MintsPrefix = collections.NewPrefix(2)
	// NextMintKey counts decisions.
	NextMintKey = collections.NewPrefix(3)
)
