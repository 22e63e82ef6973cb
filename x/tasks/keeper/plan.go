package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Wave 2 is planned two blocks after the first answer was locked. No later state would do: somebody who knows the seed of the draw
// could have shaped it (poco.PlanDelay). Wave 2 is drawn d blocks after that answer: in the block of the plan if d is 2, later if
// more proposers may collude. The plan counts all that the draw uses: which organisations can be drawn, by which tickets, with how
// many replicas and at which risk. An organisation may change between the plan and the draw (docs/protocol.md, section 6):
//
//	came       it could not be drawn at the plan, and is not drawn
//	departed   it paused, left the pool, or was cooled or jailed: it is passed over, and the plan is fitted to those that remain (fit.go)
//	drawn      it was drawn for another task. If that was in the block of the plan, that draw follows from the same state, and the
//	           organisation is passed over. If it was drawn later and the seed chooses it, this draw is refused, because a requester
//	           can choose which tasks are drawn then (urn.go)
//
// A refused draw is planned again, and the risk of the refused plan is added to that of the next one.

// planSecond carries out an AskPlan effect: it plans wave 2, and records what the draw needs to know about the pool at this
// moment.
func (k Keeper) planSecond(ctx context.Context, it *item) (poco.Event, error) {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	c, err := k.countCrowd(ctx, it)
	if err != nil {
		return nil, err
	}
	plan, err := k.planTask(ctx, it, c.eligible)
	if err != nil {
		return nil, err
	}
	if unpaid, err := k.isCourtUnpaid(ctx, it, plan); err != nil || unpaid {
		return poco.CourtUnpaid{Height: height}, err
	}
	if plan.Bound == poco.BoundFew {
		return poco.DrawFailed{Height: height}, nil
	}
	delay, err := k.beacon.Delay(ctx)
	if err != nil {
		return nil, err
	}
	if it.stored.Counted, err = k.countPool(ctx, it.deal.Pool); err != nil {
		return nil, err
	}
	if err := emitPlan(ctx, it, plan); err != nil {
		return nil, err
	}
	return poco.PlanMade{Height: height, Plan: plan, Remaining: delay - poco.PlanDelay}, nil
}

// planTask asks the task's policy for the plan by which the task would be checked if the plan were made now.
func (k Keeper) planTask(ctx context.Context, it *item, eligible uint64) (poco.Plan, error) {
	policy, in, err := k.planInput(ctx, it, eligible)
	if err != nil {
		return poco.Plan{}, err
	}
	return policy.Plan(in), nil
}

// planInput returns the task's policy and the input of its plan.
func (k Keeper) planInput(ctx context.Context, it *item, eligible uint64) (poco.Policy, poco.PlanInput, error) {
	terms := it.state.Terms
	policy, err := poco.FindPolicy(terms.Policy)
	if err != nil {
		return nil, poco.PlanInput{}, err
	}
	in := poco.PlanInput{
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Eligible: eligible,
		Risk: it.state.Risk, FuelLimit: terms.FuelLimit, MinReplicas: terms.MinReplicas, MaxSeats: terms.MaxSeats, Stake: terms.ChargePayer(),
		Trust: terms.Trust, Records: listScores(it.state.Seats),
	}
	if err := k.readLedgers(ctx, it, &in); err != nil {
		return nil, poco.PlanInput{}, err
	}
	if err := k.readNetwork(ctx, it, &in); err != nil {
		return nil, poco.PlanInput{}, err
	}
	return policy, in, nil
}

// readLedgers puts the task's two ledgers into the input of a plan.
func (k Keeper) readLedgers(ctx context.Context, it *item, in *poco.PlanInput) (err error) {
	trust := it.state.Terms.Trust
	class, requester := ledgerKeys(it)
	if in.Class, err = k.getLedger(ctx, class, trust); err != nil {
		return err
	}
	in.Requester, err = k.getLedger(ctx, requester, trust)
	return err
}

// readNetwork puts into the input of a plan what depends on the network: parameters, the faction, the beacon's factor, and the
// cost of a court of all active seats.
func (k Keeper) readNetwork(ctx context.Context, it *item, in *poco.PlanInput) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	in.Window = params.WindowBlocks
	if in.Allowances, err = params.Allowances(); err != nil {
		return err
	}
	// The faction is a share of all organisations that run the runtime, in any pool. If it were a share of this pool, a coalition that
	// has a pool to itself would be counted as a small part of it.
	registered, err := k.workers.RegisteredFor(ctx, it.deal.Runtime)
	if err != nil {
		return err
	}
	in.Faction = poco.Faction(params.QNum, params.QDen, registered)
	if in.Factor, err = k.beacon.Factor(ctx); err != nil {
		return err
	}
	bench, err := k.seats.ActiveCount(ctx)
	in.Exposure = it.state.Terms.Exposure(bench)
	return err
}

// isCourtUnpaid says whether a plan of wave 2 leads, or may lead, to a court that the escrow cannot pay. Such a task ends now,
// while nobody can know the seed. After a refused draw the answer is always no, and the court is called even if the escrow cannot
// pay it. Otherwise somebody who causes draws to be refused could end the task without a charge.
func (k Keeper) isCourtUnpaid(ctx context.Context, it *item, plan poco.Plan) (bool, error) {
	few := plan.Bound == poco.BoundFew
	court := few && sdk.UnwrapSDKContext(ctx).BlockHeight() >= it.state.WaitEnd
	if !few { // under static credibility the drawn workers' records may not reach the trust, which also leads to the court
		court = plan.Court || it.state.Terms.StaticCredibility
	}
	if !court || !it.state.Risk.IsZero() {
		return false, nil
	}
	affords, err := k.affordsCourt(ctx, it)
	return !affords, err
}

// countPool returns the pool's tickets and its moves (arrivals, departures, draws) up to now. The draw compares them with the
// pool's later ones.
func (k Keeper) countPool(ctx context.Context, pool string) (*types.Count, error) {
	tickets, err := k.workers.Tickets(ctx, pool)
	if err != nil {
		return nil, err
	}
	moves, err := k.workers.PoolMoves(ctx, pool)
	return &types.Count{
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Tickets: tickets, Arrivals: moves.Arrivals, Departures: moves.Departures, Taken: moves.Taken,
	}, err
}

func emitPlan(ctx context.Context, it *item, plan poco.Plan) error {
	stored := types.PlanFromPoco(it.state.Terms, plan)
	return emitEvent(ctx, &types.EventPlanned{Task: it.stored.Id, Plan: &stored})
}
