package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/apps/types"
)

// GetDataset returns the dataset named id, or ErrNotFound.
func (k Keeper) GetDataset(ctx context.Context, id string) (types.Dataset, error) {
	dataset, err := k.Datasets.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return dataset, types.ErrNotFound.Wrapf("dataset %q", id)
	}
	return dataset, err
}

// setDataset stores a new or known dataset and updates the index of owners.
func (k Keeper) setDataset(ctx context.Context, dataset types.Dataset) error {
	known, err := k.Datasets.Get(ctx, dataset.Id)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if err := k.indexOwner(ctx, k.DatasetsByOwner, dataset.Id, known.Owner, dataset.Owner); err != nil {
		return err
	}
	return k.Datasets.Set(ctx, dataset.Id, dataset)
}
