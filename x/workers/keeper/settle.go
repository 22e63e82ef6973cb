package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/workers/types"
)

// Settle ends a task's assignments. It frees slots and stakes, slashes, and writes the records. From the slashed stake it pays
// pays and burns burn, in ucred. It returns ErrSettlement unless sum(pays) + burn == sum(slash). After an error a part may have
// been written, so the caller runs it in a cache context.
//
// A seat whose Unlock is 0 keeps its stake locked. The stake backs an answer under audit until SettleHeld.
func (k Keeper) Settle(ctx context.Context, taskID string, ends []types.SeatSettlement, pays []types.StakePay, burn uint64) error {
	return k.settleSeats(ctx, taskID, ends, pays, burn, endAssignment)
}

// SettleHeld frees the stakes that backed an answer under audit, of assignments whose slots Settle has freed. In all else it does
// what Settle does, and burns nothing. After an error a part may have been written.
func (k Keeper) SettleHeld(ctx context.Context, taskID string, ends []types.SeatSettlement, pays []types.StakePay) error {
	return k.settleSeats(ctx, taskID, ends, pays, 0, freeStake)
}

// settleSeats ends assignments. free takes the seat's slot or stake out of the worker's record.
func (k Keeper) settleSeats(
	ctx context.Context, taskID string, ends []types.SeatSettlement, pays []types.StakePay, burn uint64, free func(*types.Worker, uint64) error,
) error {
	if err := types.CheckSettlement(ends, pays, burn); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for _, e := range ends {
		if err := k.settleSeat(ctx, params, taskID, e, free); err != nil {
			return err
		}
	}
	for _, p := range pays {
		if err := k.withdrawStake(ctx, p.To, p.Amount); err != nil {
			return err
		}
	}
	return k.burnStake(ctx, burn)
}

func (k Keeper) settleSeat(ctx context.Context, params types.Params, taskID string, e types.SeatSettlement, free func(*types.Worker, uint64) error) error {
	w, err := k.changeWorker(ctx, e.Worker, func(w *types.Worker) error {
		if err := free(w, e.Unlock); err != nil {
			return err
		}
		// The slashed stake was locked, so it is bonded: slash <= unlock <= locked <= bonded.
		w.Bonded -= e.Slash
		w.Record.Slashed += e.Slash
		w.Record.Earned += e.Earned
		if e.Right {
			w.Record.Right++
		}
		if e.Confirmed {
			w.Record.Confirmations++
		}
		if e.Overturned {
			w.Record.Right -= min(1, w.Record.Right)
		}
		w.Record.Confirmations, w.Record.Score = e.Vote.Apply(w.Record.Confirmations, w.Record.Score)
		k.noteDispute(ctx, w, e.Dispute)
		return k.recordFault(ctx, params, w, e.Fault, e.Outage)
	})
	if err != nil || e.Slash == 0 {
		return err
	}
	return emitEvent(ctx, &types.EventSlashed{
		Worker: w.Address, Organisation: w.Organisation, Task: taskID, Fault: e.Fault.String(), Amount: e.Slash,
	})
}
