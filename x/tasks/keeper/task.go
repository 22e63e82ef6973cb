package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// item is a task that is being processed: its record, its deal, and its state in the form of package poco.
type item struct {
	stored types.Task
	deal   dealstypes.Deal
	state  poco.Task
}

// loadTask reads a task and its deal.
func (k Keeper) loadTask(ctx context.Context, id string) (*item, error) {
	stored, err := k.Tasks.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, k.explainMissing(ctx, id)
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

// listParties returns the organisations of the requester, of the app, and of the datasets that the task reads. They are not drawn
// for the task. If they hold seats they judge it in court like all others; see seatCourt.
func (it *item) listParties() []string {
	orgs := []string{it.deal.RequesterOrganisation, it.deal.AppOrganisation}
	for _, d := range it.deal.DatasetsOf(it.stored.Index) {
		orgs = append(orgs, d.Organisation)
	}
	slices.Sort(orgs)
	return slices.DeleteFunc(slices.Compact(orgs), func(org string) bool { return org == "" })
}

// saveTask stores a task and updates all that follows from it: the pool's planned seats, the court's room, the queues of
// deadlines, the lists of states and of pruning. A task has at most one entry in the queues, and one state. The steps before
// Tasks.Set change the record.
func (k Keeper) saveTask(ctx context.Context, it *item) error {
	before := it.stored
	it.stored.Take(it.state, sdk.UnwrapSDKContext(ctx).BlockHeight())
	c := change{k: k, it: it, before: before}
	return steps.Run(
		func() error { return k.countPlanned(ctx, it.deal.Pool, plannedSeats(before), plannedSeats(it.stored)) },
		func() error { return c.freeRoom(ctx) },
		func() error { return c.noteHeights(ctx) },
		func() error { return c.requeue(ctx) },
		func() error { return k.Tasks.Set(ctx, it.stored.Id, it.stored) },
		func() error { return c.relist(ctx) },
		func() error { return c.emitPhase(ctx) },
	)
}

// change is a task that is about to be stored, and the record that it replaces.
type change struct {
	k      Keeper
	it     *item
	before types.Task
}

// entersPhase says whether the task enters a phase: another one, or the same one again.
func (c change) entersPhase() bool {
	after := c.it.stored
	return after.Phase != c.before.Phase || after.Attempt != c.before.Attempt || after.Recalls != c.before.Recalls
}

// freeRoom gives back the room of a court that has its commitments.
func (c change) freeRoom(ctx context.Context) error {
	if c.it.stored.CourtPace == 0 || c.it.stored.Phase == types.PHASE_COURT_COMMIT {
		return nil
	}
	return c.k.freeRoom(ctx, &c.it.stored)
}

// noteHeights records the height at which the task ended. When a phase begins that awaits answers, it records how many blocks were
// full until then; see fullblocks.go.
func (c change) noteHeights(ctx context.Context) (err error) {
	if c.it.stored.Ended() && c.it.stored.Done == 0 {
		c.it.stored.Done = sdk.UnwrapSDKContext(ctx).BlockHeight()
	}
	if c.entersPhase() && c.it.state.Awaits() {
		c.it.stored.FullBlocks, err = c.k.countFull(ctx)
	}
	return err
}

// requeue moves the task to its place in the queue.
func (c change) requeue(ctx context.Context) error {
	after := &c.it.stored
	after.Queued = after.Deadline
	if after.Queued == c.before.Queued && after.DueQueue() == c.before.DueQueue() {
		return nil
	}
	if c.before.Queued != 0 {
		if err := c.k.Queue.Remove(ctx, c.before.QueueKey()); err != nil {
			return err
		}
	}
	if after.Queued == 0 {
		return nil
	}
	return c.k.Queue.Set(ctx, after.QueueKey())
}

// relist moves the task to its place in the list of states, and puts a task that has become final into the queue of pruning.
func (c change) relist(ctx context.Context) error {
	after := c.it.stored
	if after.Final() && !c.before.Final() {
		if err := c.k.queuePruning(ctx, after); err != nil {
			return err
		}
	}
	if after.StateKey() == c.before.StateKey() {
		return nil
	}
	if c.before.Phase != types.PHASE_UNSPECIFIED {
		if err := c.k.States.Remove(ctx, stateKey(c.before)); err != nil {
			return err
		}
	}
	return c.k.States.Set(ctx, stateKey(after))
}

// emitPhase emits an event if the task enters a phase.
func (c change) emitPhase(ctx context.Context) error {
	if !c.entersPhase() {
		return nil
	}
	t := c.it.stored
	return emitEvent(ctx, &types.EventPhase{Task: t.Id, Deal: t.Deal, Phase: t.Phase, Deadline: t.Deadline, Attempt: t.Attempt})
}

// stateKey returns the task's key in the list of states.
func stateKey(t types.Task) collections.Triple[uint32, uint64, string] {
	return collections.Join3(t.StateKey(), uint64(t.Opened), t.Id)
}

// takeEvent applies the event of a message to the task, which the caller then stores. Such events have no effects: coins and
// counters move only in block hooks, except for the bond of a challenge (docs/adr/0005-messages-move-no-money.md).
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

// registerError turns an error of package poco into the module's registered error, with the same text.
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

// OpenTask implements the hook of x/deals: it opens a task of the deal. index counts within the request's bag. The task is due in
// this block.
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
	if err := k.checkUnused(ctx, it.stored.Id); err != nil {
		return err
	}
	return k.saveTask(ctx, it)
}

// checkUnused returns ErrExists if a task with this id exists, or existed and was pruned.
func (k Keeper) checkUnused(ctx context.Context, id string) error {
	has, err := k.Tasks.Has(ctx, id)
	if err != nil {
		return err
	}
	if has {
		return errorsmod.Wrapf(types.ErrExists, "task %s", id)
	}
	if has, err = k.Pruned.Has(ctx, id); err == nil && has {
		return errorsmod.Wrapf(types.ErrExists, "task %s, which was pruned", id)
	}
	return err
}
