package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// item is a task under work: as stored, with its deal, and as the protocol sees it.
type item struct {
	stored types.Task
	deal   dealstypes.Deal
	state  poco.Task
}

// loadTask reads a task and its deal.
func (k Keeper) loadTask(ctx context.Context, id string) (*item, error) {
	stored, err := k.Tasks.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, k.notFound(ctx, id)
	}
	if errors.Is(err, collections.ErrEncoding) {
		return nil, errorsmod.Wrapf(types.ErrInvalid, "task: %s", err)
	}
	if err != nil {
		return nil, err
	}
	deal, err := k.deals.GetDeal(ctx, stored.Deal)
	if err != nil {
		return nil, err
	}
	state, err := stored.ToPoco(dealstypes.TermsToPoco(sdk.UnwrapSDKContext(ctx).ChainID(), deal, stored.Index))
	if err != nil {
		return nil, err
	}
	return &item{stored: stored, deal: deal, state: state}, nil
}

// listParties returns the organisations that have a part in the task beside those who run it: the requester's, the app's
// and those of the datasets that it reads. None of them is drawn. They judge it as all seats do: see openCourt.
func (it *item) listParties() []string {
	orgs := []string{it.deal.RequesterOrganisation, it.deal.AppOrganisation}
	for _, d := range it.deal.DatasetsOf(it.stored.Index) {
		orgs = append(orgs, d.Organisation)
	}
	slices.Sort(orgs)
	return slices.DeleteFunc(slices.Compact(orgs), func(org string) bool { return org == "" })
}

// saveTask stores a task and keeps the queue in step with its deadline, and the list of states with its state: a task stands
// in one line of the queue, once, or not at all, and in one state.
func (k Keeper) saveTask(ctx context.Context, it *item) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	before, state := it.stored.Phase, it.stored.StateKey()
	attempt, recalls, planned := it.stored.Attempt, it.stored.Recalls, plannedSeats(it.stored)
	line, queued, stood := it.stored.Line(), it.stored.Queued, it.stored.QueueKey()
	it.stored.Take(it.state, sdkCtx.BlockHeight())
	if err := k.countPlanned(ctx, it.deal.Pool, planned, plannedSeats(it.stored)); err != nil {
		return err
	}
	if it.stored.CourtPace != 0 && it.stored.Phase != types.PHASE_COURT_COMMIT {
		if err := k.freeSeats(ctx, &it.stored); err != nil {
			return err
		}
	}
	if it.stored.Ended() && it.stored.Done == 0 {
		it.stored.Done = sdkCtx.BlockHeight()
	}
	moved := it.stored.Phase != before || it.stored.Attempt != attempt || it.stored.Recalls != recalls
	if moved && it.state.Awaits() {
		full, err := k.countFull(ctx)
		if err != nil {
			return err
		}
		it.stored.FullBlocks = full
	}
	it.stored.Queued = it.stored.Deadline
	if it.stored.Queued != queued || it.stored.Line() != line {
		if queued != 0 {
			if err := k.Queue.Remove(ctx, stood); err != nil {
				return err
			}
		}
		if it.stored.Queued != 0 {
			if err := k.Queue.Set(ctx, it.stored.QueueKey()); err != nil {
				return err
			}
		}
	}
	if err := k.Tasks.Set(ctx, it.stored.Id, it.stored); err != nil {
		return err
	}
	if it.stored.Final() && before != types.PHASE_DONE {
		if err := k.queuePruning(ctx, it.stored); err != nil {
			return err
		}
	}
	if state != it.stored.StateKey() {
		if before != types.PHASE_UNSPECIFIED {
			if err := k.States.Remove(ctx, collections.Join3(state, uint64(it.stored.Opened), it.stored.Id)); err != nil {
				return err
			}
		}
		if err := k.States.Set(ctx, collections.Join3(it.stored.StateKey(), uint64(it.stored.Opened), it.stored.Id)); err != nil {
			return err
		}
	}
	if !moved {
		return nil
	}
	return events.Emit(sdkCtx, &types.EventPhase{
		Task: it.stored.Id, Deal: it.stored.Deal, Phase: it.stored.Phase, Deadline: it.stored.Deadline, Attempt: it.stored.Attempt,
	})
}

// takeEvent carries out a user's event: the new state, which the caller stores, and nothing else, because such events have no
// effects. Coins and counters move in block hooks only (docs/adr/0005-messages-move-no-money.md).
func (it *item) takeEvent(ev poco.Event) error {
	next, effects, err := it.state.Apply(ev)
	if err != nil {
		return registerError(err)
	}
	if len(effects) != 0 {
		return errorsmod.Wrapf(types.ErrInvalid, "event %T has effects outside a block hook", ev)
	}
	it.state = next
	return nil
}

// registerError turns the protocol's refusals into the module's registered errors, keeping their words.
func registerError(err error) error {
	for _, m := range []struct{ from, to error }{
		{poco.ErrWrongPhase, types.ErrWrongPhase},
		{poco.ErrWindowClosed, types.ErrWindowClosed},
		{poco.ErrTooEarly, types.ErrTooEarly},
		{poco.ErrNotDrawn, types.ErrNotDrawn},
		{poco.ErrAlready, types.ErrAlready},
		{poco.ErrCommitment, types.ErrCommitment},
		{poco.ErrWrongAttempt, types.ErrWrongAttempt},
		{poco.ErrInvalidOutcome, types.ErrInvalidOutcome},
		{poco.ErrEvidence, types.ErrEvidence},
	} {
		if errors.Is(err, m.from) {
			return errorsmod.Wrap(m.to, err.Error())
		}
	}
	return err
}

// OpenTask implements the hook of x/deals: a deal's task of an index within the request's bag begins, and is due in this very
// block.
func (k Keeper) OpenTask(ctx context.Context, deal dealstypes.Deal, index uint64) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	dealID, err := types.ParseID(deal.Id)
	if err != nil {
		return err
	}
	id := poco.TaskID(dealID, index)
	state, err := poco.NewTask(id, dealstypes.TermsToPoco(sdkCtx.ChainID(), deal, index), sdkCtx.BlockHeight())
	if err != nil {
		return err
	}
	it := &item{deal: deal, state: state, stored: types.Task{
		Id: types.IDText(id), Deal: deal.Id, Index: index, Opened: sdkCtx.BlockHeight(),
	}}
	if has, err := k.Tasks.Has(ctx, it.stored.Id); err != nil || has {
		return errorsmod.Wrapf(types.ErrExists, "task %s (%v)", it.stored.Id, err)
	}
	if has, err := k.Pruned.Has(ctx, it.stored.Id); err != nil || has {
		return errorsmod.Wrapf(types.ErrExists, "task %s, which was pruned (%v)", it.stored.Id, err)
	}
	if err := k.ByDeal.Set(ctx, collections.Join(deal.Id, index), it.stored.Id); err != nil {
		return err
	}
	return k.saveTask(ctx, it)
}
