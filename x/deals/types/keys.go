package types

import (
	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/purse"
)

const (
	// ModuleName names the module, its store and its account.
	ModuleName = "deals"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
	// Denom is the base denomination of every amount: 10^6 are one CRED.
	Denom = purse.Denom
)

// Prefixes of the module's store. Ids are 32 raw bytes, heights big-endian, so that walks go upwards.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// DealsPrefix: id -> Deal, as it was made.
	DealsPrefix = collections.NewPrefix(1)
	// ProgressPrefix: id -> DealProgress, the part of a deal that changes.
	ProgressPrefix = collections.NewPrefix(2)
	// DealsByPrefix: (PartyKey of a party, state, height, id).
	DealsByPrefix = collections.NewPrefix(3)
	// OpeningPrefix: position -> id of a deal with tasks to open. Deals are opened in the order of positions.
	OpeningPrefix = collections.NewPrefix(4)
	// PositionsPrefix: id of a deal with tasks to open -> its position.
	PositionsPrefix = collections.NewPrefix(5)
	// NextPositionKey counts positions; only block hooks write it.
	NextPositionKey = collections.NewPrefix(6)
	// ReleasesPrefix: (height, deal id, index of the first task) -> tasks that give volume back to the deal's orders.
	ReleasesPrefix = collections.NewPrefix(7)
	// OwedKey holds the escrow of every deal, in ucred.
	OwedKey = collections.NewPrefix(8)
	// DepositsPrefix belongs to the purse. It is empty, because no transaction pays into a deal.
	DepositsPrefix = collections.NewPrefix(9)
	// PrunesPrefix: (height at which its last task ended, deal id) of deals that can be pruned; read from its front.
	PrunesPrefix = collections.NewPrefix(10)
	// PrunedPrefix: id -> PrunedDeal.
	PrunedPrefix = collections.NewPrefix(11)
	// ParkedPrefix: (height, id of a deal that is put back into the queue of openings then); read from its front.
	ParkedPrefix = collections.NewPrefix(12)
)
