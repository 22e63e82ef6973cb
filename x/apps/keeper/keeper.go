// Package keeper keeps apps and their versions.
package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/apps/types"
)

type (
	// versionKey is (app, version).
	versionKey = collections.Pair[string, string]
	// digestKey is (digest, height, app, version).
	digestKey = collections.Quad[string, uint64, string, string]
)

// Keeper of the module's state.
type Keeper struct {
	addresses address.Codec
	orgs      types.OrgsKeeper
	authority string

	Schema collections.Schema
	// Apps: id -> record.
	Apps collections.Map[string, types.App]
	// Versions: (app, version) -> record; ranged by app.
	Versions collections.Map[versionKey, types.Version]
	// Digests: (digest, height, app, version); the first key of a digest is what it resolves to.
	Digests collections.KeySet[digestKey]
}

// NewKeeper returns a keeper whose council is authority, an address in text.
func NewKeeper(cdc codec.BinaryCodec, service store.KVStoreService, addresses address.Codec, orgs types.OrgsKeeper, authority string) Keeper {
	sb := collections.NewSchemaBuilder(service)
	text := collections.StringKey
	k := Keeper{
		addresses: addresses, orgs: orgs, authority: authority,
		Apps:     collections.NewMap(sb, types.AppsPrefix, "apps", text, codec.CollValue[types.App](cdc)),
		Versions: collections.NewMap(sb, types.VersionsPrefix, "versions", collections.PairKeyCodec(text, text), codec.CollValue[types.Version](cdc)),
		Digests: collections.NewKeySet(sb, types.DigestsPrefix, "digests",
			collections.QuadKeyCodec(text, collections.Uint64Key, text, text)),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// Authority returns the council's address in text. The consensus parameters may name another one, which then holds.
func (k Keeper) Authority() string { return k.authority }

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}
