package keeper

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

// InitGenesis stores a valid genesis state and returns the validator set. Every seat's organisation must hold the
// validator role, or the seat be revoked, and its operator must belong to it.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) ([]abci.ValidatorUpdate, error) {
	if err := g.Validate(k.addresses); err != nil {
		return nil, err
	}
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return nil, err
	}
	for _, s := range g.Seats {
		if err := k.checkOrganisation(ctx, s); err != nil {
			return nil, err
		}
		if err := k.addSeat(ctx, s); err != nil {
			return nil, err
		}
	}
	for _, m := range g.Missed {
		if err := k.Missed.Set(ctx, collections.Join(m.OrgId, m.Slot)); err != nil {
			return nil, err
		}
		count, err := k.missedCount(ctx, m.OrgId)
		if err != nil {
			return nil, err
		}
		if err := k.MissedCount.Set(ctx, m.OrgId, count+1); err != nil {
			return nil, err
		}
	}
	return k.EndBlock(ctx)
}

func (k Keeper) checkOrganisation(ctx context.Context, s types.Seat) error {
	if holds, err := k.orgs.HasRole(ctx, s.OrgId, orgstypes.ROLE_VALIDATOR); err != nil {
		return types.ErrInvalidSeat.Wrapf("organisation of %s: %s", s.OrgId, err)
	} else if holds == s.Revoked {
		return types.ErrInvalidSeat.Wrapf("revoked of %s: %t, expected %t: its organisation is active and holds the validator role: %t",
			s.OrgId, s.Revoked, !holds, holds)
	}
	operator, err := k.addresses.StringToBytes(s.Operator)
	if err != nil {
		return err
	}
	org, _, err := k.orgs.OrgOf(ctx, operator)
	if err != nil {
		return err
	}
	if org != s.OrgId {
		return types.ErrInvalidSeat.Wrapf("operator %s of %s belongs to organisation %q", s.Operator, s.OrgId, org)
	}
	return nil
}

// ExportGenesis returns the module's state.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	seats, err := k.AllSeats(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params, Seats: seats}
	err = k.Missed.Walk(ctx, nil, func(key collections.Pair[string, int64]) (bool, error) {
		g.Missed = append(g.Missed, types.Missed{OrgId: key.K1(), Slot: key.K2()})
		return false, nil
	})
	return g, err
}
