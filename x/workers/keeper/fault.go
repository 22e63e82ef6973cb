package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/workers/types"
)

// judge puts a fault on a worker's record and draws the consequence:
//
//	WRONG                proven: a strike of its own
//	UNREVEALED           a strike, unless it is of the outage that is on record already (poco.Outage)
//	SILENT, ABSTAINED    cools down
func (k Keeper) judge(ctx context.Context, params types.Params, w *types.Worker, fault poco.Fault, outage poco.Outage) error {
	switch fault {
	case poco.FaultNone:
		return nil
	case poco.FaultWrong:
		w.Record.Wrong++
		takeDisputed(w)
		return k.strike(ctx, params, w)
	case poco.FaultUnrevealed:
		w.Record.Unrevealed++
		record, strike := w.Record.Outage().Strike(outage)
		w.Record.OutageCommitted, w.Record.OutageMissed = record.Committed, record.Missed
		if strike {
			return k.strike(ctx, params, w)
		}
		w.Record.Confirmations = 0
	case poco.FaultSilent:
		w.Record.Silent++
	case poco.FaultAbstained:
		w.Record.Abstained++
	default:
		return types.ErrSettlement.Wrapf("fault of %s: %d is unknown", w.Address, fault)
	}
	return k.cool(ctx, params, w)
}

// noteDispute keeps on record that a dispute of the worker's was left undecided, or forgets it once it has won one.
func (k Keeper) noteDispute(ctx context.Context, w *types.Worker, d poco.Dispute) {
	switch d {
	case poco.DisputeUndecided:
		w.Record.DisputedHeight = height(ctx)
	case poco.DisputeWon:
		w.Record.DisputedHeight = 0
	}
}

// takeDisputed makes an undecided dispute of a worker that was found wrong the strike that it would have been: a court that
// stayed silent then has freed nobody. Only being wrong does; an honest worker's outage says nothing about its answers.
func takeDisputed(w *types.Worker) {
	w.Record.StrikeHeight = max(w.Record.StrikeHeight, w.Record.DisputedHeight)
	w.Record.DisputedHeight = 0
}

// strike puts a strike on a worker's record: confirmations start anew, and it cools down. A second before strike_height +
// forgiveness_blocks jails.
func (k Keeper) strike(ctx context.Context, params types.Params, w *types.Worker) error {
	now, last := height(ctx), w.Record.StrikeHeight
	w.Record.Confirmations = 0
	w.Record.StrikeHeight = now
	if last > 0 && now < last+params.ForgivenessBlocks && !w.Jailed {
		w.Jailed = true
		if err := emitChange(ctx, *w, "jailed", 0); err != nil {
			return err
		}
	}
	return k.cool(ctx, params, w)
}

// cool keeps a worker from being drawn for the cooling period from now on. One that already cools has its place in the
// queue moved.
func (k Keeper) cool(ctx context.Context, params types.Params, w *types.Worker) error {
	until := height(ctx) + params.CoolingBlocks
	if until <= w.CoolingUntil {
		return nil // a longer period was in force at its last fault
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

// Unjail frees a jailed worker; ErrNotJailed if it is not. Its last strike is not forgotten.
func (k Keeper) Unjail(ctx context.Context, worker string) error {
	w, err := k.change(ctx, worker, func(w *types.Worker) error {
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
