package keeper

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/collections"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/poa/types"
)

// InitGenesis stores a valid genesis state and returns the validator set. A seat must be revoked exactly when its organisation
// lacks the validator role, and its operator must belong to the organisation.
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
	if err := k.initMissed(ctx, g.Missed); err != nil {
		return nil, err
	}
	if err := k.initWaiting(ctx, g); err != nil {
		return nil, err
	}
	if err := k.initPause(ctx, g); err != nil {
		return nil, err
	}
	return k.validatorUpdates(ctx)
}

func (k Keeper) initMissed(ctx context.Context, missed []types.Missed) error {
	for _, m := range missed {
		if err := k.Missed.Set(ctx, collections.Join(m.OrgId, m.Slot)); err != nil {
			return err
		}
		count, err := k.missedCount(ctx, m.OrgId)
		if err != nil {
			return err
		}
		if err := k.MissedCount.Set(ctx, m.OrgId, count+1); err != nil {
			return err
		}
	}
	return nil
}

// initWaiting stores the changes and offers that wait, the old keys and the turnover.
func (k Keeper) initWaiting(ctx context.Context, g types.GenesisState) error {
	for _, c := range g.Changes {
		if err := k.Changes.Set(ctx, c.OrgId, c); err != nil {
			return err
		}
	}
	for _, o := range g.Offers {
		if err := k.Offers.Set(ctx, o.OrgId, o); err != nil {
			return err
		}
	}
	for _, old := range g.OldKeys {
		if err := k.setOldKey(ctx, old); err != nil {
			return err
		}
	}
	for _, t := range g.Turnover {
		if err := k.Turnover.Set(ctx, t.Height, t.Power); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) checkOrganisation(ctx context.Context, s types.Seat) error {
	if holds, err := k.orgs.HasRole(ctx, s.OrgId, orgstypes.ROLE_VALIDATOR); err != nil {
		return types.ErrInvalidSeat.Wrapf("organisation of %s: %s", s.OrgId, err)
	} else if holds == s.Revoked {
		return types.ErrInvalidSeat.Wrapf("revoked of %s: %t, expected %t: its organisation is active and holds the validator role: %t",
			s.OrgId, s.Revoked, !holds, holds)
	}
	return k.checkOperator(ctx, s.OrgId, s.Operator)
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
	if err != nil {
		return nil, err
	}
	if g.Changes, g.Offers, err = k.listWaiting(ctx); err != nil {
		return nil, err
	}
	err = k.OldKeys.Walk(ctx, nil, func(_ collections.Pair[string, []byte], old types.OldKey) (bool, error) {
		g.OldKeys = append(g.OldKeys, old)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	err = k.Turnover.Walk(ctx, nil, func(height, power int64) (bool, error) {
		g.Turnover = append(g.Turnover, types.Turnover{Height: height, Power: power})
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	return g, k.exportPause(ctx, g)
}

// listWaiting returns the changes and the offers that wait, in order of org id.
func (k Keeper) listWaiting(ctx context.Context) (changes []types.Change, offers []types.Offer, err error) {
	err = k.Changes.Walk(ctx, nil, func(_ string, c types.Change) (bool, error) {
		changes = append(changes, c)
		return false, nil
	})
	if err != nil {
		return nil, nil, err
	}
	err = k.Offers.Walk(ctx, nil, func(_ string, o types.Offer) (bool, error) {
		offers = append(offers, o)
		return false, nil
	})
	return changes, offers, err
}
