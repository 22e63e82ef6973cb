package keeper

import (
	"context"
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/comet"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/poa/types"
)

// BeginBlock reads the last block's votes and the evidence in this one: the one walk over seats a block may make.
func (k Keeper) BeginBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for _, v := range sdkCtx.VoteInfos() {
		missed := v.BlockIdFlag == cmtproto.BlockIDFlagAbsent
		if err := k.countVote(ctx, params, v.Validator.Address, missed); err != nil {
			return err
		}
	}
	evidence := sdkCtx.CometInfo().GetEvidence()
	for i := 0; i < evidence.Len(); i++ {
		if err := k.punish(ctx, evidence.Get(i)); err != nil {
			return err
		}
	}
	return nil
}

// countVote moves a seat's window by one vote, and jails the seat when it missed too many. It writes only when
// something changes: a chain whose validators are up writes nothing here.
func (k Keeper) countVote(ctx context.Context, params types.Params, consensus []byte, missed bool) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	orgID, err := k.SeatByConsensus.Get(ctx, consensus)
	if errors.Is(err, collections.ErrNotFound) {
		sdkCtx.Logger().Error("a vote of no seat", "module", types.ModuleName, "address", fmt.Sprintf("%X", consensus))
		return nil
	}
	if err != nil {
		return err
	}
	key := collections.Join(orgID, sdkCtx.BlockHeight()%params.DowntimeWindow)
	before, err := k.Missed.Has(ctx, key)
	if err != nil || before == missed {
		return err
	}
	count, err := k.missedCount(ctx, orgID)
	if err != nil {
		return err
	}
	if !missed {
		if err := k.Missed.Remove(ctx, key); err != nil {
			return err
		}
		if count <= 1 {
			return k.MissedCount.Remove(ctx, orgID)
		}
		return k.MissedCount.Set(ctx, orgID, count-1)
	}
	// Votes of a seat that is out arrive for two more blocks; they count for nothing.
	seat, err := k.GetSeat(ctx, orgID)
	if err != nil || !seat.Active() {
		return err
	}
	if err := k.Missed.Set(ctx, key); err != nil {
		return err
	}
	count++
	if err := k.MissedCount.Set(ctx, orgID, count); err != nil {
		return err
	}
	if count <= params.MaxMissed {
		return nil
	}
	return k.Jail(ctx, orgID, fmt.Sprintf("missed %d of the last %d votes", count, params.DowntimeWindow))
}

// punish tombstones the seat that evidence is about. The consensus engine has checked the evidence and its age.
func (k Keeper) punish(ctx context.Context, e comet.Evidence) error {
	if e.Type() != comet.DuplicateVote && e.Type() != comet.LightClientAttack {
		return nil
	}
	orgID, err := k.SeatByConsensus.Get(ctx, e.Validator().Address())
	if errors.Is(err, collections.ErrNotFound) {
		sdk.UnwrapSDKContext(ctx).Logger().Error("evidence against no seat", "module", types.ModuleName,
			"address", fmt.Sprintf("%X", e.Validator().Address()))
		return nil
	}
	if err != nil {
		return err
	}
	return k.tombstone(ctx, orgID, e.Height())
}

// EndBlock returns the power of the seats that changed in this block, compared with what the consensus engine knows.
func (k Keeper) EndBlock(ctx context.Context) ([]abci.ValidatorUpdate, error) {
	var changed []string
	err := k.Changed.Walk(ctx, nil, func(orgID string) (bool, error) {
		changed = append(changed, orgID)
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	var updates []abci.ValidatorUpdate
	for _, orgID := range changed {
		if err := k.Changed.Remove(ctx, orgID); err != nil {
			return nil, err
		}
		update, differs, err := k.announce(ctx, orgID)
		if err != nil {
			return nil, err
		}
		if differs {
			updates = append(updates, update)
		}
	}
	return updates, nil
}

// announce brings Announced up to date for one seat and returns the update, if there is one.
func (k Keeper) announce(ctx context.Context, orgID string) (abci.ValidatorUpdate, bool, error) {
	seat, err := k.GetSeat(ctx, orgID)
	if err != nil {
		return abci.ValidatorUpdate{}, false, err
	}
	var power int64
	if seat.Active() {
		power = seat.Power
	}
	known, err := k.Announced.Get(ctx, orgID)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return abci.ValidatorUpdate{}, false, err
	}
	if known == power {
		return abci.ValidatorUpdate{}, false, nil
	}
	if power == 0 {
		err = k.Announced.Remove(ctx, orgID)
	} else {
		err = k.Announced.Set(ctx, orgID, power)
	}
	return seat.Update(power), true, err
}
