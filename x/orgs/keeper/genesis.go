package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/orgs/types"
)

// InitGenesis stores a valid genesis state.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(k.addresses); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, org := range g.Organisations {
		if err := k.Admit(ctx, org); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis returns the module's state.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	err = k.Organisations.Walk(ctx, nil, func(_ string, org types.Organisation) (bool, error) {
		g.Organisations = append(g.Organisations, org)
		return false, nil
	})
	return g, err
}
