package keeper

import (
	"bytes"
	"context"
	"errors"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/poa/types"
)

const (
	// maxOldKeys bounds how many given-up consensus keys of a seat are remembered, and so the cost of a walk over them.
	maxOldKeys = 16
	// maxForgotten is the largest number of these keys that one block forgets.
	maxForgotten = 2
	// blockLag is the number of blocks for which a consensus key still signs after it was given up.
	blockLag = 2
)

// BeaconKey returns the beacon key that proves the blocks of the validator with this consensus address, and the organisation that
// has or had the address. A consensus key that was given up still makes blocks until the engine has followed the change.
func (k Keeper) BeaconKey(ctx context.Context, consensus sdk.ConsAddress) (orgID string, pubkey []byte, found bool, err error) {
	orgID, old, is, err := k.findHolder(ctx, consensus)
	if err != nil || orgID == "" {
		return "", nil, false, err
	}
	if is {
		return orgID, old.BeaconPubkey, true, nil
	}
	seat, err := k.GetSeat(ctx, orgID)
	return orgID, seat.BeaconPubkey, err == nil, err
}

// findHolder returns the organisation that has or had a consensus address ("" for none) and, for a key given up, its record.
func (k Keeper) findHolder(ctx context.Context, consensus []byte) (orgID string, old types.OldKey, is bool, err error) {
	orgID, err = k.SeatByConsensus.Get(ctx, consensus)
	if errors.Is(err, collections.ErrNotFound) {
		return "", old, false, nil
	}
	if err != nil {
		return "", old, false, err
	}
	old, err = k.OldKeys.Get(ctx, collections.Join(orgID, consensus))
	if errors.Is(err, collections.ErrNotFound) {
		return orgID, old, false, nil
	}
	return orgID, old, err == nil, err
}

// checkConsensusFree returns ErrTaken for a key that signs blocks, and for a key that signed blocks about which evidence may still
// come.
func (k Keeper) checkConsensusFree(ctx context.Context, consensus sdk.ConsAddress) error {
	orgID, _, _, err := k.findHolder(ctx, consensus)
	if err != nil {
		return err
	}
	if orgID != "" {
		return types.ErrTaken.Wrapf("consensus key with address %X: it is or was that of the seat of %s; make another", consensus.Bytes(), orgID)
	}
	return nil
}

// retireKey records that a seat gives up its consensus key, and marks the key for the next validator update.
func (k Keeper) retireKey(ctx context.Context, s types.Seat, cleared bool) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	old := types.OldKey{
		Address: s.ConsensusAddress(), OrgId: s.OrgId, BeaconPubkey: s.BeaconPubkey,
		Height: sdkCtx.BlockHeight(), Time: sdkCtx.BlockTime().Unix(), Cleared: cleared,
	}
	if err := k.setOldKey(ctx, old); err != nil {
		return err
	}
	return k.Changed.Set(ctx, s.ConsensusPubkey)
}

func (k Keeper) setOldKey(ctx context.Context, old types.OldKey) error {
	return errors.Join(
		k.SeatByConsensus.Set(ctx, old.Address, old.OrgId),
		k.OldKeys.Set(ctx, collections.Join(old.OrgId, old.Address), old),
		k.OldKeyQueue.Set(ctx, collections.Join(old.Height, old.Address)),
	)
}

// oldKeysOf returns the consensus keys that an organisation's seat gave up.
func (k Keeper) oldKeysOf(ctx context.Context, orgID string) (keys []types.OldKey, err error) {
	err = k.OldKeys.Walk(ctx, collections.NewPrefixedPairRange[string, []byte](orgID), func(_ collections.Pair[string, []byte], old types.OldKey) (bool, error) {
		keys = append(keys, old)
		return false, nil
	})
	return keys, err
}

// forgetOldKeys forgets a few keys about which no evidence can come any more: the engine refuses evidence that exceeds both age
// limits. A key signs for two blocks after it was given up. To cover them in time, the limit of time is doubled rather than
// computed exactly.
func (k Keeper) forgetOldKeys(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	limits := sdkCtx.ConsensusParams().Evidence
	if limits == nil {
		return nil
	}
	var gone []types.OldKey
	err := k.OldKeyQueue.Walk(ctx, nil, func(key collections.Pair[int64, []byte]) (bool, error) {
		orgID, err := k.SeatByConsensus.Get(ctx, key.K2())
		if err != nil {
			return true, err
		}
		old, err := k.OldKeys.Get(ctx, collections.Join(orgID, key.K2()))
		if err != nil {
			return true, err
		}
		young := sdkCtx.BlockHeight()-old.Height <= limits.MaxAgeNumBlocks+blockLag ||
			sdkCtx.BlockTime().Sub(time.Unix(old.Time, 0)) <= 2*limits.MaxAgeDuration
		if young || len(gone) == maxForgotten {
			return true, nil
		}
		gone = append(gone, old)
		return false, nil
	})
	if err != nil {
		return err
	}
	for _, old := range gone {
		if err := errors.Join(
			k.OldKeyQueue.Remove(ctx, collections.Join(old.Height, old.Address)),
			k.OldKeys.Remove(ctx, collections.Join(old.OrgId, old.Address)),
			k.SeatByConsensus.Remove(ctx, old.Address),
		); err != nil {
			return err
		}
	}
	return nil
}

