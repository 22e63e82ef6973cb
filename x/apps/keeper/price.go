package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/apps/types"
)

// SetPrice changes the list price, in ucred, of a version of an app or dataset. With byOrder it takes the list price away.
// Existing deals keep theirs. ErrNotFound when there is no such version, ErrInvalidVersion for a price together with byOrder.
func (k Keeper) SetPrice(ctx context.Context, id, version string, price uint64, byOrder bool) error {
	if err := types.ValidatePrice(price, byOrder); err != nil {
		return err
	}
	asset, err := k.GetAsset(ctx, id)
	if err != nil {
		return err
	}
	if asset.Dataset {
		err = changeVersion(ctx, k.DatasetVersions, id, version, func(v *types.DatasetVersion) { v.Price, v.ByOrder = price, byOrder })
	} else {
		err = changeVersion(ctx, k.Versions, id, version, func(v *types.Version) { v.Price, v.ByOrder = price, byOrder })
	}
	if err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventAppChanged{App: id, What: "price", Version: version, Price: price, ByOrder: byOrder})
}

func changeVersion[V any](ctx context.Context, versions collections.Map[versionKey, V], id, version string, change func(*V)) error {
	key := collections.Join(id, version)
	v, err := versions.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return types.ErrNotFound.Wrapf("version %q", types.Reference(id, version))
	}
	if err != nil {
		return err
	}
	change(&v)
	return versions.Set(ctx, key, v)
}
