package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/x/supply/types"
)

// InitGenesis stores a valid genesis state. It comes after the bank's: on a new chain the coins that there are have the cause
// genesis; the causes of an export must make the supply, or it is refused with ErrCauses.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	// Creates the account: coins sent to an address without one would make it a plain account, which can not mint.
	k.accounts.GetModuleAccount(ctx, types.ModuleName)
	if err := k.Params.Set(ctx, g.Params); err != nil {
		return err
	}
	if len(g.Causes) == 0 {
		g.Causes = []types.Cause{{Name: types.Genesis, Amount: k.bank.GetSupply(ctx, types.Denom).Amount}}
	}
	if err := k.checkCauses(ctx, g.Causes); err != nil {
		return err
	}
	for _, c := range g.Causes {
		if err := k.countCause(ctx, c.Name, c.Amount); err != nil {
			return err
		}
	}
	for _, m := range g.Mints {
		if err := k.Mints.Set(ctx, m.Number, m); err != nil {
			return err
		}
	}
	return k.NextMint.Set(ctx, uint64(len(g.Mints)))
}

// ExportGenesis returns the module's state.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return nil, err
	}
	g := &types.GenesisState{Params: params}
	if g.Causes, err = k.listCauses(ctx); err != nil {
		return nil, err
	}
	err = k.Mints.Walk(ctx, nil, func(_ uint64, m types.Mint) (bool, error) {
		g.Mints = append(g.Mints, m)
		return false, nil
	})
	return g, err
}

func emitEvent(ctx context.Context, event proto.Message) error {
	return events.Emit(ctx, event)
}
