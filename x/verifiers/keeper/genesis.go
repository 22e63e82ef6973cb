package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/verifiers/types"
)

// InitGenesis stores a valid genesis state. It returns ErrDevelopment for a verifier whose setup everybody knows, unless the chain
// is a development chain.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	for _, v := range g.Verifiers {
		if err := v.CheckChain(sdk.UnwrapSDKContext(ctx).ChainID()); err != nil {
			return err
		}
		if err := k.Verifiers.Set(ctx, v.Name, v); err != nil {
			return err
		}
	}
	for _, s := range g.Votes {
		if err := k.Votes.Set(ctx, collections.Join(s.Verifier, s.OrgId), s); err != nil {
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
	err = k.Verifiers.Walk(ctx, nil, func(_ string, v types.Verifier) (bool, error) {
		g.Verifiers = append(g.Verifiers, v)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	return g, k.Votes.Walk(ctx, nil, func(_ collections.Pair[string, string], s types.StopVote) (bool, error) {
		g.Votes = append(g.Votes, s)
		return false, nil
	})
}
