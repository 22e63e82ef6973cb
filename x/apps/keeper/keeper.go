// Package keeper keeps apps, datasets and their versions. An app and a dataset have the same rules of ownership, price and
// transfer. These rules are written once, for types.Asset, which holds the fields that both have:
//
//	asset.go                         who may change or trade an asset
//	transfer.go, price.go            handing an asset over; list prices
//	app.go, version.go               apps and their versions
//	dataset.go, dataset_version.go   datasets and theirs
//
// Digests and DatasetDigests are ordered by digest and height, so that their first entry for a digest is the version that was
// published first. A digest as a reference means that version.
package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/x/apps/types"
)

type (
	// versionKey is (app or dataset, version).
	versionKey = collections.Pair[string, string]
	// digestKey is (digest, height, app or dataset, version).
	digestKey = collections.Quad[string, uint64, string, string]
	// ownerKey is (owner, app or dataset).
	ownerKey = collections.Pair[sdk.AccAddress, string]
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
	// Digests: (digest, height, app, version). A digest resolves to the version of its first key.
	Digests collections.KeySet[digestKey]
	// Datasets: id -> record. No id is in both Apps and Datasets.
	Datasets collections.Map[string, types.Dataset]
	// DatasetVersions: (dataset, version) -> record; ranged by dataset.
	DatasetVersions collections.Map[versionKey, types.DatasetVersion]
	// DatasetDigests: (digest, height, dataset, version), used like Digests.
	DatasetDigests collections.KeySet[digestKey]
	// AppsByOwner: (owner, app); ranged by owner.
	AppsByOwner collections.KeySet[ownerKey]
	// DatasetsByOwner: (owner, dataset); ranged by owner.
	DatasetsByOwner collections.KeySet[ownerKey]
}

// NewKeeper returns a keeper whose council is authority, an address in text.
func NewKeeper(cdc codec.BinaryCodec, service store.KVStoreService, addresses address.Codec, orgs types.OrgsKeeper, authority string) Keeper {
	sb := collections.NewSchemaBuilder(service)
	text := collections.StringKey
	version := collections.PairKeyCodec(text, text)
	digest := collections.QuadKeyCodec(text, collections.Uint64Key, text, text)
	owner := collections.PairKeyCodec(sdk.AccAddressKey, text)
	k := Keeper{
		addresses: addresses, orgs: orgs, authority: authority,
		Apps:            collections.NewMap(sb, types.AppsPrefix, "apps", text, compact.Value[types.App](cdc, addresses)),
		Versions:        collections.NewMap(sb, types.VersionsPrefix, "versions", version, compact.Value[types.Version](cdc, addresses)),
		Digests:         collections.NewKeySet(sb, types.DigestsPrefix, "digests", digest),
		Datasets:        collections.NewMap(sb, types.DatasetsPrefix, "datasets", text, compact.Value[types.Dataset](cdc, addresses)),
		DatasetVersions: collections.NewMap(sb, types.DatasetVersionsPrefix, "dataset_versions", version, compact.Value[types.DatasetVersion](cdc, addresses)),
		DatasetDigests:  collections.NewKeySet(sb, types.DatasetDigestsPrefix, "dataset_digests", digest),
		AppsByOwner:     collections.NewKeySet(sb, types.AppsByOwnerPrefix, "apps_by_owner", owner),
		DatasetsByOwner: collections.NewKeySet(sb, types.DatasetsByOwnerPrefix, "datasets_by_owner", owner),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.Schema = schema
	return k
}

// GetAuthority returns the council's address in text. If the consensus parameters name another one, that one is the council.
func (k Keeper) GetAuthority() string { return k.authority }

func emitEvent(ctx context.Context, event proto.Message) error {
	return events.Emit(ctx, event)
}
