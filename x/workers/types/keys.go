package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module, its store and its account, which holds every stake.
	ModuleName = "workers"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
	// Denom is the coin that stake is made of.
	Denom = "ucred"
)

// Prefixes of the module's store.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// PoolsPrefix: pool -> Pool.
	PoolsPrefix = collections.NewPrefix(1)
	// WorkersPrefix: worker -> Worker.
	WorkersPrefix = collections.NewPrefix(2)
	// OwedKey holds the coins that the module account owes: every worker's bonded and unbonding stake.
	OwedKey = collections.NewPrefix(3)
	// UnbondingsPrefix: (height, worker) -> amount; read from the front up to the height of the block.
	UnbondingsPrefix = collections.NewPrefix(4)
	// CoolingPrefix: (height, worker); read from the front up to the height of the block.
	CoolingPrefix = collections.NewPrefix(5)
	// ServingPrefix: (organisation, pool) -> how many of its workers are registered in the pool; 0 is not stored. The organisation
	// comes first, because a change of an organisation touches the pools that it serves.
	ServingPrefix = collections.NewPrefix(6)
	// RegisteredPrefix: pool -> how many organisations have a worker registered in it.
	RegisteredPrefix = collections.NewPrefix(7)

	// OrgCountPrefix: pool -> length of its dense array of organisations.
	OrgCountPrefix = collections.NewPrefix(8)
	// OrgAtPrefix: (pool, position) -> organisation.
	OrgAtPrefix = collections.NewPrefix(9)
	// OrgPositionPrefix: (pool, organisation) -> position.
	OrgPositionPrefix = collections.NewPrefix(10)
	// MemberCountPrefix: (pool, organisation) -> length of its dense array of ready workers; 0 is not stored.
	MemberCountPrefix = collections.NewPrefix(11)
	// MemberAtPrefix: (pool, organisation, position) -> worker.
	MemberAtPrefix = collections.NewPrefix(12)
	// MemberPositionPrefix: (pool, worker) -> position; a worker belongs to one organisation.
	MemberPositionPrefix = collections.NewPrefix(13)
	// RuntimeServingPrefix: (organisation, runtime) -> how many of its workers are registered for the runtime, whatever
	// pools they serve; 0 is not stored.
	RuntimeServingPrefix = collections.NewPrefix(14)
	// RuntimeOrgsPrefix: runtime -> how many organisations have a worker registered for it.
	RuntimeOrgsPrefix = collections.NewPrefix(15)
	// InvitationsPrefix: (pool, organisation) that is invited.
	InvitationsPrefix = collections.NewPrefix(16)
	// WorkersOfPrefix: (organisation, worker).
	WorkersOfPrefix = collections.NewPrefix(17)
	// WorkersInPrefix: (pool, worker) that is registered in it; a pass before a larger stake visits the workers in this order.
	WorkersInPrefix = collections.NewPrefix(18)
	// PoolSizePrefix: pool -> how many workers are registered in it; 0 is not stored.
	PoolSizePrefix = collections.NewPrefix(19)
	// RechecksPrefix: (height, pool) -> Recheck; read from the front, the earliest deadline.
	RechecksPrefix = collections.NewPrefix(20)
	// RecheckLoadKey holds the work of all passes: 1 for each pass, and 1 for each worker ahead of it.
	RecheckLoadKey = collections.NewPrefix(21)
	// TicketCountPrefix: pool -> how many tickets the pool gave out.
	TicketCountPrefix = collections.NewPrefix(22)
	// TicketHolderPrefix: (pool, ticket) -> organisation, for ever.
	TicketHolderPrefix = collections.NewPrefix(23)
	// TicketOfPrefix: (pool, organisation) -> ticket.
	TicketOfPrefix = collections.NewPrefix(24)
	// EvictionsPrefix: (height, pool, worker); read from the front up to the height of the block.
	EvictionsPrefix = collections.NewPrefix(25)
	// OpenUnbondingsPrefix: worker -> number of its unbondings in the queue; 0 is not stored.
	OpenUnbondingsPrefix = collections.NewPrefix(26)
	// StintsPrefix: (pool, organisation) -> Stint, the last period in which the organisation could be drawn.
	StintsPrefix = collections.NewPrefix(27)
	// MovesPrefix: pool -> PoolMoves.
	MovesPrefix = collections.NewPrefix(28)
	// AbsencesPrefix: organisation -> Absences.
	AbsencesPrefix = collections.NewPrefix(29)
)
