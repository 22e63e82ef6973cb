package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/x/supply/types"
)

// InitGenesis stores a valid genesis state. It runs after the bank's. On a new chain all coins have the cause genesis. The causes
// of an export must add up to the supply; otherwise it returns ErrCauses.
func (k Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	// This creates the account. Coins sent to its address before would create a plain account, which cannot mint.
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
