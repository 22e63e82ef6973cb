package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/workers/types"
)

// Settle ends a task's assignments: it frees slots and stakes, takes what is slashed, writes records, pays the pays out
// of slashed stake and burns burn. ErrSettlement unless sum(pays) + burn == sum(slash). The caller runs it in a cache
// context: on an error part of it may have been written.
func (k Keeper) Settle(ctx context.Context, taskID string, ends []types.SeatSettlement, pays []types.StakePay, burn uint64) error {
	if err := types.CheckSettlement(ends, pays, burn); err != nil {
		return err
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for _, e := range ends {
		if err := k.settleSeat(ctx, params, taskID, e); err != nil {
			return err
		}
	}
	for _, p := range pays {
		if err := k.withdraw(ctx, p.To, p.Amount); err != nil {
			return err
		}
	}
	return k.burn(ctx, burn)
}

func (k Keeper) settleSeat(ctx context.Context, params types.Params, taskID string, e types.SeatSettlement) error {
	w, err := k.change(ctx, e.Worker, func(w *types.Worker) error {
		if err := free(w, e.Unlock); err != nil {
			return err
		}
		// What is slashed was locked, so it is bonded: slash <= unlock <= locked <= bonded.
		w.Bonded -= e.Slash
		w.Record.Slashed += e.Slash
		w.Record.Earned += e.Earned
		if e.Right {
			w.Record.Right++
		}
		if e.Confirmed {
			w.Record.Confirmations++
		}
		k.noteDispute(ctx, w, e.Dispute)
		return k.judge(ctx, params, w, e.Fault, e.Outage)
	})
	if err != nil || e.Slash == 0 {
		return err
	}
	return emit(ctx, &types.EventSlashed{
		Worker: w.Address, Organisation: w.Organisation, Task: taskID, Fault: e.Fault.String(), Amount: e.Slash,
	})
}
