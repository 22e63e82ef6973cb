package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/orgs/types"
)

// The bound on wrong results assumes that at most a fraction q of the organisations collude. A majority that is deceived once,
// or bought for a day, could admit so many at once that this is no longer so before anybody has looked. So the parameters cap
// how many are admitted within a number of blocks. Those of genesis do not count.

// checkAdmissionRate refuses an admission at this height when the cap has been reached; ErrAdmissionRate says from which height
// on there is room.
func (k Keeper) checkAdmissionRate(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil || params.MaxAdmissions == 0 {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	// Newest first, as many as the cap: the last of them is the one whose leaving the window makes room.
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

// noteAdmission keeps when an organisation was admitted, if it was admitted after genesis.
func (k Keeper) noteAdmission(ctx context.Context, org types.Organisation) error {
	if org.AdmittedHeight == 0 {
		return nil
	}
	return k.Admissions.Set(ctx, collections.Join(org.AdmittedHeight, org.Id))
}
