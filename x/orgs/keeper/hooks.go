package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/orgs/types"
)

// SetHooks adds those who are told when an organisation's rights change, in this order. The application calls it while
// it wires the keepers; every copy of the keeper sees them.
func (k Keeper) SetHooks(hooks ...types.Hooks) { *k.hooks = append(*k.hooks, hooks...) }

// rightsChanged tells them.
func (k Keeper) rightsChanged(ctx context.Context, id string) error {
	for _, h := range *k.hooks {
		if err := h.AfterRightsChanged(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
