package keeper

import (
	"context"
	"errors"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// The draws of a task's workers. A draw that cannot be made now is refused (errUndrawable). The task then waits, and wave 2 is
// planned again. plan.go makes the plans, and urn.go chooses the organisations.

// drawWave carries out a Draw effect.
func (k Keeper) drawWave(ctx context.Context, it *item, e poco.Draw) (poco.Event, error) {
	switch {
	case e.Wave == 1:
		ev, err := k.drawFirst(ctx, it)
		if err != nil {
			return nil, err
		}
		return ev, k.noteUndrawn(ctx, it, ev)
	case !it.state.Seated:
		return k.drawSecond(ctx, it)
	}
	return k.drawMore(ctx, it, e)
}

// drawFirst draws the first worker, unless the deal was cancelled. It draws only if more organisations can be drawn for the task
// than planned tasks reserve, and if the task could be checked now: by replicas, or by a court that its escrow can pay.
func (k Keeper) drawFirst(ctx context.Context, it *item) (poco.Event, error) {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if it.deal.Cancelled {
		return poco.Cancelled{Height: height}, nil
	}
	c, err := k.countCrowd(ctx, it)
	if err != nil {
		return nil, err
	}
	if refusal, err := k.refuseFirst(ctx, it, c); err != nil || refusal != nil {
		return refusal, err
	}
	seats, err := k.drawSeats(ctx, it, c, wave{number: 1}, func(poco.Entropy) drawSize { return drawSize{count: 1} })
	if err != nil {
		return failDraw(ctx, err)
	}
	return poco.FirstDrawn{Height: height, Seat: seats[0]}, nil
}

// noteUndrawn tells a deal that has tasks to open when nobody is given work on one at its first look: no worker can be drawn for it, or
// the escrow cannot pay the court that it needs.
func (k Keeper) noteUndrawn(ctx context.Context, it *item, answer poco.Event) error {
	switch answer.(type) {
	case poco.DrawFailed, poco.CourtUnpaid:
	default:
		return nil
	}
	if it.deal.Unopened() == 0 || !it.state.IsFirstLook() {
		return nil
	}
	return k.deals.TaskUndrawn(ctx, it.deal.Id)
}

// refuseFirst returns the event that says why no first worker can be drawn now, or nil if one can.
func (k Keeper) refuseFirst(ctx context.Context, it *item, c crowd) (poco.Event, error) {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	plan, err := k.planTask(ctx, it, c.eligible)
	if err != nil {
		return nil, err
	}
	planned, _, err := records.Find(ctx, k.Planned, it.deal.Pool)
	if err != nil {
		return nil, err
	}
	if c.eligible <= planned || plan.Bound == poco.BoundFew {
		return poco.DrawFailed{Height: height}, nil
	}
	if !plan.Court {
		return nil, nil
	}
	// No worker is drawn for a task that only a court could check, if the escrow cannot pay that court.
	if affords, err := k.affordsCourt(ctx, it); err != nil || !affords {
		return poco.CourtUnpaid{Height: height}, err
	}
	return nil, nil
}

// failDraw returns the event of a draw that cannot be made now; the task then waits. It returns any other error, which is a
// defect.
func failDraw(ctx context.Context, err error) (poco.Event, error) {
	if errors.Is(err, errUndrawable) {
		return poco.DrawFailed{Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}, nil
	}
	return nil, err
}

// listScores returns the scores with which seats were drawn.
func listScores(seats []poco.Seat) (out []uint64) {
	for _, s := range seats {
		out = append(out, s.Score)
	}
	return out
}

// drawSecond draws wave 2: all seats except the first, including the lottery's, by a seed that nobody knew when the task was
// planned.
func (k Keeper) drawSecond(ctx context.Context, it *item) (poco.Event, error) {
	plan, fits, err := k.fitPlan(ctx, it)
	if err != nil {
		return nil, err
	}
	if !fits {
		return k.refuseDraw(ctx, it)
	}
	c := crowd{barred: listBarred(it), eligible: plan.Eligible}
	seats, err := k.drawSeats(ctx, it, c, wave{number: 2, lottery: plan.Lottery}, func(e poco.Entropy) drawSize { return sizeSecond(it, plan, e) })
	switch {
	case errors.Is(err, errUndrawable):
		return k.refuseDraw(ctx, it)
	case errors.Is(err, errNotCredible):
		plan.Court, plan.Bound = true, poco.BoundEvidence // the plan's charge stays, because the seed is known now
	case err != nil:
		return nil, err
	}
	if made := it.state.Plan; plan.Court != made.Court || plan.Replicas != made.Replicas || plan.Lottery != made.Lottery {
		if err := emitPlan(ctx, it, plan); err != nil {
			return nil, err
		}
	}
	return poco.SecondDrawn{Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Plan: plan, Seats: seats}, nil
}

// sizeSecond returns how many seats wave 2 of a plan takes, including the lottery's. A plan of the court has no replicas and is
// never drawn.
func sizeSecond(it *item, plan poco.Plan, e poco.Entropy) drawSize {
	n := drawSize{count: plan.Replicas - 1, won: e.Lottery(plan.Lottery)}
	if n.won {
		n.count++
	}
	n.most = n.count
	if it.state.Terms.StaticCredibility {
		n.most = uint32(min(uint64(it.state.Terms.MaxSeats), plan.Eligible)) - 1
	}
	return n
}

// refuseDraw refuses the draw of wave 2, and emits the risk of its plan. The task is planned again.
func (k Keeper) refuseDraw(ctx context.Context, it *item) (poco.Event, error) {
	err := emitEvent(ctx, &types.EventDrawRefused{Task: it.stored.Id, Risk: it.state.Plan.X.Bytes()})
	return poco.DrawRefused{Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}, err
}

// errUndrawable says that a draw cannot be made now. The three below wrap it and say why.
var (
	errUndrawable = errors.New("the draw cannot be made")
	errTaken      = fmt.Errorf("%w: an organisation that was counted at the plan has been drawn for another task since", errUndrawable)
	errTooFew     = fmt.Errorf("%w: nobody is left who can be drawn", errUndrawable)
	errTooMany    = fmt.Errorf("%w: more than %d organisations would have to be ranked", errUndrawable, maxRanked)
)

// drawMore draws a further wave: the seats that the policy asked for after the latest reveals, by a seed that nobody knew at these
// reveals. It draws all of them, or none while there are too few organisations.
func (k Keeper) drawMore(ctx context.Context, it *item, e poco.Draw) (poco.Event, error) {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	c, err := k.countCrowd(ctx, it)
	if err != nil {
		return nil, err
	}
	if c.eligible < uint64(len(it.state.Seats))+uint64(e.Count) {
		return poco.DrawFailed{Height: height}, nil
	}
	seats, err := k.drawSeats(ctx, it, c, wave{number: e.Wave}, func(poco.Entropy) drawSize { return drawSize{count: e.Count} })
	if err != nil {
		return failDraw(ctx, err)
	}
	return poco.MoreDrawn{Height: height, Seats: seats}, nil
}

// errNotCredible says that the records of all drawable workers together do not reach the demanded trust.
var errNotCredible = errors.New("the evidence of all records together is below the demanded trust")

// drawSize is how many seats a wave takes: count, and further ones up to most while the records of the drawn workers do not reach
// the trust. Only wave 2 under static credibility has a most above count.
type drawSize struct {
	count, most uint32
	won         bool // the lottery's seat is among them
}

// wave is the number of a draw within an attempt, and the lottery of its plan in parts of 16.
type wave struct{ number, lottery uint32 }

// drawSeats draws organisations, and a worker within each, and records what is needed to recompute the draw.
func (k Keeper) drawSeats(ctx context.Context, it *item, c crowd, w wave, size func(poco.Entropy) drawSize) ([]poco.Seat, error) {
	seed, err := k.beacon.Seed(ctx)
	if err != nil {
		return nil, err
	}
	entropy := poco.Entropy{Beacon: seed, Task: it.state.ID, Attempt: it.state.Attempt, Wave: w.number}
	n := size(entropy)
	urn, err := k.newUrn(ctx, it, entropy, c)
	if err != nil {
		return nil, err
	}
	rec := types.DrawRecord{
		Attempt: it.state.Attempt, Wave: w.number, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Seed: seed,
		Tickets: urn.given, Lottery: w.lottery, LotteryDrawn: n.won,
	}
	seats, err := k.takeSeats(ctx, it, urn, n, &rec)
	if err != nil {
		return nil, err
	}
	if w.number == 2 && it.state.Terms.StaticCredibility {
		enough, err := k.areCredible(ctx, it, seats)
		if err != nil {
			return nil, err
		}
		if !enough {
			return nil, errNotCredible
		}
	}
	it.stored.Draws = append(slices.Clip(it.stored.Draws), rec) // the list belongs to all readers of the record
	return seats, nil
}

// takeSeats takes n.count seats out of the urn. It takes more, up to n.most, while the records of the drawn workers do not reach
// the trust.
func (k Keeper) takeSeats(ctx context.Context, it *item, urn *urn, n drawSize, rec *types.DrawRecord) ([]poco.Seat, error) {
	next := uint32(len(it.state.Seats))
	seats := make([]poco.Seat, 0, n.count)
	for i := range max(n.count, n.most) {
		if i >= n.count {
			if enough, err := k.areCredible(ctx, it, seats); err != nil || enough {
				return seats, err
			}
		}
		seat, err := urn.takeSeat(ctx, next+i, rec)
		if err != nil {
			return nil, err
		}
		seats = append(seats, seat)
	}
	return seats, nil
}

// areCredible says whether the present records of the first worker and of the drawn workers reach the demanded trust.
func (k Keeper) areCredible(ctx context.Context, it *item, drawn []poco.Seat) (bool, error) {
	var records []uint64
	for _, s := range append([]poco.Seat{*it.state.First()}, drawn...) {
		w, err := k.workers.GetWorker(ctx, s.Who)
		if err != nil {
			return false, err
		}
		records = append(records, w.Record.Confirmations)
	}
	return poco.Credible(it.state.Terms.Trust, records)
}
