package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/apps/types"
)

// ResolveDataset returns the dataset and the version that ref names, as Resolve does for apps. Dataset.Usable says whether the
// dataset takes requests.
func (k Keeper) ResolveDataset(ctx context.Context, ref string) (types.Dataset, types.DatasetVersion, error) {
	version, err := resolveVersion(ctx, k.DatasetVersions, k.DatasetDigests, "dataset", ref)
	if err != nil {
		return types.Dataset{}, types.DatasetVersion{}, err
	}
	dataset, err := k.GetDataset(ctx, version.Dataset)
	return dataset, version, err
}

// PublishDataset adds a version, and the dataset when it is the first one, as Publish does for apps.
func (k Keeper) PublishDataset(ctx context.Context, dataset types.Dataset, version types.DatasetVersion) error {
	if taken, err := k.Apps.Has(ctx, dataset.Id); err != nil {
		return err
	} else if taken {
		return types.ErrNameTaken.Wrapf("%s: it is an app's", dataset.Id)
	}
	known, err := k.Datasets.Get(ctx, dataset.Id)
	switch {
	case err == nil:
		if dataset.Description != "" {
			known.Description = dataset.Description
		}
		dataset = known
	case !errors.Is(err, collections.ErrNotFound):
		return err
	}
	if err := dataset.Validate(k.addresses); err != nil {
		return err
	}
	if version, err = version.Normal(); err != nil {
		return err
	}
	if err := version.Validate(); err != nil {
		return err
	}
	if found, err := k.DatasetVersions.Has(ctx, collections.Join(version.Dataset, version.Version)); err != nil {
		return err
	} else if found {
		return types.ErrVersionExists.Wrapf("%s: publish under another version", version.Reference())
	}
	if err := k.setDataset(ctx, dataset); err != nil {
		return err
	}
	if err := k.setDatasetVersion(ctx, version); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventPublished{
		Reference: version.Reference(), Digest: version.Digest, Owner: dataset.Owner, Dataset: true,
		Price: version.Price, ByOrder: version.ByOrder,
	})
}

// setDatasetVersion stores a new version and its entry in the index of digests.
func (k Keeper) setDatasetVersion(ctx context.Context, v types.DatasetVersion) error {
	if err := k.DatasetVersions.Set(ctx, collections.Join(v.Dataset, v.Version), v); err != nil {
		return err
	}
	return k.DatasetDigests.Set(ctx, collections.Join4(v.Digest, uint64(v.Height), v.Dataset, v.Version))
}
