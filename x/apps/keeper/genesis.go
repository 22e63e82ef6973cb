package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/apps/types"
)

// InitGenesis stores a valid genesis state and builds its indexes.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	for _, a := range g.Apps {
		if err := k.setApp(ctx, a); err != nil {
			return err
		}
	}
	for _, v := range g.Versions {
		if err := k.setVersion(ctx, v); err != nil {
			return err
		}
	}
	for _, d := range g.Datasets {
		if err := k.setDataset(ctx, d); err != nil {
			return err
		}
	}
	for _, v := range g.DatasetVersions {
		if err := k.setDatasetVersion(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the module's state.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	g := &types.GenesisState{}
	err := k.Apps.Walk(ctx, nil, func(_ string, a types.App) (bool, error) {
		g.Apps = append(g.Apps, a)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Versions.Walk(ctx, nil, func(_ versionKey, v types.Version) (bool, error) {
		g.Versions = append(g.Versions, v)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Datasets.Walk(ctx, nil, func(_ string, d types.Dataset) (bool, error) {
		g.Datasets = append(g.Datasets, d)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.DatasetVersions.Walk(ctx, nil, func(_ versionKey, v types.DatasetVersion) (bool, error) {
		g.DatasetVersions = append(g.DatasetVersions, v)
		return false, nil
	})
	return g, err
}
