package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// items runs each item of the module's block hooks isolated from the others.
const items = isolate.Module(types.ModuleName)

// BeginBlock processes the tasks whose height has come, and draws with this block's seed. A deadline is the first height that is
// too late. It is processed before the block's messages, so that no message of that height is in time.
func (k Keeper) BeginBlock(ctx context.Context) error {
	if err := k.processDueTasks(ctx, types.QueuesAtBegin()...); err != nil {
		return err
	}
	return k.pruneTasks(ctx)
}

// EndBlock judges and settles the tasks that this block's messages completed. It makes no draws: the senders of these messages
// knew the block's seed, and could have changed who is eligible. A draw for which BeginBlock had no room waits for the next
// BeginBlock.
func (k Keeper) EndBlock(ctx context.Context) error {
	if err := k.purse.Fold(ctx); err != nil {
		return err
	}
	if err := k.countAnswers(ctx); err != nil {
		return err
	}
	return k.processDueTasks(ctx, types.QueueDeadlines)
}

// processDueTasks processes the tasks that are due in these queues, each isolated: the oldest first, and at most due_per_block of
// each queue. Then it asks the ledgers again for turns that waited for one that has just settled, and seats waiting courts while
// there is room.
func (k Keeper) processDueTasks(ctx context.Context, queues ...types.DueQueue) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for _, queue := range queues {
		due, err := k.listDueTasks(ctx, queue, int(params.DuePerBlock))
		if err != nil {
			return err
		}
		for _, id := range due {
			k.runIsolated(ctx, id, k.processDueTask)
		}
	}
	if err := k.askWaitingTurns(ctx, int(params.DuePerBlock)); err != nil {
		return err
	}
	return k.seatWaitingCourts(ctx)
}

// processDueTask takes the next step of a task that is due. A task without a deadline (TURN, DONE) is due because processing it
// failed before; see postponeTask.
func (k Keeper) processDueTask(ctx sdk.Context, it *item) error {
	switch it.state.Phase {
	case poco.PhaseTurn:
		return k.askTurnAgain(ctx, it)
	case poco.PhaseDone:
		if err := k.askTurnAgain(ctx, it); err != nil {
			return err
		}
		return k.saveTask(ctx, it)
	}
	if stopped, err := k.endStopped(ctx, it); err != nil || stopped {
		return err
	}
	if prolonged, err := k.prolongWindow(ctx, it); err != nil || prolonged {
		return err
	}
	return k.runEvent(ctx, it, poco.Due{Height: ctx.BlockHeight()})
}

// listDueTasks returns the tasks that are due in a queue. It reads the queue from its start and stops at the first later height or at the
// limit: the cost depends on what is due, not on what is open.
func (k Keeper) listDueTasks(ctx context.Context, queue types.DueQueue, limit int) ([]string, error) {
	height := uint64(sdk.UnwrapSDKContext(ctx).BlockHeight())
	rng := new(collections.Range[collections.Triple[uint32, uint64, string]]).
		StartInclusive(collections.TriplePrefix[uint32, uint64, string](uint32(queue))).
		EndExclusive(collections.TripleSuperPrefix[uint32, uint64, string](uint32(queue), height+1))
	iter, err := k.Queue.Iterate(ctx, rng)
	if err != nil {
		return nil, err
	}
	defer iter.Close()
	var ids []string
	for ; iter.Valid() && len(ids) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		ids = append(ids, key.K3())
	}
	return ids, nil
}

// runIsolated runs fn on one task in a cache: either all changes of fn are kept or none. A task that fails is ended BROKEN, with
// the escrow refunded and the stakes freed. If even that fails, its money stays accounted for and it is tried again later.
func (k Keeper) runIsolated(ctx context.Context, id string, fn func(sdk.Context, *item) error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	err := isolate.Run(sdkCtx, func(ctx sdk.Context) error {
		it, err := k.loadTask(ctx, id)
		if err != nil {
			return err
		}
		return fn(ctx, it)
	})
	if err == nil {
		return
	}
	k.reportFailure(sdkCtx, id, err)
	err = isolate.Run(sdkCtx, func(ctx sdk.Context) error {
		it, err := k.loadTask(ctx, id)
		if err != nil {
			return err
		}
		return k.runEvent(ctx, it, poco.Broke{Height: ctx.BlockHeight()})
	})
	if err == nil {
		return
	}
	k.reportFailure(sdkCtx, id, err)
	// If this fails too, the task stays in its queue and is tried again in the next block, which is safe.
	if err := isolate.Run(sdkCtx, func(ctx sdk.Context) error { return k.postponeTask(ctx, id) }); err != nil {
		k.reportFailure(sdkCtx, id, err)
	}
}

// reportFailure logs and counts that a task failed, and emits an event. The event does not contain the text of the cause, which
// may differ between nodes.
func (k Keeper) reportFailure(ctx sdk.Context, id string, cause error) {
	items.Report(ctx, "task", id, cause)
	if err := events.Emit(ctx, &types.EventItemFailed{Task: id}); err != nil {
		ctx.Logger().Error("event not emitted", "module", types.ModuleName, "task", id, "error", err)
	}
}

// postponeTask queues a task for window_blocks later. It frees the room of the task's court and changes nothing else. Once the
// cause of the failure is mended, the task ends by itself; until then each try costs little.
func (k Keeper) postponeTask(ctx context.Context, id string) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	t, err := k.Tasks.Get(ctx, id)
	if err != nil {
		return err
	}
	if t.Queued != 0 {
		if err := k.Queue.Remove(ctx, t.QueueKey()); err != nil {
			return err
		}
	}
	if t.CourtPace != 0 { // the task must not keep other courts waiting
		if err := k.freeRoom(ctx, &t); err != nil {
			return err
		}
	}
	t.Queued = sdk.UnwrapSDKContext(ctx).BlockHeight() + params.WindowBlocks
	if err := k.Queue.Set(ctx, t.QueueKey()); err != nil {
		return err
	}
	return k.Tasks.Set(ctx, id, t)
}
