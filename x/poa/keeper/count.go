package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/poa/types"
)

// ActiveCount returns how many seats ActiveSeats has. It reads one counter: draws, plans and the beacon ask for it many times
// in a block, whatever the number of seats.
func (k Keeper) ActiveCount(ctx context.Context) (uint64, error) {
	n, found, err := records.FindItem(ctx, k.Active)
	if err != nil || found {
		return n, err
	}
	seats, err := k.ActiveSeats(ctx)
	return uint64(len(seats)), err
}

// countActive counts the active seats anew where one has become active or ceased to be. That is rare, so that a walk over all
// of them costs nothing to speak of, and cannot drift.
func (k Keeper) countActive(ctx context.Context, was, is bool) error {
	if was == is {
		return nil
	}
	seats, err := k.ActiveSeats(ctx)
	if err != nil {
		return err
	}
	if was {
		if err := k.noteLeft(ctx, uint64(len(seats))+1); err != nil {
			return err
		}
	}
	return k.Active.Set(ctx, uint64(len(seats)))
}

// noteLeft notes that one of so many active seats leaves now. While an earlier one still counts, the larger number stays.
func (k Keeper) noteLeft(ctx context.Context, before uint64) error {
	earlier, err := k.countLately(ctx)
	if err != nil {
		return err
	}
	return k.Left.Set(ctx, collections.Join(heightOf(ctx), max(before, earlier)))
}

// countLately returns how many seats were active before the last one left, or 0 once the rotation of proposers is regular again.
func (k Keeper) countLately(ctx context.Context) (uint64, error) {
	left, found, err := records.FindItem(ctx, k.Left)
	if err != nil || !found || heightOf(ctx)-left.K1() > types.SettleBlocks(int(left.K2())) {
		return 0, err
	}
	return left.K2(), nil
}

// Colluders returns how many seats may collude as proposers, fewer than a third of the active ones, and whether they may all follow
// one another twice. They may for some blocks after a seat has left: then their rotation is irregular, and those that left still
// propose for two blocks (poco.ChoicesAfterLeaving).
func (k Keeper) Colluders(ctx context.Context) (n int64, twice bool, err error) {
	active, err := k.ActiveCount(ctx)
	if err != nil {
		return 0, false, err
	}
	before, err := k.countLately(ctx)
	return types.Colluders(int(max(active, before))), before > 0, err
}
