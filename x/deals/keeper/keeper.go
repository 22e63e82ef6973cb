// Package keeper keeps deals: what was agreed, the escrow behind it, the opening of tasks and how they are paid.
package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/x/deals/types"
)

type (
	// indexKey is (party, state, height, id).
	indexKey = collections.Quad[[]byte, uint64, int64, []byte]
	// parkKey is (height, deal).
	parkKey = collections.Pair[int64, []byte]
	// pruneKey is (height of its end, deal).
	pruneKey = collections.Pair[int64, []byte]
	// releaseKey is (height, deal, index of the first task).
	releaseKey = collections.Triple[int64, []byte, uint64]
)

// rememberedDeals is the number of deals that are kept decoded in memory; large deals are not. A deal is written once, and read about
// sixteen times for each of its tasks.
const rememberedDeals = 2048

// items are the items of the module's block hooks, each of which runs alone.
const items = isolate.Module(types.ModuleName)

// hooks are the modules that stand on x/deals. The deals reach them through these.
type hooks struct {
	market types.MarketHooks
	tasks  types.TaskHooks
}

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	bank      types.BankKeeper
	vouchers  types.VouchersKeeper
	pause     types.Pause
	purse     purse.Purse
	authority string

	hooks     *hooks     // shared by all copies of the keeper
	callbacks *callbacks // likewise

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Deals: id -> deal as it was made, without its progress and without the arguments and inputs, which its request has.
	Deals collections.Map[[]byte, types.Deal]
	// Progress: id -> the part of a deal that changes.
	Progress collections.Map[[]byte, types.DealProgress]
	// DealsBy: (party, state, height, id).
	DealsBy collections.KeySet[indexKey]
	// Opening: position -> deal with tasks to open, walked from the front.
	Opening collections.Map[uint64, []byte]
	// Positions: deal with tasks to open -> its position.
	Positions collections.Map[[]byte, uint64]
	// Parked: (height, deal with tasks to open that is put back into Opening then).
	Parked collections.KeySet[parkKey]
	// NextPosition counts positions.
	NextPosition collections.Sequence
	// Releases: (height, deal, index of the first task) -> number of tasks that give back the volume of datasets that one task alone
	// reads. The index ofTheDeal stands for what the deal as a whole gives back.
	Releases collections.Map[releaseKey, uint64]
	// Prunes: (height of the end, deal) of deals that can be pruned. Entries at the front are pruned once they are old enough.
	Prunes collections.KeySet[pruneKey]
	// Pruned: id -> what is kept of a deal that was pruned.
	Pruned collections.Map[[]byte, types.PrunedDeal]
}

// NewKeeper returns a keeper whose council is authority, an address in text.
func NewKeeper(
	cdc codec.Codec, service store.KVStoreService, addresses address.Codec,
	accounts types.AccountKeeper, bank types.BankKeeper, vouchers types.VouchersKeeper, pause types.Pause, authority string,
) Keeper {
	sb := collections.NewSchemaBuilder(service)
	index := collections.QuadKeyCodec(collections.BytesKey, collections.Uint64Key, collections.Int64Key, collections.BytesKey)
	release := collections.TripleKeyCodec(collections.Int64Key, collections.BytesKey, collections.Uint64Key)
	k := Keeper{
		addresses: addresses, bank: bank, vouchers: vouchers, pause: pause, authority: authority,
		hooks: new(hooks), callbacks: &callbacks{hooks: map[string]types.Callback{}},
		purse: purse.New(sb, types.OwedKey, types.DepositsPrefix, types.ModuleName, accounts, bank),

		Params:       collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Deals:        collections.NewMap(sb, types.DealsPrefix, "deals", collections.BytesKey, compact.Remembered[types.Deal](cdc, addresses, rememberedDeals)),
		Progress:     collections.NewMap(sb, types.ProgressPrefix, "progress", collections.BytesKey, codec.CollValue[types.DealProgress](cdc)),
		DealsBy:      collections.NewKeySet(sb, types.DealsByPrefix, "deals_by", index),
		Opening:      collections.NewMap(sb, types.OpeningPrefix, "opening", collections.Uint64Key, collections.BytesValue),
		Positions:    collections.NewMap(sb, types.PositionsPrefix, "positions", collections.BytesKey, collections.Uint64Value),
		Parked:       collections.NewKeySet(sb, types.ParkedPrefix, "parked", collections.PairKeyCodec(collections.Int64Key, collections.BytesKey)),
		NextPosition: collections.NewSequence(sb, types.NextPositionKey, "next_position"),
		Releases:     collections.NewMap(sb, types.ReleasesPrefix, "releases", release, collections.Uint64Value),
		Prunes:       collections.NewKeySet(sb, types.PrunesPrefix, "prunes", collections.PairKeyCodec(collections.Int64Key, collections.BytesKey)),
		Pruned:       collections.NewMap(sb, types.PrunedPrefix, "pruned", collections.BytesKey, compact.Value[types.PrunedDeal](cdc, addresses)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// SetMarketHooks connects the deals with the market. The application calls it once while it is built; a second call panics.
func (k Keeper) SetMarketHooks(h types.MarketHooks) {
	if k.hooks.market != nil {
		panic("deals: market hooks are set already")
	}
	k.hooks.market = h
}

// SetTaskHooks connects the deals with the tasks. The application calls it once while it is built; a second call panics.
func (k Keeper) SetTaskHooks(h types.TaskHooks) {
	if k.hooks.tasks != nil {
		panic("deals: task hooks are set already")
	}
	k.hooks.tasks = h
}

// GetAuthority returns the council's address in text.
func (k Keeper) GetAuthority() string { return k.authority }

func emitEvent(ctx context.Context, event sdk.Msg) error {
	return events.Emit(ctx, event)
}
