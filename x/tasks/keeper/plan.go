package keeper

import (
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// Wave 2 is planned from the last state that nobody who knows the seed of its draw can have shaped (poco.PlanDelay), and drawn
// d blocks after the first answer was locked: at once where d is 2, blocks later where more proposers may collude. Everything
// that the draw goes by is counted at the plan: who can be drawn, by which tickets, with how many replicas at which risk. What
// happens in between is dealt with as follows (docs/protocol.md, section 6):
//
//	came       an organisation that could not be drawn at the plan is not drawn
//	departed   one that paused, left the pool, or was cooled or jailed is passed over, and the plan is fitted to those that remain
//	drawn      one that was drawn for another task in the block of the plan is passed over likewise: that draw follows from the
//	           same state. Where the seed chooses one that was drawn for another task later, this draw is refused, because a
//	           requester can choose which tasks are drawn then
//
// A refused draw is planned again, and the risk of the plan that was refused is added to the next one's.

// crowd is who can be drawn for a task. M is counted now, except in wave 2, where it is the fitted plan's.
type crowd struct {
	barred   []string // organisations that may not be drawn: parties to the task, and whoever holds a seat
	eligible uint64   // M: those that can still be drawn, and those that hold a seat, which are in barred too; see poco.Crowd
}

// countCrowd counts M: the organisations that can be drawn for the task now, and those that hold a seat in it. Parties do not count.
func (k Keeper) countCrowd(ctx context.Context, it *item) (crowd, error) {
	size, err := k.workers.EligibleOrgs(ctx, it.deal.Pool)
	if err != nil {
		return crowd{}, err
	}
	c := crowd{barred: listBarred(it)}
	barred, err := k.countEligible(ctx, it.deal.Pool, c.barred)
	if err != nil {
		return crowd{}, err
	}
	count := poco.Crowd{Eligible: size, Barred: barred, Seated: uint64(len(it.state.Seats))}
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

// countEligible returns how many of these organisations are eligible in the pool.
func (k Keeper) countEligible(ctx context.Context, pool string, orgs []string) (n uint64, err error) {
	for _, org := range orgs {
		_, found, err := k.workers.EligiblePosition(ctx, pool, org)
		if err != nil {
			return 0, err
		}
		if found {
			n++
		}
	}
	return n, nil
}

// planTask asks the task's policy how it would be checked now.
func (k Keeper) planTask(ctx context.Context, it *item, eligible uint64) (poco.Plan, error) {
	terms := it.state.Terms
	policy, err := poco.FindPolicy(terms.Policy)
	if err != nil {
		return poco.Plan{}, err
	}
	in := poco.PlanInput{
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Eligible: eligible,
		Risk: it.state.Risk, FuelLimit: terms.FuelLimit, MinReplicas: terms.MinReplicas, MaxSeats: terms.MaxSeats, Stake: terms.Stake,
		Trust: terms.Trust, Records: scores(it.state.Seats),
	}
	if err := k.readLedgers(ctx, it, &in); err != nil {
		return poco.Plan{}, err
	}
	if err := k.readNetwork(ctx, it, &in); err != nil {
		return poco.Plan{}, err
	}
	return policy.Plan(in), nil
}

// readLedgers puts the task's two ledgers into the input of a plan.
func (k Keeper) readLedgers(ctx context.Context, it *item, in *poco.PlanInput) (err error) {
	trust := it.state.Terms.Trust
	class, requester := ledgerKeys(it)
	if in.Class, err = k.ledger(ctx, class, trust); err != nil {
		return err
	}
	in.Requester, err = k.ledger(ctx, requester, trust)
	return err
}

// readNetwork puts into the input of a plan the parameters, the faction, the beacon's factor, and what a court of the active seats costs.
func (k Keeper) readNetwork(ctx context.Context, it *item, in *poco.PlanInput) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	in.Window = params.WindowBlocks
	if in.Allowances, err = params.Allowances(); err != nil {
		return err
	}
	// The faction is a share of every organisation that runs the runtime, in whatever pool. Were it a share of the pool, a
	// coalition in a pool of its own would be taken for a small part of it.
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

// isCourtUnpaid says whether a plan of wave 2 leads, or may lead, to a court that the escrow cannot pay. Such a task ends
// now, while nobody can know the seed. After a refused draw the answer is no, and the court is called all the same: else whoever
// refuses draws would end the task without a charge.
func (k Keeper) isCourtUnpaid(ctx context.Context, it *item, plan poco.Plan) (bool, error) {
	few := plan.Bound == poco.BoundFew
	court := few && sdk.UnwrapSDKContext(ctx).BlockHeight() >= it.state.WaitEnd
	if !few { // the records of those drawn may not reach the trust, which is the court as well
		court = plan.Court || it.state.Terms.StaticCredibility
	}
	if !court || !it.state.Risk.IsZero() {
		return false, nil
	}
	affords, err := k.affordsCourt(ctx, it)
	return !affords, err
}

// countPool counts what of a pool the draw of a plan that is made now goes by.
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

// turnsChangeAfter is how many blocks after a seat has left the engine's order of turns changes.
const turnsChangeAfter = 2

// isForeseeable says whether the draw of a plan waits for too few blocks, because a seat has left since the plan: colluding proposers may
// have known its seed when the first answer was locked. Draws that come before the turns change are as unforeseen as they were planned.
func (k Keeper) isForeseeable(ctx context.Context, it *item) (bool, error) {
	if it.state.Delay <= poco.PlanDelay+turnsChangeAfter {
		return false, nil
	}
	delay, err := k.beacon.Delay(ctx)
	return delay > it.state.Delay, err
}

// fitPlan returns the plan as it can be carried out with those who are left of the ones that it counted, or false. The number that are
// left is a lower bound: every departure since the plan counts, whoever left. A smaller M never lowers x.
func (k Keeper) fitPlan(ctx context.Context, it *item) (poco.Plan, bool, error) {
	plan := it.state.Plan
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
	plan, fits := plan.Fit(left, factor, it.state.Terms.MaxSeats)
	return plan, fits, nil
}

// countPlanned keeps how many seats the planned tasks of a pool reserve while they wait for a draw: draws of first workers leave
// as many organisations for them. Before and after are one task's; the difference may wrap, which cancels out.
func (k Keeper) countPlanned(ctx context.Context, pool string, before, after uint64) error {
	if before == after {
		return nil
	}
	n, _, err := records.Find(ctx, k.Planned, pool)
	if err != nil {
		return err
	}
	if n += after - before; n == 0 {
		return k.Planned.Remove(ctx, pool)
	}
	return k.Planned.Set(ctx, pool, n)
}

// plannedSeats is how many seats a task reserves for its coming draw, those of its plan for a later wave too: 0 for one that waits
// for none.
func plannedSeats(t types.Task) uint64 {
	if t.Phase != types.PHASE_LOCKED || t.Plan == nil {
		return 0
	}
	return uint64(t.Plan.Replicas) // one more than the blind seats: for the lottery, or for whoever leaves
}
