package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/poa/types"
)

// ActiveCount returns the number of active seats. It reads a counter, since draws, plans and the beacon ask for the number many
// times in a block. Only a state that is older than the counter has none.
func (k Keeper) ActiveCount(ctx context.Context) (uint64, error) {
	n, found, err := records.FindItem(ctx, k.Active)
	if err != nil || found {
		return n, err
	}
	seats, err := k.ActiveSeats(ctx)
	return uint64(len(seats)), err
}

// recountActive counts the active seats anew when a seat has become active or has ceased to be active. This is rare, so a walk
// over all seats costs little, and the counter cannot drift.
func (k Keeper) recountActive(ctx context.Context, was, is bool) error {
	if was == is {
		return nil
	}
	seats, err := k.ActiveSeats(ctx)
	if err != nil {
		return err
	}
	if was {
		if err := k.noteSeatLeft(ctx, uint64(len(seats))+1); err != nil {
			return err
		}
	}
	return k.Active.Set(ctx, uint64(len(seats)))
}

// noteSeatLeft records that an active seat leaves now, and that before seats were active. While an earlier departure still counts,
// the larger number stays.
func (k Keeper) noteSeatLeft(ctx context.Context, before uint64) error {
	earlier, err := k.countBeforeLeaving(ctx)
	if err != nil {
		return err
	}
	return k.Left.Set(ctx, collections.Join(heightOf(ctx), max(before, earlier)))
}

// countBeforeLeaving returns how many seats were active before the last one left. It returns 0 once the rotation of proposers is
// regular again.
func (k Keeper) countBeforeLeaving(ctx context.Context) (uint64, error) {
	left, found, err := records.FindItem(ctx, k.Left)
	if err != nil || !found || heightOf(ctx)-left.K1() > types.IrregularBlocks(int(left.K2())) {
		return 0, err
	}
	return left.K2(), nil
}

// Colluders returns how many seats may collude as proposers, which is fewer than a third of the active seats, and whether they may
// propose twice in a row as a group. They may for some blocks after a seat has left: the rotation is irregular then, and the seat
// that left still proposes for two blocks (poco.ChoicesAfterLeaving).
func (k Keeper) Colluders(ctx context.Context) (n int64, twice bool, err error) {
	active, err := k.ActiveCount(ctx)
	if err != nil {
		return 0, false, err
	}
	before, err := k.countBeforeLeaving(ctx)
	return types.Colluders(int(max(active, before))), before > 0, err
}
