package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module and its store.
	ModuleName = "feeds"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
	// CallbackFamily begins the callbacks of jobs that update a feed. The feed's name follows it.
	CallbackFamily = "feeds/"
)

// Prefixes of the module's store. Ids are 32 raw bytes. An owner is a byte 'a' and the bytes of an account, or 'o' and an
// organisation's id.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// FeedsPrefix: feed -> Feed.
	FeedsPrefix = collections.NewPrefix(1)
	// ByOwnerPrefix: (owner, name) -> feed; an owner's feeds in the order of their names.
	ByOwnerPrefix = collections.NewPrefix(2)
	// CountsPrefix: owner -> number of its feeds; 0 is not stored.
	CountsPrefix = collections.NewPrefix(3)
	// ValuesPrefix: (feed, height of the deal, index in the bag, task) -> Value; a feed's values from the oldest to the newest.
	ValuesPrefix = collections.NewPrefix(4)
	// RemovalsPrefix: feeds that were deleted and still have values.
	RemovalsPrefix = collections.NewPrefix(5)
)
