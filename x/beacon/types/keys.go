package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module and its store.
	ModuleName = "beacon"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's store.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// LatestKey holds the latest Seed.
	LatestKey = collections.NewPrefix(1)
	// SeedsPrefix: height -> seed, for the retained heights.
	SeedsPrefix = collections.NewPrefix(2)
)
