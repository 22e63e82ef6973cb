package keeper

import (
	"context"
	"errors"
	"math/big"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/poco/evidence"
	"github.com/credence-chain/credence/x/tasks/types"
)

// crowd is who could be drawn for a task at this moment.
type crowd struct {
	barred   []string // organisations that may not be drawn: parties to the task, and whoever holds a seat
	eligible uint64   // M: those that may, and the first worker's organisation once there is one
}

// crowd counts who could be drawn: no organisation that is a party to the task, nor the first worker's again. Once there
// is a first worker, as many are taken off as came to the pool since, eligible or not: wave 2 draws none of them, and the
// more a plan counts, the less it fears.
func (k Keeper) crowd(ctx context.Context, it *item) (crowd, error) {
	size, err := k.workers.EligibleOrgs(ctx, it.deal.Pool)
	if err != nil {
		return crowd{}, err
	}
	c := crowd{barred: it.parties()}
	first := it.state.First()
	if first != nil && !slices.Contains(c.barred, first.Org) {
		c.barred = append(c.barred, first.Org)
	}
	positions, err := k.positions(ctx, it.deal.Pool, c.barred)
	if err != nil {
		return crowd{}, err
	}
	c.eligible = size - uint64(len(positions))
	if first == nil {
		return c, nil
	}
	now, err := k.workers.Tickets(ctx, it.deal.Pool)
	if err != nil {
		return crowd{}, err
	}
	came := now - ticketsOfFirst(it.stored.Draws, now)
	c.eligible -= min(c.eligible, came)
	c.eligible++ // the first
	return c, nil
}

// positions returns where organisations stand in the pool's array of those that are eligible, descending; those that do
// not are left out.
func (k Keeper) positions(ctx context.Context, pool string, orgs []string) (out []uint64, err error) {
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

// plan computes how the task would be checked now.
func (k Keeper) plan(ctx context.Context, it *item, eligible uint64) (poco.Plan, error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return poco.Plan{}, err
	}
	e0, err := poco.Q64FromBytes(params.Allowance)
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
	bench, err := k.seats.ActiveSeats(ctx)
	if err != nil {
		return poco.Plan{}, err
	}
	terms := it.state.Terms
	return poco.MakePlan(poco.PlanInput{
		Class: class, Requester: requester, E0: e0,
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Window: params.WindowBlocks,
		Faction: poco.Faction(params.QNum, params.QDen, registered), Eligible: eligible, Factor: factor,
		FuelLimit: terms.FuelLimit, MinReplicas: terms.MinReplicas, MaxSeats: terms.MaxSeats, Stake: terms.Stake,
		Exposure: terms.Exposure(uint64(len(bench))),
	}), nil
}

// drawFirst draws the first worker, if a plan could be carried out with those who are eligible now.
func (k Keeper) drawFirst(ctx context.Context, it *item) (poco.Event, error) {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if it.deal.Cancelled {
		return poco.Cancelled{Height: height}, nil
	}
	c, err := k.crowd(ctx, it)
	if err != nil {
		return nil, err
	}
	plan, err := k.plan(ctx, it, c.eligible)
	if err != nil {
		return nil, err
	}
	if c.eligible == 0 || plan.Bound == poco.BoundFew {
		return poco.DrawFailed{Height: height}, nil
	}
	if plan.Court { // nobody works for a court that will not be called
		if affords, err := k.affordsCourt(ctx, it); err != nil || !affords {
			return poco.CourtUnpaid{Height: height}, err
		}
	}
	seats, err := k.drawSeats(ctx, it, c, 1, 0, func(poco.Entropy) drawSize { return drawSize{count: 1} })
	if err != nil {
		return nil, err
	}
	return poco.FirstDrawn{Height: height, Seat: seats[0]}, nil
}

