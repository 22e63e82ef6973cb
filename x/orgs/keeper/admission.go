package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/orgs/types"
)

// Admissions have a cap. The bound on wrong results assumes that at most a fraction q of the organisations collude. A council
// majority that is deceived once, or bought for a day, could admit so many organisations at once that this no longer holds, before
// anybody has looked. So the parameters cap how many are admitted within a number of blocks. Organisations of genesis do not
// count.

// checkAdmissionRate returns ErrAdmissionRate when the cap has been reached at this height. The error says from which height on an
// organisation can be admitted.
func (k Keeper) checkAdmissionRate(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil || params.MaxAdmissions == 0 {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	// Newest first, as many as the cap. There is room once the last of these has left the window.
	iter, err := k.Admissions.Iterate(ctx, new(collections.Range[collections.Pair[int64, string]]).Descending())
	if err != nil {
		return err
	}
	defer iter.Close()
	for n := uint32(1); iter.Valid(); iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return err
		}
		if key.K1() <= height-params.AdmissionBlocks {
			return nil
		}
		if n == params.MaxAdmissions {
			return types.ErrAdmissionRate.Wrapf("%d organisations were admitted within %d blocks, as many as max_admissions allows; the next one can be from height %d on",
				n, params.AdmissionBlocks, key.K1()+params.AdmissionBlocks)
		}
		n++
	}
	return nil
}

// noteAdmission records the height at which an organisation was admitted, unless it was admitted at genesis.
func (k Keeper) noteAdmission(ctx context.Context, org types.Organisation) error {
	if org.AdmittedHeight == 0 {
		return nil
	}
	return k.Admissions.Set(ctx, collections.Join(org.AdmittedHeight, org.Id))
}
