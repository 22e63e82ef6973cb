package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module, its store and its account.
	ModuleName = "market"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
	// Denom is the base denomination of every amount: 10^6 are one CRED.
	Denom = "ucred"
)

// Prefixes of the module's store. Ids are raw 32 bytes, heights and prices big-endian, so that walks go upwards.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// OffersPrefix: id -> Offer, those filled among them.
	OffersPrefix = collections.NewPrefix(1)
	// SpentPrefix: ids of offers taken off; their nonces can not be used again.
	SpentPrefix = collections.NewPrefix(2)
	// BookPrefix: (runtime, price, height, id); the first of a runtime is the cheapest, of equal prices the oldest.
	BookPrefix = collections.NewPrefix(3)
	// PoolBookPrefix: (pool, price, height, id) -> runtime; the same order within a pool.
	PoolBookPrefix = collections.NewPrefix(4)
	// RestingPrefix: pool -> number of its offers on the book.
	RestingPrefix = collections.NewPrefix(5)
	// RequestsPrefix: id -> Request.
	RequestsPrefix = collections.NewPrefix(6)
	// RequestsByAccountPrefix: (requester, id).
	RequestsByAccountPrefix = collections.NewPrefix(7)
	// QueuePrefix: (due height, id) -> ucred locked by a transaction of the block before and not yet folded into
	// Owed; range-read up to the current height.
	QueuePrefix = collections.NewPrefix(8)
	// DealsPrefix: id -> Deal.
	DealsPrefix = collections.NewPrefix(9)
	// OpeningPrefix: position -> id of a deal with tasks to open, oldest first.
	OpeningPrefix = collections.NewPrefix(10)
	// PositionsPrefix: id of such a deal -> its position.
	PositionsPrefix = collections.NewPrefix(11)
	// NextPositionKey counts positions; only block hooks write it.
	NextPositionKey = collections.NewPrefix(12)
	// CancelsPrefix: positions of cancelled deals whose unopened tasks wait for their refund.
	CancelsPrefix = collections.NewPrefix(13)
	// OwedKey holds the escrow of every request and deal, in ucred; only block hooks write it.
	OwedKey = collections.NewPrefix(14)
)