// drawSecond plans the task and draws every seat but the first, the lottery's too, from a seed that nobody knew when
// commit 1 was locked.
func (k Keeper) drawSecond(ctx context.Context, it *item) (poco.Event, error) {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	c, err := k.crowd(ctx, it)
	if err != nil {
		return nil, err
	}
	plan, err := k.plan(ctx, it, c.eligible)
	if err != nil {
		return nil, err
	}
	few := plan.Bound == poco.BoundFew
	if plan.Court || few && height >= it.state.WaitEnd {
		if affords, err := k.affordsCourt(ctx, it); err != nil || !affords {
			return poco.CourtUnpaid{Height: height}, err
		}
	}
	if few {
		return poco.DrawFailed{Height: height}, nil
	}
	var seats []poco.Seat
	if !plan.Court {
		seats, err = k.drawSeats(ctx, it, c, 2, plan.Lottery, func(e poco.Entropy) drawSize {
			n := drawSize{count: plan.Replicas - 1, won: e.Lottery(plan.Lottery)}
			if n.won {
				n.count++
			}
			n.most = n.count
			if it.state.Terms.StaticCredibility {
				n.most = uint32(min(uint64(it.state.Terms.MaxSeats), c.eligible)) - 1
			}
			return n
		})
		if errors.Is(err, errNotCredible) {
			plan.Court, plan.Bound, err = true, poco.BoundEvidence, nil
		}
		if err != nil {
			return nil, err
		}
	}
	if plan.Court {
		if affords, err := k.affordsCourt(ctx, it); err != nil || !affords {
			return poco.CourtUnpaid{Height: height}, err
		}
	}
	stored := types.PlanFromPoco(plan)
	if err := emit(ctx, &types.EventPlanned{Task: it.stored.Id, Plan: &stored}); err != nil {
		return nil, err
	}
	return poco.SecondDrawn{Height: height, Plan: plan, Seats: seats}, nil
}

// errNotCredible says that the records of all who can be drawn do not reach the demanded trust.
var errNotCredible = errors.New("the evidence of all records together is below the demanded trust")

// drawSize is how many seats a wave takes: count of them, and on up to most while the evidence does not suffice.
type drawSize struct {
	count, most uint32
	won         bool
}

// drawSeats draws organisations, then a worker within each, and records what anyone needs to recompute it.
func (k Keeper) drawSeats(ctx context.Context, it *item, c crowd, wave, lottery uint32, size func(poco.Entropy) drawSize) ([]poco.Seat, error) {
	seed, err := k.beacon.Seed(ctx)
	if err != nil {
		return nil, err
	}
	entropy := poco.Entropy{Beacon: seed, Task: it.state.ID, Attempt: it.state.Attempt, Wave: wave}
	n := size(entropy)
	given, err := k.workers.Tickets(ctx, it.deal.Pool)
	if err != nil {
		return nil, err
	}
	if wave == 2 {
		given = ticketsOfFirst(it.stored.Draws, given)
	}
	urn := newUrn(it.deal.Pool, entropy, given, c.barred)
	rec := types.DrawRecord{
		Attempt: it.state.Attempt, Wave: wave, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Seed: seed,
		Tickets: urn.given, Lottery: lottery, LotteryDrawn: n.won,
	}
	firstSeat := uint32(len(it.state.Seats))
	seats := make([]poco.Seat, 0, n.count)
	for i := range max(n.count, n.most) {
		if i >= n.count {
			enough, err := k.credible(ctx, it, seats)
			if err != nil {
				return nil, err
			}
			if enough {
				break
			}
		}
		org, err := urn.draw(ctx, k, &rec, firstSeat)
		if err != nil {
			return nil, err
		}
		pos, _, err := k.workers.EligiblePosition(ctx, it.deal.Pool, org)
		if err != nil {
			return nil, err
		}
		_, members, err := k.workers.EligibleOrgAt(ctx, it.deal.Pool, pos)
		if err != nil {
			return nil, err
		}
		member := entropy.Member(firstSeat+i, members)
		worker, err := k.workers.EligibleMemberAt(ctx, it.deal.Pool, org, member)
		if err != nil {
			return nil, err
		}
		rec.MemberSizes = append(rec.MemberSizes, members)
		rec.Members = append(rec.Members, member)
		seats = append(seats, poco.Seat{Who: worker, Org: org})
	}
	if wave == 2 && it.state.Terms.StaticCredibility {
		if enough, err := k.credible(ctx, it, seats); err != nil || !enough {
			return nil, errors.Join(errNotCredible, err)
		}
	}
	it.stored.Draws = append(it.stored.Draws, rec)
	return seats, nil
}

// credible says whether the records of the first worker and the drawn ones reach the demanded trust (n_cred of
// protocol section 3): the sum of L(k) is at least log2 T.
func (k Keeper) credible(ctx context.Context, it *item, drawn []poco.Seat) (bool, error) {
	target, err := evidence.Target(new(big.Rat).SetFrac(new(big.Int).SetUint64(it.state.Terms.Trust), big.NewInt(1)))
	if err != nil {
		return false, err
	}
	table, sum := evidence.Governed(), uint64(0)
	for _, s := range append([]poco.Seat{*it.state.First()}, drawn...) {
		w, err := k.workers.GetWorker(ctx, s.Who)
		if err != nil {
			return false, err
		}
		sum += table.L(uint32(min(w.Record.Confirmations, 1<<31)))
	}
	return sum >= target, nil
}
