// Package keeper keeps the pools, the workers with their stake and record, and the structures from which draws choose. Start
// with worker.go: storeWorker is the only function that writes a worker, and it keeps every index, count and array right.
//
//	pool.go, operate.go       pools, and the messages of their operators
//	recheck.go                the pass over a pool's workers before its stake rises
//	worker.go, register.go    workers, and which pools they may join
//	evict.go                  taking a worker out of a pool, after a delay
//	eligible.go, ticket.go    the workers from whom draws choose, and the numbers by which draws rank them
//	assignment.go, settle.go  the lock and the end of an assignment, which x/tasks calls
//	fault.go, absence.go      what a fault or an absence does to a worker's record
//	stake.go                  the only functions that move coins
//	due.go                    the block hook
//
// Three kinds of work are due at a height: unbondings, the end of cooling, and evictions. Each has a queue keyed by height, of
// which a block takes a bounded part. Nothing in a block walks over all workers.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/compact"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

var _ orgstypes.Hooks = Keeper{}

type (
	pair   = collections.Pair[string, string]
	queued = collections.Pair[uint64, string]
)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	accounts  types.AccountKeeper
	bank      types.BankKeeper
	orgs      types.OrgsKeeper
	authority string

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Pools: id -> record.
	Pools collections.Map[string, types.Pool]
	// Workers: address -> record.
	Workers collections.Map[string, types.Worker]
	// Owed is the stake that the module account holds for others, in ucred. It changes only together with coins.
	Owed collections.Item[uint64]
	// Unbondings: (height, worker) -> amount; ranged from the front up to the block's height.
	Unbondings collections.Map[queued, uint64]
	// OpenUnbondings: worker -> number of its unbondings in the queue.
	OpenUnbondings collections.Map[string, uint64]
	// Cooling: (height, worker); ranged from the front up to the block's height.
	Cooling collections.KeySet[queued]
	// Evictions: (height, pool, worker); ranged from the front up to the block's height. See evict.go.
	Evictions collections.KeySet[evictions]
	// Serving: (organisation, pool) -> registered workers; ranged by organisation when its rights change.
	Serving collections.Map[pair, uint64]
	// RegisteredOrgs: pool -> organisations with a registered worker.
	RegisteredOrgs collections.Map[string, uint64]
	// RuntimeServing: (organisation, runtime) -> its workers that are registered for the runtime.
	RuntimeServing collections.Map[pair, uint64]
	// RuntimeOrgs: runtime -> organisations with a worker registered for it, in any pool.
	RuntimeOrgs collections.Map[string, uint64]
	// Invitations: (pool, organisation); ranged by pool for a query.
	Invitations collections.KeySet[pair]
	// WorkersOf: (organisation, worker); ranged by organisation for a query.
	WorkersOf collections.KeySet[pair]
	// WorkersIn: (pool, worker); ranged by pool in a pass over its workers, from the last one that the pass reached.
	WorkersIn collections.KeySet[pair]
	// PoolSize: pool -> workers registered in it.
	PoolSize collections.Map[string, uint64]
	// Rechecks: (height, pool) -> a pass over the pool's workers; ranged from the front. See recheck.go.
	Rechecks collections.Map[queued, types.Recheck]
	// RecheckLoad is the work of all passes: 1 for each pass, and 1 for each worker that it has yet to reach.
	RecheckLoad collections.Item[uint64]

	// TicketCount: pool -> tickets given out. See ticket.go.
	TicketCount collections.Map[string, uint64]
	// TicketHolder: (pool, ticket) -> organisation.
	TicketHolder collections.Map[collections.Pair[string, uint64], string]
	// TicketOf: (pool, organisation) -> ticket.
	TicketOf collections.Map[pair, uint64]

	// Stints: (pool, organisation) -> the last period in which it could be drawn. See stint.go.
	Stints collections.Map[pair, types.Stint]
	// Moves: pool -> how many stints began and ended in it. See stint.go.
	Moves collections.Map[string, types.PoolMoves]

	// Absences: organisation -> its counted absences. See absence.go.
	Absences collections.Map[string, types.Absences]

	// EligibleOrganisations: pool -> the organisations that can be drawn in it. See eligible.go.
	EligibleOrganisations organisationArray
	// EligibleMembers: (pool, organisation) -> its ready workers.
	EligibleMembers memberArray
}

