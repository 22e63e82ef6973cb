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

// BeginBlock counts the last block's votes and punishes the evidence in this block. No other step visits all seats in every block.
func (k Keeper) BeginBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.forgetOldKeys(ctx); err != nil {
		return err
	}
	if err := k.endOverduePause(ctx); err != nil {
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
		if err := k.punishEvidence(ctx, evidence.Get(i)); err != nil {
			return err
		}
	}
	return nil
}

// countVote records one vote in a seat's downtime window, and jails the seat once it has missed too many votes. It writes only
// when the vote differs from the one that it replaces: a chain whose validators are up writes nothing here.
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
	// A seat that has left the set still votes for two more blocks. These votes are not counted.
	seat, err := k.GetSeat(ctx, orgID)
	if errors.Is(err, types.ErrNotFound) {
		return nil
	}
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

// punishEvidence tombstones the seat that the evidence is against. The consensus engine has already checked the evidence and its
// age.
func (k Keeper) punishEvidence(ctx context.Context, e comet.Evidence) error {
	if e.Type() != comet.DuplicateVote && e.Type() != comet.LightClientAttack {
		return nil
	}
	address := e.Validator().Address()
	orgID, old, gaveUp, err := k.findHolder(ctx, address)
	switch {
	case err != nil:
		return err
	case orgID == "":
		sdk.UnwrapSDKContext(ctx).Logger().Error("evidence against no seat", "module", types.ModuleName, "address", fmt.Sprintf("%X", address))
		return nil
	case gaveUp && old.Cleared:
		return nil
	}
	return k.tombstoneSeat(ctx, orgID, e.Height())
}

// EndBlock shares out the fees, carries out the changes that are due and that the turnover allows, and returns the validator
// updates for the consensus engine.
func (k Keeper) EndBlock(ctx context.Context) ([]abci.ValidatorUpdate, error) {
	if err := k.shareFees(ctx); err != nil {
		return nil, err
	}
	if err := k.carryOut(ctx); err != nil {
		return nil, err
	}
	return k.validatorUpdates(ctx)
}
