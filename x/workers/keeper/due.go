package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/workers/types"
)

// items runs each item of the module's block hook isolated from the others.
const items = isolate.Module(types.ModuleName)

// BeginBlock pays due unbondings, ends the cooling of workers, takes out workers whose eviction is due, and continues the passes
// over workers whose pools will ask for more stake. It does at most due_per_block of each, the most urgent first, and carries the
// rest over to the next block. An item that fails does not stop the others.
func (k Keeper) BeginBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := k.payUnbonded(sdkCtx, params.DuePerBlock); err != nil {
		return err
	}
	if err := k.endCooling(sdkCtx, params.DuePerBlock); err != nil {
		return err
	}
	if err := k.runEvictions(sdkCtx, params.DuePerBlock); err != nil {
		return err
	}
	return k.runRechecks(sdkCtx, params.DuePerBlock)
}

func (k Keeper) payUnbonded(ctx sdk.Context, limit uint32) error {
	var due []collections.KeyValue[queued, uint64]
	err := k.Unbondings.Walk(ctx, duequeue.UpTo[uint64, string](ctx), func(key queued, amount uint64) (bool, error) {
		due = append(due, collections.KeyValue[queued, uint64]{Key: key, Value: amount})
		return len(due) >= int(limit), nil
	})
	if err != nil {
		return err
	}
	for _, it := range due {
		worker := it.Key.K2()
		if err := k.dequeueUnbonding(ctx, it.Key); err != nil {
			return err
		}
		if items.Do(ctx, "unbonding", worker, func(ctx sdk.Context) error { return k.payUnbonding(ctx, worker, it.Value) }) != nil {
			// The owner cannot be paid, but the stake still belongs to it. It is bonded again, and the owner can ask for it later.
			_ = items.Do(ctx, "rebonding", worker, func(ctx sdk.Context) error { return k.rebondStake(ctx, worker, it.Value) })
		}
	}
	return nil
}

func (k Keeper) payUnbonding(ctx context.Context, worker string, amount uint64) error {
	w, err := k.changeWorker(ctx, worker, func(w *types.Worker) error {
		w.Unbonding -= amount
		owner, err := k.addresses.StringToBytes(w.Owner)
		if err != nil {
			return err
		}
		return k.withdrawStake(ctx, owner, amount)
	})
	if err != nil {
		return err
	}
	return emitChange(ctx, w, "unbonded", amount)
}

func (k Keeper) rebondStake(ctx context.Context, worker string, amount uint64) error {
	w, err := k.changeWorker(ctx, worker, func(w *types.Worker) error {
		w.Unbonding -= amount
		w.Bonded += amount
		return nil
	})
	if err != nil {
		return err
	}
	return emitChange(ctx, w, "bonded", amount)
}

func (k Keeper) endCooling(ctx sdk.Context, limit uint32) error {
	_, err := duequeue.TakeDue(ctx, k.Cooling, int(limit), func(worker string) {
		_ = items.Do(ctx, "cooling", worker, func(ctx sdk.Context) error {
			_, err := k.changeWorker(ctx, worker, func(w *types.Worker) error {
				w.CoolingUntil = 0
				return nil
			})
			return err
		})
	})
	return err
}
