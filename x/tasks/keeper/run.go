package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/gogoproto/proto"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/poco"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/tasks/types"
)

// How the chain runs a task's state machine: poco.Task.Apply takes an event and returns the new state with its effects. carryOut does
// what an effect asks for, with the store and the other modules, and may answer with a further event.

// runEvent feeds an event to a task in a block hook, carries out its effects, and feeds the events that answer them until none is
// left. Then it stores the task.
func (k Keeper) runEvent(ctx context.Context, it *item, ev poco.Event) error {
	for events := []poco.Event{ev}; len(events) > 0; {
		more, err := k.applyEvent(ctx, it, events[0])
		if err != nil {
			return err
		}
		events = append(events[1:], more...)
	}
	if err := k.saveTask(ctx, it); err != nil {
		return err
	}
	if err := k.dropOtherOnchain(ctx, it); err != nil {
		return err
	}
	if it.state.Ending == poco.EndAccepted && it.stored.Final() && it.deal.Callback != "" {
		k.tellCallback(ctx, it)
	}
	return nil
}

// applyEvent feeds one event to a task, carries out its effects, and returns the events that answer them.
func (k Keeper) applyEvent(ctx context.Context, it *item, ev poco.Event) (answers []poco.Event, err error) {
	next, effects, err := it.state.Apply(ev)
	if err != nil {
		return nil, err
	}
	it.state = next
	for _, e := range effects {
		answer, err := k.carryOut(ctx, it, e)
		if err != nil {
			return nil, fmt.Errorf("%T: %w", e, err)
		}
		if answer != nil {
			answers = append(answers, answer)
		}
	}
	return answers, nil
}

// tellCallback tells the deal's callback about a final answer. The whole task is stored before, so the callback reads its final
// state. The callback runs isolated: its error or panic undoes nothing of the settlement.
func (k Keeper) tellCallback(ctx context.Context, it *item) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	_ = items.Do(sdkCtx, "callback of task", it.stored.Id, func(ctx sdk.Context) error {
		deal, err := k.deals.WholeDeal(ctx, it.deal.Id) // as the settlement left it
		if err != nil {
			return err
		}
		onchain, _, err := k.OnchainResult(ctx, it.stored)
		if err != nil {
			return err
		}
		return k.deals.Callback(ctx, deal, dealstypes.TaskResult{
			Task: it.stored.Id, Index: it.stored.Index, Ending: it.state.Ending.String(),
			Kind: it.state.Verdict.Kind.String(), Digest: it.state.Verdict.Digest[:], Fuel: it.state.Verdict.Fuel, Onchain: onchain,
		})
	})
}

// carryOut does what one effect asks for, and returns the event that answers it, or nil.
func (k Keeper) carryOut(ctx context.Context, it *item, e poco.Effect) (poco.Event, error) {
	switch e := e.(type) {
	case poco.Draw:
		return k.drawWave(ctx, it, e)
	case poco.AskPlan:
		return k.planSecond(ctx, it)
	case poco.Lock:
		return nil, k.lockSeat(ctx, it, e)
	case poco.Release:
		return nil, k.releaseSeat(ctx, it, e)
	case poco.EnterLedgers:
		return nil, k.enterLedgers(ctx, it, e)
	case poco.AskTurn:
		return k.askTurn(ctx, it)
	case poco.OpenCourt:
		return k.openCourt(ctx, it)
	case poco.RecallCourt:
		return k.recallCourt(ctx, it)
	case poco.Resolve:
		return nil, k.resolveTurn(ctx, it, e)
	case poco.Finish:
		return nil, k.finishTask(ctx, it, e.Settlement)
	case poco.AskAudit:
		return k.askAudit(ctx, it)
	case poco.FinishAudit:
		return nil, k.finishAudit(ctx, it, e.Settlement)
	case poco.FinishBytes:
		return nil, k.finishBytes(ctx, it, e.Settlement)
	}
	return nil, fmt.Errorf("unknown effect %T", e)
}

// lockSeat carries out a Lock effect: it locks the stake of a drawn worker, and assigns the task to it.
func (k Keeper) lockSeat(ctx context.Context, it *item, e poco.Lock) error {
	if err := k.workers.Lock(ctx, e.Who, e.Amount); err != nil {
		return err
	}
	return k.seatWorker(ctx, it, e.Who)
}

// releaseSeat carries out a Release effect: it takes the seat from a worker, as if the worker had never had it.
func (k Keeper) releaseSeat(ctx context.Context, it *item, e poco.Release) error {
	if err := k.unassignSeat(ctx, it, e.Who); err != nil {
		return err
	}
	if err := k.History.Remove(ctx, historyKey(it.stored, e.Who)); err != nil {
		return err
	}
	return k.workers.Release(ctx, e.Who, e.Amount, e.Fault)
}

func emitEvent(ctx context.Context, ev proto.Message) error {
	return events.Emit(ctx, ev)
}

// historyKey returns the task's place in the history of an account that holds a seat in it.
func historyKey(t types.Task, who string) collections.Triple[string, uint64, string] {
	return collections.Join3(who, uint64(t.Opened), t.Id)
}

// assignSeat records that an account holds a seat in the task and has work to do.
func (k Keeper) assignSeat(ctx context.Context, it *item, who string) error {
	if err := k.Assignments.Set(ctx, collections.Join(who, it.stored.Id)); err != nil {
		return err
	}
	return k.History.Set(ctx, historyKey(it.stored, who))
}

// unassignSeat records that an account has nothing left to do for the task. Its history still has the task.
func (k Keeper) unassignSeat(ctx context.Context, it *item, who string) error {
	return k.Assignments.Remove(ctx, collections.Join(who, it.stored.Id))
}

// seatWorker assigns the task to a drawn worker, and emits the event.
func (k Keeper) seatWorker(ctx context.Context, it *item, who string) error {
	if err := k.assignSeat(ctx, it, who); err != nil {
		return err
	}
	seats := it.state.Seats
	if it.state.Phase == poco.PhaseCourtCommit {
		seats = it.state.Court
	}
	for _, s := range seats {
		if s.Who == who {
			return emitEvent(ctx, &types.EventDrawn{
				Task: it.stored.Id, Deal: it.stored.Deal, Who: who, Organisation: s.Org, Wave: s.Wave, Attempt: it.state.Attempt,
			})
		}
	}
	return fmt.Errorf("%s holds no seat", who)
}
