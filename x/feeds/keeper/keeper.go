// Package keeper keeps feeds: named values that final answers of tasks update.
package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/feeds/types"
)

type (
	// ownerKey is (owner, name).
	ownerKey = collections.Pair[[]byte, string]
	// valueKey is (feed, height of the deal, index in the bag, task).
	valueKey = collections.Quad[string, uint64, uint64, string]
)

// items are the items of the module's block hooks, each of which runs alone.
const items = isolate.Module(types.ModuleName)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	orgs      types.OrgsKeeper

	Schema collections.Schema
	// Params of the module.
	Params collections.Item[types.Params]
	// Feeds: id -> feed.
	Feeds collections.Map[string, types.Feed]
	// ByOwner: (owner, name) -> id.
	ByOwner collections.Map[ownerKey, string]
	// Counts: owner -> number of its feeds.
	Counts collections.Map[[]byte, uint64]
	// Values: (feed, height of the deal, index in the bag, task) -> value; from the oldest to the newest of a feed.
	Values collections.Map[valueKey, types.Value]
	// Removals: feeds that were deleted and still have values.
	Removals collections.KeySet[string]
}

// NewKeeper returns a keeper.
func NewKeeper(cdc codec.Codec, service store.KVStoreService, addresses address.Codec, orgs types.OrgsKeeper) Keeper {
	sb := collections.NewSchemaBuilder(service)
	k := Keeper{
		addresses: addresses, orgs: orgs,
		Params:  collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		Feeds:   collections.NewMap(sb, types.FeedsPrefix, "feeds", compact.ID, compact.Value[types.Feed](cdc, addresses)),
		ByOwner: collections.NewMap(sb, types.ByOwnerPrefix, "by_owner", collections.PairKeyCodec(collections.BytesKey, collections.StringKey), compact.IDValue),
		Counts:  collections.NewMap(sb, types.CountsPrefix, "counts", collections.BytesKey, collections.Uint64Value),
		Values: collections.NewMap(sb, types.ValuesPrefix, "values",
			collections.QuadKeyCodec(compact.ID, collections.Uint64Key, collections.Uint64Key, compact.ID), compact.Value[types.Value](cdc, addresses)),
		Removals: collections.NewKeySet(sb, types.RemovalsPrefix, "removals", compact.ID),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

func emitEvent(ctx context.Context, event proto.Message) error {
	return events.Emit(ctx, event)
}
