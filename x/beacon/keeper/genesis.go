package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/beacon/types"
)

// InitGenesis stores a valid genesis state. Without seeds it derives the first one from the chain id.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	latest := types.Seed{Seed: types.GenesisSeed(sdk.UnwrapSDKContext(ctx).ChainID())}
	for _, s := range g.Seeds {
		if err := k.Seeds.Set(ctx, s.Height, s.Seed); err != nil {
			return err
		}
		latest = s
	}
	return k.Latest.Set(ctx, latest)
}

// ExportGenesis returns the module's state. The latest seed is one of the kept seeds, except before the first block.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	err = k.Seeds.Walk(ctx, nil, func(h int64, seed []byte) (bool, error) {
		g.Seeds = append(g.Seeds, types.Seed{Height: h, Seed: seed})
		return false, nil
	})
	return g, err
}
