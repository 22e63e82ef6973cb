package keeper

import (
	"context"

	"github.com/credence-chain/credence/poco"
)

// rotationChangesAfter is the number of blocks after a seat has left until the engine's rotation of proposers changes.
const rotationChangesAfter = 2

// isForeseeable says whether colluding proposers may have known the seed of this draw when the first answer was locked. They may
// if a seat has left since the plan, because the draw should then have waited for more blocks than were planned. A draw before the
// rotation changes is as unforeseeable as it was planned to be.
func (k Keeper) isForeseeable(ctx context.Context, it *item) (bool, error) {
	if it.state.Delay <= poco.PlanDelay+rotationChangesAfter {
		return false, nil
	}
	delay, err := k.beacon.Delay(ctx)
	return delay > it.state.Delay, err
}

// fitPlan fits the task's plan to the organisations that remain of those that the plan counted. fits is false if the draw must be
// refused. Every departure from the pool since the plan counts, even of an organisation that was not counted. This is safe, because a
// smaller M (eligible organisations) never lowers the risk x.
func (k Keeper) fitPlan(ctx context.Context, it *item) (plan poco.Plan, fits bool, err error) {
	plan = it.state.Plan
	if foreseeable, err := k.isForeseeable(ctx, it); err != nil || foreseeable {
		return plan, false, err
	}
	moves, err := k.workers.PoolMoves(ctx, it.deal.Pool)
	if err != nil {
		return plan, false, err
	}
	factor, err := k.beacon.Factor(ctx)
	if err != nil {
		return plan, false, err
	}
	left := plan.Eligible - min(plan.Eligible, moves.Departures-it.stored.Counted.Departures)
	plan, fits = plan.Fit(left, factor, it.state.Terms.MaxSeats)
	return plan, fits, nil
}
