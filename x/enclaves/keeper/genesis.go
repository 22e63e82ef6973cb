package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// setAll stores the records of a list under their keys.
func setAll[K, V any](ctx context.Context, m collections.Map[K, V], list []V, keyOf func(V) K) error {
	for _, v := range list {
		if err := m.Set(ctx, keyOf(v), v); err != nil {
			return err
		}
	}
	return nil
}

// InitGenesis stores a valid genesis state. It returns ErrDevelopment for a state with the software platform, or with anything
// that came from it, unless the chain is a development chain.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := g.CheckChain(sdk.UnwrapSDKContext(ctx).ChainID()); err != nil {
		return err
	}
	err := steps.Run(
		func() error { return k.Params.Set(ctx, g.Params) },
		func() error { return k.ParamsHeight.Set(ctx, g.ParamsHeight) },
		func() error {
			return setAll(ctx, k.Measurements, g.Measurements, func(m types.Measurement) string { return m.Id })
		},
		func() error {
			return setAll(ctx, k.Images, g.Images, func(i types.Image) pair { return collections.Join(i.Runtime, i.Measurement) })
		},
		func() error {
			return setAll(ctx, k.Machines, g.Machines, func(m types.Machine) string { return m.Id })
		},
		func() error {
			return setAll(ctx, k.Sessions, g.Sessions, func(s types.Session) sessionKey { return collections.Join(s.Worker, s.Key) })
		},
		func() error {
			return setAll(ctx, k.Freezes, g.Freezes, func(f types.Freeze) string { return f.Subject })
		},
		func() error {
			return setAll(ctx, k.Votes, g.Votes, func(v types.FreezeVote) pair { return collections.Join(v.Subject, v.OrgId) })
		},
		func() error {
			return setAll(ctx, k.Convictions, g.Convictions, func(c types.Conviction) pair { return collections.Join(c.Measurement, c.Organisation) })
		},
		func() error {
			return setAll(ctx, k.Snp, g.Snp, func(c types.SnpCollateral) string { return c.Product })
		},
	)
	if err != nil {
		return err
	}
	for _, r := range g.Tdx {
		if err := k.Editions.Set(ctx, r.Edition.Family, r.Edition); err != nil {
			return err
		}
		if err := k.Tdx.Set(ctx, r.Edition.Family, r.Collateral); err != nil {
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
	height, err := k.ParamsHeight.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params, ParamsHeight: height}
	err = steps.Run(
		func() error { return k.Measurements.Walk(ctx, nil, records.Collect[string](&g.Measurements)) },
		func() error { return k.Images.Walk(ctx, nil, records.Collect[pair](&g.Images)) },
		func() error { return k.Machines.Walk(ctx, nil, records.Collect[string](&g.Machines)) },
		func() error { return k.Sessions.Walk(ctx, nil, records.Collect[sessionKey](&g.Sessions)) },
		func() error { return k.Freezes.Walk(ctx, nil, records.Collect[string](&g.Freezes)) },
		func() error { return k.Votes.Walk(ctx, nil, records.Collect[pair](&g.Votes)) },
		func() error { return k.Convictions.Walk(ctx, nil, records.Collect[pair](&g.Convictions)) },
		func() error { return k.Snp.Walk(ctx, nil, records.Collect[string](&g.Snp)) },
	)
	if err != nil {
		return nil, err
	}
	return g, k.Editions.Walk(ctx, nil, func(family []byte, e types.Edition) (bool, error) {
		c, err := k.Tdx.Get(ctx, family)
		g.Tdx = append(g.Tdx, types.TdxRecord{Edition: e, Collateral: c})
		return false, err
	})
}
