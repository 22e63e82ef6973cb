package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/orgs/types"
)

// SetHooks adds the modules that are told when an organisation's rights change, in this order. The application calls it while it
// wires the keepers; every copy of the keeper has the same hooks.
func (k Keeper) SetHooks(hooks ...types.Hooks) { *k.hooks = append(*k.hooks, hooks...) }

// SetTies adds the modules that are asked before an account ceases to belong to an organisation. Like the hooks, they are shared
// by all copies of the keeper.
func (k Keeper) SetTies(ties ...types.Ties) { *k.ties = append(*k.ties, ties...) }

// rightsChanged calls the hooks.
func (k Keeper) rightsChanged(ctx context.Context, id string) error {
	for _, h := range *k.hooks {
		if err := h.AfterRightsChanged(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
