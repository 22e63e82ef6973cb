package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// items are the items of the module's block hooks, each of which runs alone.
const items = isolate.Module(types.ModuleName)

// BeginBlock acts on every deadline that has come and draws with this block's seed. A deadline is the first height that
// is too late: it is acted on before the block's messages, so that no message of that height is in time.
func (k Keeper) BeginBlock(ctx context.Context) error {
	if err := k.processDueTasks(ctx, types.QueuesAtBegin()...); err != nil {
		return err
	}
	return k.pruneTasks(ctx)
}

// EndBlock judges and settles what this block's messages completed. It draws nobody: whoever wrote the block's messages
// knew its seed, and could have moved who is eligible. A draw carried over from BeginBlock waits for the next one.
func (k Keeper) EndBlock(ctx context.Context) error {
	if err := k.purse.Fold(ctx); err != nil {
		return err
	}
	if err := k.countAnswers(ctx); err != nil {
		return err
	}
	return k.processDueTasks(ctx, types.QueueDeadlines)
}

// processDueTasks processes the tasks that are due in these queues, each alone: the oldest first, and at most due_per_block of each
// queue. Then it asks the ledgers again for turns that waited for one just settled, and seats waiting courts while there is room.
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

// processDueTask does what a task that is due asks for. One without a deadline is here because it could not be processed before.
func (k Keeper) processDueTask(ctx sdk.Context, it *item) error {
	switch it.state.Phase {
	case poco.PhaseTurn:
		return k.askLedgers(ctx, it)
	case poco.PhaseDone:
		if err := k.askLedgers(ctx, it); err != nil {
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

// runIsolated runs fn on one task, alone: it commits whole or fails whole. A task that fails is ended with everyone whole;
// if even that fails, all of it stays accounted for and it is tried again later.
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
	// A failure here would leave the item to be tried again in the next block, which is safe.
	if err := isolate.Run(sdkCtx, func(ctx sdk.Context) error { return k.postponeTask(ctx, id) }); err != nil {
		k.reportFailure(sdkCtx, id, err)
	}
}

// reportFailure reports that a task failed, and says so to those who follow it. The cause's words stay out of state.
func (k Keeper) reportFailure(ctx sdk.Context, id string, cause error) {
	items.Report(ctx, "task", id, cause)
	if err := events.Emit(ctx, &types.EventItemFailed{Task: id}); err != nil {
		ctx.Logger().Error("event not emitted", "module", types.ModuleName, "task", id, "error", err)
	}
}

// postponeTask puts a task a window of blocks back in the queue without touching anything else of it: once whatever made it
// fail is mended, it ends by itself, and until then it costs next to nothing.
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
	if t.CourtPace != 0 { // it must not keep other courts waiting
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

// askWaitingTurns asks waiting turns again in the ledgers in which one was settled, in draw order and at most limit in all.
// Asking may settle further turns, whose ledgers are then asked anew. Those beyond the limit are asked when one of the
// turns before them settles, on which they depend: to keep the ledger noted for them would ask the same in every block.
func (k Keeper) askWaitingTurns(ctx context.Context, limit int) error {
	for limit > 0 {
		iter, err := k.LedgersToAsk.Iterate(ctx, nil)
		if err != nil {
			return err
		}
		keys, err := firstKey(iter)
		if err != nil || keys == "" {
			return err
		}
		if err := k.LedgersToAsk.Remove(ctx, keys); err != nil {
			return err
		}
		asked, err := k.askWaiting(ctx, keys, limit)
		if err != nil {
			return err
		}
		limit -= max(asked, 1)
	}
	return nil
}

func firstKey(iter collections.KeySetIterator[string]) (string, error) {
	defer iter.Close()
	if !iter.Valid() {
		return "", nil
	}
	return iter.Key()
}

// askWaiting asks the waiting turns of one ledger, oldest first.
func (k Keeper) askWaiting(ctx context.Context, key string, limit int) (int, error) {
	iter, err := k.Waiting.Iterate(ctx, collections.NewPrefixedPairRange[string, uint64](key))
	if err != nil {
		return 0, err
	}
	var ids []string
	for ; iter.Valid() && len(ids) < limit; iter.Next() {
		id, err := iter.Value()
		if err != nil {
			iter.Close()
			return 0, err
		}
		ids = append(ids, id)
	}
	if err := iter.Close(); err != nil {
		return 0, err
	}
	for _, id := range ids {
		k.runIsolated(ctx, id, k.askLedgers)
	}
	return len(ids), nil
}

// askLedgers asks one waiting turn again: a provisional task may finalise, an ended one's charge may be decided. It may have
// been decided since it was listed.
func (k Keeper) askLedgers(ctx sdk.Context, it *item) error {
	turn, err := k.Turns.Get(ctx, it.stored.Id)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if turn.Resolved {
		return k.decideTurn(ctx, turn)
	}
	ev, err := k.askTurn(ctx, it)
	if err != nil {
		return err
	}
	return k.runEvent(ctx, it, ev)
}
