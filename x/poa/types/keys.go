package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module and its store.
	ModuleName = "poa"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's store.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// SeatsPrefix: org id -> Seat.
	SeatsPrefix = collections.NewPrefix(1)
	// SeatByOperatorPrefix: operator account -> org id.
	SeatByOperatorPrefix = collections.NewPrefix(2)
	// SeatByConsensusPrefix: consensus address -> org id, also for keys that were given up.
	SeatByConsensusPrefix = collections.NewPrefix(3)
	// MissedPrefix: (org id, height modulo window), present when the vote was missed.
	MissedPrefix = collections.NewPrefix(4)
	// MissedCountPrefix: org id -> number of entries under MissedPrefix.
	MissedCountPrefix = collections.NewPrefix(5)
	// AnnouncedPrefix: consensus key -> power that the consensus engine was last told, absent for 0.
	AnnouncedPrefix = collections.NewPrefix(6)
	// ChangedPrefix: consensus keys of seats touched in this block.
	ChangedPrefix = collections.NewPrefix(7)
	// SeatByCourtPrefix: court account -> org id.
	SeatByCourtPrefix = collections.NewPrefix(8)
	// ChangesPrefix: org id -> the Change that waits.
	ChangesPrefix = collections.NewPrefix(9)
	// OffersPrefix: org id -> the Offer that waits.
	OffersPrefix = collections.NewPrefix(10)
	// OldKeysPrefix: (org id, consensus address) -> OldKey.
	OldKeysPrefix = collections.NewPrefix(11)
	// OldKeyQueuePrefix: (height, consensus address) of old keys.
	OldKeyQueuePrefix = collections.NewPrefix(12)
	// TurnoverPrefix: height -> power that changed by choice in that block.
	TurnoverPrefix = collections.NewPrefix(13)
	// PauseKey holds the Pause.
	PauseKey = collections.NewPrefix(14)
	// PauseVotesPrefix: org id -> PauseVote.
	PauseVotesPrefix = collections.NewPrefix(15)
	// ActiveKey holds the number of active seats.
	ActiveKey = collections.NewPrefix(16)
	// LeftKey holds the height at which an active seat last left, and how many seats were active before.
	LeftKey = collections.NewPrefix(17)
)
