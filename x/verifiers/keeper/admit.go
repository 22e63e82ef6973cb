package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/verifiers/types"
)

// Admit adds a verifier, which counts after delay_blocks. A name is given only once, for ever: ErrExists. It also returns
// ErrInvalid and ErrDevelopment.
func (k Keeper) Admit(ctx context.Context, v types.Verifier) (types.Verifier, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return v, err
	}
	if v.ActiveFrom != 0 || v.Stopped != nil {
		return v, types.ErrInvalid.Wrapf("%.40s: active_from and stopped are the chain's to fill in, expected none", v.Name)
	}
	v.ActiveFrom = heightOf(ctx) + params.DelayBlocks
	if err := v.Validate(); err != nil {
		return v, err
	}
	if err := v.CheckChain(sdk.UnwrapSDKContext(ctx).ChainID()); err != nil {
		return v, err
	}
	if has, err := k.Verifiers.Has(ctx, v.Name); err != nil || has {
		if err == nil {
			err = types.ErrExists.Wrapf("%s: admit it under another name", v.Name)
		}
		return v, err
	}
	if err := k.Verifiers.Set(ctx, v.Name, v); err != nil {
		return v, err
	}
	return v, emitEvent(ctx, &types.EventAdmitted{Name: v.Name, System: v.System, ActiveFrom: v.ActiveFrom})
}
