package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/workers/types"
)

// recordFault puts a fault on a worker's record and applies its consequence:
//
//	WRONG                a strike each time, since a court has proven it
//	UNREVEALED, WITHHELD,
//	LATE                 a strike, unless it belongs to the outage that is on record already (poco.Outage)
//	SILENT, ABSTAINED,
//	UNSERVED             the worker cools down, and its organisation has an absence
func (k Keeper) recordFault(ctx context.Context, params types.Params, w *types.Worker, fault poco.Fault, outage poco.Outage) error {
	switch fault {
	case poco.FaultNone:
		return nil
	case poco.FaultWrong:
		w.Record.Wrong++
		takeDisputed(w)
		return k.addStrike(ctx, params, w)
	case poco.FaultUnrevealed, poco.FaultWithheld, poco.FaultLate:
		if fault == poco.FaultUnrevealed {
			w.Record.Unrevealed++
		} else {
			w.Record.Silent++
		}
		record, strike := w.Record.Outage().Strike(outage)
		w.Record.OutageCommitted, w.Record.OutageMissed = record.Committed, record.Missed
		if strike {
			return k.addStrike(ctx, params, w)
		}
		w.Record.Confirmations = 0
	case poco.FaultSilent, poco.FaultUnserved: // a worker that does not serve its inputs counts as silent
		w.Record.Silent++
		if err := k.noteAbsence(ctx, params, w, true); err != nil {
			return err
		}
	case poco.FaultAbstained:
		w.Record.Abstained++
		if err := k.noteAbsence(ctx, params, w, false); err != nil {
			return err
		}
	default:
		return types.ErrSettlement.Wrapf("fault of %s: %d is unknown", w.Address, fault)
	}
	return k.startCooling(ctx, params, w)
}

// noteDispute records that a dispute of the worker was left undecided, or removes that record once the worker has won a dispute.
func (k Keeper) noteDispute(ctx context.Context, w *types.Worker, d poco.Dispute) {
	switch d {
	case poco.DisputeUndecided:
		w.Record.DisputedHeight = blockHeight(ctx)
	case poco.DisputeWon:
		w.Record.DisputedHeight = 0
	}
}

// takeDisputed turns an undecided dispute into a strike, because the worker was found wrong later: a court that stayed silent in
// the dispute has cleared nobody. A missed reveal does not do this: an honest worker's outage says nothing about its answers.
func takeDisputed(w *types.Worker) {
	w.Record.StrikeHeight = max(w.Record.StrikeHeight, w.Record.DisputedHeight)
	w.Record.DisputedHeight = 0
}

// addStrike puts a strike on a worker's record, sets its confirmations to 0, and cools it down. If the strike before was less than
// forgiveness_blocks ago, the worker is also jailed, unless too few organisations would then be left in one of its pools.
func (k Keeper) addStrike(ctx context.Context, params types.Params, w *types.Worker) error {
	now, last := blockHeight(ctx), w.Record.StrikeHeight
	w.Record.Confirmations = 0
	w.Record.StrikeHeight = now
	if last > 0 && now < last+params.ForgivenessBlocks && !w.Jailed {
		spared, err := k.sparesJail(ctx, params, *w)
		if err != nil {
			return err
		}
		what := "spared"
		if !spared {
			w.Jailed, what = true, "jailed"
		}
		if err := emitChange(ctx, *w, what, 0); err != nil {
			return err
		}
	}
	return k.startCooling(ctx, params, w)
}

// startCooling keeps a worker from being drawn for cooling_blocks from now on; see coolFor.
func (k Keeper) startCooling(ctx context.Context, params types.Params, w *types.Worker) error {
	return k.coolFor(ctx, w, params.CoolingBlocks)
}

// coolFor keeps a worker from being drawn for a number of blocks from now on. If the worker already cools, its entry in the queue
// moves to the later height.
func (k Keeper) coolFor(ctx context.Context, w *types.Worker, blocks int64) error {
	until := blockHeight(ctx) + blocks
	if until <= w.CoolingUntil {
		return nil // it already cools for longer
	}
	if w.Cooling() {
		if err := k.Cooling.Remove(ctx, collections.Join(uint64(w.CoolingUntil), w.Address)); err != nil {
			return err
		}
	}
	w.CoolingUntil = until
	if err := k.Cooling.Set(ctx, collections.Join(uint64(until), w.Address)); err != nil {
		return err
	}
	return emitChange(ctx, *w, "cooling", 0)
}

// Unjail frees a jailed worker; ErrNotJailed if it is not jailed. Its last strike stays on record.
func (k Keeper) Unjail(ctx context.Context, worker string) error {
	w, err := k.changeWorker(ctx, worker, func(w *types.Worker) error {
		if !w.Jailed {
			return types.ErrNotJailed.Wrapf("%s", w.Address)
		}
		w.Jailed = false
		return nil
	})
	if err != nil {
		return err
	}
	return emitChange(ctx, w, "unjailed", 0)
}
