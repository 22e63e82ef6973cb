package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/telemetry"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/workers/types"
)

// BeginBlock pays out what is unbonded, lets cooled workers back, takes out who is evicted, and goes on with the passes over workers whose pools
// will ask for more stake: of each at most due_per_block, the most urgent first; the rest waits for the next block. Each
// item runs on its own.
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
	var items []collections.KeyValue[queued, uint64]
	err := k.Unbondings.Walk(ctx, dueNow(ctx), func(key queued, amount uint64) (bool, error) {
		items = append(items, collections.KeyValue[queued, uint64]{Key: key, Value: amount})
		return len(items) >= int(limit), nil
	})
	if err != nil {
		return err
	}
	for _, it := range items {
		worker := it.Key.K2()
		if err := k.dequeue(ctx, it.Key); err != nil {
			return err
		}
		if !run(ctx, "unbonding", worker, func(ctx sdk.Context) error { return k.payOut(ctx, worker, it.Value) }) {
			// The owner can not be paid. The stake is its all the same: it is bonded again, to be asked back later.
			run(ctx, "rebonding", worker, func(ctx sdk.Context) error { return k.rebond(ctx, worker, it.Value) })
		}
	}
	return nil
}

func (k Keeper) payOut(ctx context.Context, worker string, amount uint64) error {
	w, err := k.change(ctx, worker, func(w *types.Worker) error {
		w.Unbonding -= amount
		owner, err := k.addresses.StringToBytes(w.Owner)
		if err != nil {
			return err
		}
		return k.withdraw(ctx, owner, amount)
	})
	if err != nil {
		return err
	}
	return emitChange(ctx, w, "unbonded", amount)
}

func (k Keeper) rebond(ctx context.Context, worker string, amount uint64) error {
	w, err := k.change(ctx, worker, func(w *types.Worker) error {
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
	var keys []queued
	err := k.Cooling.Walk(ctx, dueNow(ctx), func(key queued) (bool, error) {
		keys = append(keys, key)
		return len(keys) >= int(limit), nil
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := k.Cooling.Remove(ctx, key); err != nil {
			return err
		}
		run(ctx, "cooling", key.K2(), func(ctx sdk.Context) error {
			_, err := k.change(ctx, key.K2(), func(w *types.Worker) error {
				w.CoolingUntil = 0
				return nil
			})
			return err
		})
	}
	return nil
}

// dueNow ranges a queue from its front up to this height, itself included.
func dueNow(ctx sdk.Context) collections.Ranger[queued] {
	return collections.NewPrefixUntilPairRange[uint64, string](uint64(ctx.BlockHeight()))
}

// run runs an item on its own and says whether it was done. A failed one is logged and counted.
func run(ctx sdk.Context, what, id string, fn func(sdk.Context) error) bool {
	err := isolate.RunItem(ctx, fn)
	if err != nil {
		isolate.Log(ctx.Logger().With("module", types.ModuleName), what, id, err)
		//determinism:ok a metric: nothing in the state machine reads it
		telemetry.IncrCounter(1, types.ModuleName, "failed", what)
	}
	return err == nil
}