// NewKeeper returns a keeper. authority is the council's address in text. The module account "workers" must have the permission to
// burn.
func NewKeeper(cdc codec.BinaryCodec, service store.KVStoreService, addresses address.Codec,
	accounts types.AccountKeeper, bank types.BankKeeper, orgs types.OrgsKeeper, authority string,
) Keeper {
	if accounts.GetModuleAddress(types.ModuleName) == nil {
		panic("the account of module " + types.ModuleName + " has not been set")
	}
	sb := collections.NewSchemaBuilder(service)
	text, count := collections.StringKey, collections.Uint64Value
	texts := collections.PairKeyCodec(text, text)
	due := collections.PairKeyCodec(collections.Uint64Key, text)
	k := Keeper{
		addresses: addresses, accounts: accounts, bank: bank, orgs: orgs, authority: authority,

		Params:         collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Pools:          collections.NewMap(sb, types.PoolsPrefix, "pools", text, compact.Value[types.Pool](cdc, addresses)),
		Workers:        collections.NewMap(sb, types.WorkersPrefix, "workers", text, compact.Value[types.Worker](cdc, addresses)),
		Owed:           collections.NewItem(sb, types.OwedKey, "owed", count),
		Unbondings:     collections.NewMap(sb, types.UnbondingsPrefix, "unbondings", due, count),
		OpenUnbondings: collections.NewMap(sb, types.OpenUnbondingsPrefix, "open_unbondings", text, count),
		Cooling:        collections.NewKeySet(sb, types.CoolingPrefix, "cooling", due),
		Evictions: collections.NewKeySet(sb, types.EvictionsPrefix, "evictions",
			collections.TripleKeyCodec(collections.Uint64Key, text, text)),
		Serving:        collections.NewMap(sb, types.ServingPrefix, "serving", texts, count),
		RegisteredOrgs: collections.NewMap(sb, types.RegisteredPrefix, "registered", text, count),
		RuntimeServing: collections.NewMap(sb, types.RuntimeServingPrefix, "runtime_serving", texts, count),
		RuntimeOrgs:    collections.NewMap(sb, types.RuntimeOrgsPrefix, "runtime_orgs", text, count),
		Invitations:    collections.NewKeySet(sb, types.InvitationsPrefix, "invitations", texts),
		WorkersOf:      collections.NewKeySet(sb, types.WorkersOfPrefix, "workers_of", texts),
		WorkersIn:      collections.NewKeySet(sb, types.WorkersInPrefix, "workers_in", texts),
		PoolSize:       collections.NewMap(sb, types.PoolSizePrefix, "pool_size", text, count),
		Rechecks:       collections.NewMap(sb, types.RechecksPrefix, "rechecks", due, compact.Value[types.Recheck](cdc, addresses)),
		RecheckLoad:    collections.NewItem(sb, types.RecheckLoadKey, "recheck_load", count),
		TicketCount:    collections.NewMap(sb, types.TicketCountPrefix, "ticket_count", text, count),
		TicketHolder: collections.NewMap(sb, types.TicketHolderPrefix, "ticket_holder",
			collections.PairKeyCodec(text, collections.Uint64Key), collections.StringValue),
		TicketOf: collections.NewMap(sb, types.TicketOfPrefix, "ticket_of", texts, count),
		Stints:   collections.NewMap(sb, types.StintsPrefix, "stints", texts, codec.CollValue[types.Stint](cdc)),
		Moves:    collections.NewMap(sb, types.MovesPrefix, "moves", text, codec.CollValue[types.PoolMoves](cdc)),
		Absences: collections.NewMap(sb, types.AbsencesPrefix, "absences", text, codec.CollValue[types.Absences](cdc)),
		EligibleOrganisations: organisationArray{
			Lengths: collections.NewMap(sb, types.OrgCountPrefix, "org_count", text, count),
			Items: collections.NewMap(sb, types.OrgAtPrefix, "org_at",
				collections.PairKeyCodec(text, collections.Uint64Key), collections.StringValue),
			Positions:   collections.NewMap(sb, types.OrgPositionPrefix, "org_position", texts, count),
			ItemKey:     collections.Join[string, uint64],
			PositionKey: collections.Join[string, string],
		},
		EligibleMembers: memberArray{
			Lengths: collections.NewMap(sb, types.MemberCountPrefix, "member_count", texts, count),
			Items: collections.NewMap(sb, types.MemberAtPrefix, "member_at",
				collections.TripleKeyCodec(text, text, collections.Uint64Key), collections.StringValue),
			Positions:   collections.NewMap(sb, types.MemberPositionPrefix, "member_position", texts, count),
			ItemKey:     memberKey,
			PositionKey: memberPositionKey,
		},
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// GetAuthority returns the council's address in text. If the consensus parameters name another address, that one is the council's.
func (k Keeper) GetAuthority() string { return k.authority }

// readCount reads a number whose entry is absent while the number is 0.
func readCount[K any](ctx context.Context, m collections.Map[K, uint64], key K) (uint64, error) {
	n, err := m.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// writeCount writes a number, and removes its entry if the number is 0.
func writeCount[K any](ctx context.Context, m collections.Map[K, uint64], key K, n uint64) error {
	if n == 0 {
		return m.Remove(ctx, key)
	}
	return m.Set(ctx, key, n)
}

func blockHeight(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }
