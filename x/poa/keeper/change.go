package keeper

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/poa/types"
)

// Changes of seats that wait. A seat joins, leaves, is handed over or rotates a key in three steps. A message stores a Change, at
// most one for each seat. EndBlock carries the change out once it is due and the turnover allows it. validatorUpdates then tells
// the consensus engine. The turnover is the power that moved by choice within turnover_blocks; it stays below a third of the
// active power. Jailing, tombstones and revocations do not wait and are not counted.

// enqueueChange stores a change of a seat. EndBlock carries it out once it is due, which may be in this block. It returns
// ErrPending when another change of the seat waits.
func (k Keeper) enqueueChange(ctx context.Context, c types.Change) error {
	waits, err := k.Changes.Has(ctx, c.OrgId)
	if err != nil {
		return err
	}
	if waits {
		return types.ErrPending.Wrapf("%s: \"credenced query poa changes\" shows it", c.OrgId)
	}
	return k.imposeChange(ctx, c)
}

// imposeChange stores a change and replaces the change of the seat that waits, if any. What the council decided is stored in this
// way.
func (k Keeper) imposeChange(ctx context.Context, c types.Change) error {
	if err := k.Changes.Set(ctx, c.OrgId, c); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventChangeQueued{OrgId: c.OrgId, Kind: c.Kind, Due: c.Due})
}

// carryOut applies the due changes that the turnover allows, the longest due first. A seat has at most one change, so the walk
// visits no more entries than there are seats, and none in most blocks.
func (k Keeper) carryOut(ctx context.Context) error {
	due, err := k.dueChanges(ctx)
	if err != nil || len(due) == 0 {
		return err
	}
	if err := k.forgetTurnover(ctx); err != nil {
		return err
	}
	for _, c := range due {
		power, err := k.powerOf(ctx, c)
		if err != nil {
			return err
		}
		if fits, err := k.fitsTurnover(ctx, power); err != nil {
			return err
		} else if !fits {
			continue
		}
		if err := k.Changes.Remove(ctx, c.OrgId); err != nil {
			return err
		}
		err = isolate.Run(sdk.UnwrapSDKContext(ctx), func(ctx sdk.Context) error {
			if err := k.applyChange(ctx, c); err != nil {
				return err
			}
			return k.addTurnover(ctx, power)
		})
		if err == nil {
			continue
		}
		// The change became impossible while it waited: the seat was jailed, revoked or replaced, or somebody took the key.
		if err := emitEvent(ctx, &types.EventChangeDropped{OrgId: c.OrgId, Kind: c.Kind, Reason: err.Error()}); err != nil {
			return err
		}
	}
	return nil
}

// dueChanges returns the changes whose due height has come, the earliest due first.
func (k Keeper) dueChanges(ctx context.Context) (due []types.Change, err error) {
	now := heightOf(ctx)
	err = k.Changes.Walk(ctx, nil, func(_ string, c types.Change) (bool, error) {
		if c.Due <= now {
			due = append(due, c)
		}
		return false, nil
	})
	slices.SortStableFunc(due, func(a, b types.Change) int { return cmp.Compare(a.Due, b.Due) })
	return due, err
}