// RotateConsensusKey enqueues that a seat signs blocks with another key, once the turnover allows it.
func (k Keeper) RotateConsensusKey(ctx context.Context, seat types.Seat, pubkey, possession []byte) error {
	if seat.Tombstoned {
		return types.ErrTombstoned.Wrapf("%s: the council gives it new keys", seat.OrgId)
	}
	if err := types.VerifyPossession(types.KeyConsensus, chainID(ctx), seat.OrgId, pubkey, possession); err != nil {
		return err
	}
	next := seat
	next.ConsensusPubkey = pubkey
	if err := k.checkConsensusFree(ctx, next.ConsensusAddress()); err != nil {
		return err
	}
	old, err := k.oldKeysOf(ctx, seat.OrgId)
	if err != nil {
		return err
	}
	if len(old) >= maxOldKeys {
		return types.ErrTaken.Wrapf("%s gave up %d consensus keys of which evidence may still come, expected fewer than %d: wait", seat.OrgId, len(old), maxOldKeys)
	}
	return k.enqueueChange(ctx, types.Change{OrgId: seat.OrgId, Kind: types.CHANGE_KIND_CONSENSUS_KEY, Due: heightOf(ctx), Pubkey: pubkey})
}

// RotateBeaconKey enqueues that a seat signs beacon proofs with another key. The key changes one block later than colluding
// proposers can propose in a row. Otherwise somebody who knew the seed that the new key signs first could choose the key for the
// seed that follows.
func (k Keeper) RotateBeaconKey(ctx context.Context, seat types.Seat, pubkey, possession []byte) error {
	if err := types.VerifyPossession(types.KeyBeacon, chainID(ctx), seat.OrgId, pubkey, possession); err != nil {
		return err
	}
	next := seat
	next.BeaconPubkey = pubkey
	if err := k.checkFree(ctx, next, seat.OrgId); err != nil {
		return err
	}
	if bytes.Equal(pubkey, seat.BeaconPubkey) {
		return types.ErrTaken.Wrap("beacon_pubkey: it is the seat's already")
	}
	run, twice, err := k.Colluders(ctx)
	if err != nil {
		return err
	}
	return k.enqueueChange(ctx, types.Change{
		OrgId: seat.OrgId, Kind: types.CHANGE_KIND_BEACON_KEY, Due: heightOf(ctx) + types.UnforeseenAfter(run, twice),
		Pubkey: pubkey, Possession: possession,
	})
}

// RotateCourtKey lets another account answer for a seat in the courts that are called from now on. Courts in session keep the
// account with which they were called.
func (k Keeper) RotateCourtKey(ctx context.Context, seat types.Seat, pubkey, possession []byte) error {
	if err := types.VerifyPossession(types.KeyCourt, chainID(ctx), seat.OrgId, pubkey, possession); err != nil {
		return err
	}
	court, err := k.addresses.BytesToString(types.CourtAddress(pubkey))
	if err != nil {
		return err
	}
	before, err := k.addresses.StringToBytes(seat.Court)
	if err != nil {
		return err
	}
	next := seat
	next.Court = court
	if court == seat.Court {
		return types.ErrTaken.Wrapf("court account %s: it is the seat's already", court)
	}
	if err := k.checkCourt(ctx, next); err != nil {
		return err
	}
	if err := k.checkFree(ctx, next, seat.OrgId); err != nil {
		return err
	}
	if err := k.SeatByCourtIndex.Remove(ctx, before); err != nil {
		return err
	}
	if err := k.openCourtAccount(ctx, next); err != nil {
		return err
	}
	if err := k.setSeat(ctx, next); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventKeyRotated{OrgId: seat.OrgId, Key: string(types.KeyCourt)})
}

func chainID(ctx context.Context) string { return sdk.UnwrapSDKContext(ctx).ChainID() }
func heightOf(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }
