package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/apps/types"
)

// Resolve returns the app and the version that ref names: "organisation/name:version", or a digest, which stands for
// the version that was published with it first (within one block: the first in order of app and version). ErrNotFound
// when there is none, ErrInvalidVersion when ref is neither. Whether the app takes requests is App.Usable.
func (k Keeper) Resolve(ctx context.Context, ref string) (types.App, types.Version, error) {
	key, err := k.find(ctx, ref)
	if err != nil {
		return types.App{}, types.Version{}, err
	}
	version, err := k.Versions.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrNotFound.Wrapf("%q", ref)
	}
	if err != nil {
		return types.App{}, types.Version{}, err
	}
	app, err := k.GetApp(ctx, version.App)
	return app, version, err
}

func (k Keeper) find(ctx context.Context, ref string) (versionKey, error) {
	if !types.IsDigest(ref) {
		app, version, err := types.ParseReference(ref)
		return collections.Join(app, version), err
	}
	if err := types.ValidateDigest(ref); err != nil {
		return versionKey{}, err
	}
	it, err := k.Digests.Iterate(ctx, collections.NewPrefixedQuadRange[string, uint64, string, string](ref))
	if err != nil {
		return versionKey{}, err
	}
	defer it.Close()
	if !it.Valid() {
		return versionKey{}, types.ErrNotFound.Wrapf("%q", ref)
	}
	first, err := it.Key()
	if err != nil {
		return versionKey{}, err
	}
	return collections.Join(first.K3(), first.K4()), nil
}

// Publish adds a version, and its app where it is the first. The app's organisation is the provider's; an app that is
// there keeps its owner, and takes the description unless that is empty. ErrVersionExists: versions are immutable.
func (k Keeper) Publish(ctx context.Context, app types.App, version types.Version) error {
	known, err := k.Apps.Get(ctx, app.Id)
	switch {
	case err == nil:
		if app.Description != "" {
			known.Description = app.Description
		}
		app = known
	case !errors.Is(err, collections.ErrNotFound):
		return err
	}
	if err := app.Validate(k.addresses); err != nil {
		return err
	}
	if err := version.Validate(); err != nil {
		return err
	}
	if found, err := k.Versions.Has(ctx, collections.Join(version.App, version.Version)); err != nil {
		return err
	} else if found {
		return types.ErrVersionExists.Wrapf("%s: publish under another version", version.Reference())
	}
	if err := k.Apps.Set(ctx, app.Id, app); err != nil {
		return err
	}
	if err := k.setVersion(ctx, version); err != nil {
		return err
	}
	return emit(ctx, &types.EventPublished{Reference: version.Reference(), Digest: version.Digest, Owner: app.Owner})
}

// SetPrice changes a version's price; deals made keep theirs.
func (k Keeper) SetPrice(ctx context.Context, app, version string, price uint64) error {
	key := collections.Join(app, version)
	v, err := k.Versions.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return types.ErrNotFound.Wrapf("%q", app+":"+version)
	}
	if err != nil {
		return err
	}
	v.Price = price
	if err := k.Versions.Set(ctx, key, v); err != nil {
		return err
	}
	return emit(ctx, &types.EventAppChanged{App: app, What: "price"})
}

// setVersion stores a new version and its entry in the index of digests.
func (k Keeper) setVersion(ctx context.Context, v types.Version) error {
	if err := k.Versions.Set(ctx, collections.Join(v.App, v.Version), v); err != nil {
		return err
	}
	return k.Digests.Set(ctx, collections.Join4(v.Digest, uint64(v.Height), v.App, v.Version))
}
