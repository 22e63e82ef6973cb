package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/x/apps/types"
)

// Resolve returns the app and the version that ref names. ref is "organisation/name:version" or a digest. A digest means the
// version that was published with it first (within one block: the first in order of app and version). ErrNotFound when there
// is none, ErrInvalidVersion when ref is neither. App.Usable says whether the app takes requests.
func (k Keeper) Resolve(ctx context.Context, ref string) (types.App, types.Version, error) {
	version, err := resolveVersion(ctx, k.Versions, k.Digests, "app", ref)
	if err != nil {
		return types.App{}, types.Version{}, err
	}
	app, err := k.GetApp(ctx, version.App)
	return app, version, err
}

// resolveVersion finds the version that ref names, or the one that was published first with the digest ref.
func resolveVersion[V any](ctx context.Context, versions collections.Map[versionKey, V], digests collections.KeySet[digestKey], word, ref string) (version V, err error) {
	key, err := findVersionKey(ctx, digests, word, ref)
	if err != nil {
		return version, err
	}
	version, err = versions.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrNotFound.Wrapf("%s version %q", word, ref)
	}
	return version, err
}

func findVersionKey(ctx context.Context, digests collections.KeySet[digestKey], word, ref string) (versionKey, error) {
	if !artifact.NamesDigest(ref) {
		id, version, err := types.ParseReference(ref)
		return collections.Join(id, version), err
	}
	if err := types.ValidateDigest(ref); err != nil {
		return versionKey{}, err
	}
	it, err := digests.Iterate(ctx, collections.NewPrefixedQuadRange[string, uint64, string, string](ref))
	if err != nil {
		return versionKey{}, err
	}
	defer it.Close()
	if !it.Valid() {
		return versionKey{}, types.ErrNotFound.Wrapf("%s version %q", word, ref)
	}
	first, err := it.Key()
	if err != nil {
		return versionKey{}, err
	}
	return collections.Join(first.K3(), first.K4()), nil
}

// Draft publishes a version in ctx, with all checks of the message but that of its signature, and returns its reference. Previews call it
// in a copy of the state that they throw away.
func (k Keeper) Draft(ctx context.Context, msg *types.MsgPublish) (reference string, err error) {
	res, err := msgServer{k}.Publish(ctx, msg)
	return res.GetReference(), err
}

// Publish adds a version, and the app when it is the first one. An existing app keeps its owner and organisation, and takes the
// new description unless that is empty. ErrNameTaken when a dataset has this name. ErrVersionExists, because versions are
// immutable. The message server checks that the signer may publish for the app.
func (k Keeper) Publish(ctx context.Context, app types.App, version types.Version) error {
	if taken, err := k.Datasets.Has(ctx, app.Id); err != nil {
		return err
	} else if taken {
		return types.ErrNameTaken.Wrapf("%s: it is a dataset's", app.Id)
	}
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
	if version, err = version.Normal(); err != nil {
		return err
	}
	if err := version.Validate(); err != nil {
		return err
	}
	if err := version.CheckProgram(); err != nil {
		return err
	}
	if found, err := k.Versions.Has(ctx, collections.Join(version.App, version.Version)); err != nil {
		return err
	} else if found {
		return types.ErrVersionExists.Wrapf("%s: publish under another version", version.Reference())
	}
	if err := k.setApp(ctx, app); err != nil {
		return err
	}
	if err := k.setVersion(ctx, version); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPublished{
		Reference: version.Reference(), Digest: version.Digest, Owner: app.Owner, Price: version.Price, ByOrder: version.ByOrder,
	})
}

// setVersion stores a new version and its entry in the index of digests.
func (k Keeper) setVersion(ctx context.Context, v types.Version) error {
	if err := k.Versions.Set(ctx, collections.Join(v.App, v.Version), v); err != nil {
		return err
	}
	return k.Digests.Set(ctx, collections.Join4(v.Digest, uint64(v.Height), v.App, v.Version))
}