// powerOf returns the voting power that a change moves.
func (k Keeper) powerOf(ctx context.Context, c types.Change) (int64, error) {
	seat, err := k.GetSeat(ctx, c.OrgId)
	if errors.Is(err, types.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	switch c.Kind {
	case types.CHANGE_KIND_JOIN, types.CHANGE_KIND_HAND_OVER:
		return seat.Power, nil
	case types.CHANGE_KIND_LEAVE, types.CHANGE_KIND_CONSENSUS_KEY:
		if seat.Active() {
			return seat.Power, nil
		}
	}
	return 0, nil
}

// applyChange carries a change out, or returns why it is no longer possible.
func (k Keeper) applyChange(ctx context.Context, c types.Change) error {
	seat, err := k.GetSeat(ctx, c.OrgId)
	if err != nil {
		return err
	}
	switch c.Kind {
	case types.CHANGE_KIND_JOIN:
		return k.joinSeat(ctx, seat)
	case types.CHANGE_KIND_LEAVE:
		if err := k.checkFloor(ctx, seat); err != nil {
			return err
		}
		if err := k.removeSeat(ctx, seat); err != nil {
			return err
		}
		return emitEvent(ctx, &types.EventSeatRemoved{OrgId: seat.OrgId})
	case types.CHANGE_KIND_HAND_OVER:
		return k.handOver(ctx, seat, *c.Heir)
	case types.CHANGE_KIND_CONSENSUS_KEY:
		return k.applyConsensusKey(ctx, seat, c.Pubkey)
	default:
		return k.applyBeaconKey(ctx, seat, c.Pubkey, c.Possession)
	}
}

// joinSeat takes a seat into the validator set.
func (k Keeper) joinSeat(ctx context.Context, seat types.Seat) error {
	if err := k.mayJoin(ctx, seat); err != nil {
		return err
	}
	seat.Jailed, seat.JailedUntil, seat.Waiting = false, 0, false
	if err := k.setSeat(ctx, seat); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventUnjailed{OrgId: seat.OrgId})
}

func (k Keeper) applyConsensusKey(ctx context.Context, seat types.Seat, pubkey []byte) error {
	if seat.Tombstoned {
		return types.ErrTombstoned.Wrap(seat.OrgId)
	}
	next := seat
	next.ConsensusPubkey = pubkey
	if err := k.checkConsensusFree(ctx, next.ConsensusAddress()); err != nil {
		return err
	}
	if err := k.retireKey(ctx, seat, false); err != nil {
		return err
	}
	if err := k.SeatByConsensus.Set(ctx, next.ConsensusAddress(), next.OrgId); err != nil {
		return err
	}
	if err := k.setSeat(ctx, next); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventKeyRotated{OrgId: seat.OrgId, Key: string(types.KeyConsensus)})
}

func (k Keeper) applyBeaconKey(ctx context.Context, seat types.Seat, pubkey, possession []byte) error {
	seat.BeaconPubkey, seat.BeaconPossession = pubkey, possession
	if err := k.checkFree(ctx, seat, seat.OrgId); err != nil {
		return err
	}
	if err := k.setSeat(ctx, seat); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventKeyRotated{OrgId: seat.OrgId, Key: string(types.KeyBeacon)})
}

// fitsTurnover says whether this much power may change now. It may if less than a third of the active power then changes within
// turnover_blocks, or if nothing else has changed within them.
func (k Keeper) fitsTurnover(ctx context.Context, power int64) (bool, error) {
	if power == 0 {
		return true, nil
	}
	changed, total, err := k.sumTurnover(ctx)
	return changed == 0 || 3*(changed+power) < total, err
}

// sumTurnover returns the power that changed by choice within turnover_blocks, and the power of the active seats.
func (k Keeper) sumTurnover(ctx context.Context) (changed, total int64, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return 0, 0, err
	}
	after := new(collections.Range[int64]).StartExclusive(heightOf(ctx) - params.TurnoverBlocks)
	err = k.Turnover.Walk(ctx, after, func(_, power int64) (bool, error) {
		changed += power
		return false, nil
	})
	if err != nil {
		return 0, 0, err
	}
	active, err := k.ActiveSeats(ctx)
	for _, s := range active {
		total += s.Power
	}
	return changed, total, err
}

func (k Keeper) addTurnover(ctx context.Context, power int64) error {
	if power == 0 {
		return nil
	}
	before, err := k.Turnover.Get(ctx, heightOf(ctx))
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	return k.Turnover.Set(ctx, heightOf(ctx), before+power)
}

// forgetTurnover removes the entries of blocks before the window. The window has at most as many entries as seats that may change
// in it.
func (k Keeper) forgetTurnover(ctx context.Context) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	return k.Turnover.Clear(ctx, new(collections.Range[int64]).EndInclusive(heightOf(ctx)-params.TurnoverBlocks))
}
