package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Wave 2 is planned from the last state that nobody who knows the seed of its draw can have shaped (poco.PlanDelay), and drawn
// d blocks after the first answer was locked: at once where d is 2, blocks later where more proposers may collude. Everything
// that the draw goes by is counted at the plan: who can be drawn, by which tickets, with how many replicas at which risk. What
// happens in between is dealt with as follows (docs/protocol.md, section 6):
//
//	came       whoever could not be drawn at the plan is not drawn
//	left       whoever paused, left, or was cooled or jailed is passed over; for the fewer that are left the plan is fitted
//	           with more replicas
//	drawn      so is whoever was drawn for another task in the block of the plan, by draws from the same state. Where the seed
//	           chooses one that was drawn later, the draw is refused: which tasks are drawn then is something that a
//	           requester can choose
//
// A refused draw is planned again, and the risk of the plan that was refused is added to the next one's.

// crowd is who could be drawn for a task at this moment.
type crowd struct {
	barred   []string // organisations that may not be drawn: parties to the task, and whoever holds a seat
	eligible uint64   // M: those that may, and those that hold a seat; see poco.Crowd
}

// countCrowd counts who could be drawn: no organisation that is a party to the task, nor one that holds a seat in it.
func (k Keeper) countCrowd(ctx context.Context, it *item) (crowd, error) {
	size, err := k.workers.EligibleOrgs(ctx, it.deal.Pool)
	if err != nil {
		return crowd{}, err
	}
	c := crowd{barred: listBarred(it)}
	positions, err := k.findPositions(ctx, it.deal.Pool, c.barred)
	if err != nil {
		return crowd{}, err
	}
	count := poco.Crowd{Eligible: size, Barred: uint64(len(positions)), Seated: uint64(len(it.state.Seats))}
	c.eligible = count.Size()
	return c, nil
}

// listBarred returns the organisations that may not be drawn for a task: the parties, and those that hold a seat.
func listBarred(it *item) []string {
	out := it.listParties()
	for _, seat := range it.state.Seats {
		if !slices.Contains(out, seat.Org) {
			out = append(out, seat.Org)
		}
	}
	return out
}

// findPositions returns where organisations stand in the pool's array of those that are eligible, descending; those that do
// not are left out.
func (k Keeper) findPositions(ctx context.Context, pool string, orgs []string) (out []uint64, err error) {
	for _, org := range orgs {
		pos, found, err := k.workers.EligiblePosition(ctx, pool, org)
		if err != nil {
			return nil, err
		}
		if found {
			out = append(out, pos)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out, nil
}

// planTask asks the task's policy how it would be checked now.
func (k Keeper) planTask(ctx context.Context, it *item, eligible uint64) (poco.Plan, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return poco.Plan{}, err
	}
	start, err := params.Allowances()
	if err != nil {
		return poco.Plan{}, err
	}
	classKey, requesterKey := ledgerKeys(it)
	class, err := k.ledger(ctx, classKey, it.state.Terms.Trust)
	if err != nil {
		return poco.Plan{}, err
	}
	requester, err := k.ledger(ctx, requesterKey, it.state.Terms.Trust)
	if err != nil {
		return poco.Plan{}, err
	}
	// The bound counts every organisation that runs the runtime, in whatever pool: a coalition that gathers in a pool of
	// its own would otherwise be a small number of few.
	registered, err := k.workers.RegisteredFor(ctx, it.deal.Runtime)
	if err != nil {
		return poco.Plan{}, err
	}
	factor, err := k.beacon.Factor(ctx)
	if err != nil {
		return poco.Plan{}, err
	}
	bench, err := k.seats.ActiveCount(ctx)
	if err != nil {
		return poco.Plan{}, err
	}
	terms := it.state.Terms
	policy, err := poco.FindPolicy(terms.Policy)
	if err != nil {
		return poco.Plan{}, err
	}
	return policy.Plan(poco.PlanInput{
		Class: class, Requester: requester, Allowances: start,
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Window: params.WindowBlocks,
		Faction: poco.Faction(params.QNum, params.QDen, registered), Eligible: eligible, Factor: factor,
		Risk: it.state.Risk, FuelLimit: terms.FuelLimit, MinReplicas: terms.MinReplicas, MaxSeats: terms.MaxSeats, Stake: terms.Stake,
		Exposure: terms.Exposure(bench), Trust: terms.Trust, Records: scores(it.state.Seats),
	}), nil
}

// planSecond plans wave 2, and notes what its draw needs to know of this moment.
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
	few := plan.Bound == poco.BoundFew
	// A court that cannot be paid is refused now, while nobody can know the seed. After a refused draw it is called all the
	// same: else whoever refuses draws would end the task without a charge. The records of those drawn may not reach the trust,
	// which is the court as well.
	court := plan.Court && !few || few && height >= it.state.WaitEnd || it.state.Terms.StaticCredibility && !few
	if court && it.state.Risk.IsZero() {
		if affords, err := k.affordsCourt(ctx, it); err != nil || !affords {
			return poco.CourtUnpaid{Height: height}, err
		}
	}
	if few {
		return poco.DrawFailed{Height: height}, nil
	}
	counted := types.Count{Height: height}
	if counted.Tickets, err = k.workers.Tickets(ctx, it.deal.Pool); err != nil {
		return nil, err
	}
	moves, err := k.workers.PoolMoves(ctx, it.deal.Pool)
	if err != nil {
		return nil, err
	}
	counted.Arrivals, counted.Departures = moves.Arrivals, moves.Departures
	delay, err := k.beacon.Delay(ctx)
	if err != nil {
		return nil, err
	}
	it.stored.Counted = &counted
	if err := emitPlan(ctx, it, plan); err != nil {
		return nil, err
	}
	return poco.PlanMade{Height: height, Plan: plan, Delay: delay - poco.PlanDelay}, nil
}

func emitPlan(ctx context.Context, it *item, plan poco.Plan) error {
	stored := types.PlanFromPoco(it.state.Terms, plan)
	return emitEvent(ctx, &types.EventPlanned{Task: it.stored.Id, Plan: &stored})
}

// fitPlan returns the plan as it can be carried out with those who are left of the ones that it counted, or false.
func (k Keeper) fitPlan(ctx context.Context, it *item) (poco.Plan, bool, error) {
	plan := it.state.Plan
	moves, err := k.workers.PoolMoves(ctx, it.deal.Pool)
	if err != nil {
		return plan, false, err
	}
	factor, err := k.beacon.Factor(ctx)
	if err != nil {
		return plan, false, err
	}
	left := plan.Eligible - min(plan.Eligible, moves.Departures-it.stored.Counted.Departures)
	plan, fits := plan.Fit(left, factor, it.state.Terms.MaxSeats)
	return plan, fits, nil
}

// countPlanned keeps how many seats the tasks of a pool that are planned and not drawn yet will take: draws of first workers
// leave them as many organisations. Before and after are a task's.
func (k Keeper) countPlanned(ctx context.Context, pool string, before, after uint64) error {
	if before == after {
		return nil
	}
	n, err := k.Planned.Get(ctx, pool)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if n += after - before; n == 0 {
		return k.Planned.Remove(ctx, pool)
	}
	return k.Planned.Set(ctx, pool, n)
}

// plannedSeats is how many organisations a task's coming draw is to find: 0 for one that waits for none.
func plannedSeats(t types.Task) uint64 {
	if t.Phase != types.PHASE_LOCKED || t.Plan == nil {
		return 0
	}
	return uint64(t.Plan.Replicas) // one more than the blind seats: for the lottery, or for whoever leaves
}
