package keeper

import (
	"context"
	"slices"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// maxRanked bounds how many organisations a draw ranks, once it has met too many tickets whose holders cannot be drawn.
const maxRanked = 256

// urn holds the tickets of a pool for one draw, in the order of the draw's seed (poco/ticket.go).
type urn struct {
	keeper  Keeper
	pool    string
	policy  string
	entropy poco.Entropy
	ranking *poco.Ranking
	given   uint64       // how many tickets the pool had given out
	counted *types.Count // in wave 2, what its plan counted; nil in other waves
	drawn   []uint64     // the tickets that were drawn
	out     []string     // organisations that may not be drawn, and those that were drawn
}

// newUrn returns the urn of a draw. In wave 1 it holds all organisations that can be drawn now, in wave 2 those that the plan counted, and
// in a later wave those that held a ticket at the plan and can be drawn now.
func (k Keeper) newUrn(ctx context.Context, it *item, e poco.Entropy, c crowd) (*urn, error) {
	u := &urn{keeper: k, pool: it.deal.Pool, policy: it.state.Terms.Policy, entropy: e, out: slices.Clone(c.barred)}
	var err error
	switch e.Wave {
	case 1:
		u.given, err = k.workers.Tickets(ctx, it.deal.Pool)
	case 2:
		u.counted, u.given = it.stored.Counted, it.stored.Counted.Tickets
	default: // only policies that promise no bound ask for later waves, so newcomers among the holders break no promise
		u.given = it.stored.Counted.Tickets
	}
	if err != nil {
		return nil, err
	}
	u.ranking = e.Ranking(poco.TicketSpace(u.given))
	return u, nil
}

// takeSeat draws an organisation for a seat of the task and a worker within it, and adds both to the record of the draw.
func (u *urn) takeSeat(ctx context.Context, index uint32, rec *types.DrawRecord) (seat poco.Seat, err error) {
	org, err := u.drawTicket(ctx, rec)
	if err != nil {
		return seat, err
	}
	workers := u.keeper.workers
	pos, _, err := workers.EligiblePosition(ctx, u.pool, org)
	if err != nil {
		return seat, err
	}
	_, members, err := workers.EligibleOrgAt(ctx, u.pool, pos)
	if err != nil {
		return seat, err
	}
	member := u.entropy.Member(index, members)
	worker, err := workers.EligibleMemberAt(ctx, u.pool, org, member)
	if err != nil {
		return seat, err
	}
	record, err := workers.GetWorker(ctx, worker)
	if err != nil {
		return seat, err
	}
	rec.MemberSizes = append(rec.MemberSizes, members)
	rec.Members = append(rec.Members, member)
	score := poco.ScoreUnder(u.policy, record.Record.Confirmations, record.Record.Score)
	return poco.Seat{Who: worker, Org: org, Score: score}, nil
}

// drawTicket draws the organisation whose ticket comes next in the seed's order among those that can be drawn, and adds it to the
// record. After too many tickets whose holders cannot be drawn, it ranks only those that can. It returns errTooFew if nobody can
// be drawn, errTooMany if too many would have to be ranked, and errTaken if, in wave 2, the seed's choice is no longer known.
func (u *urn) drawTicket(ctx context.Context, rec *types.DrawRecord) (string, error) {
	org := ""
	ticket, found, err := u.ranking.Pick(func(ticket uint64) (drawable bool, err error) {
		// The ranking has a power of two numbers. Numbers beyond the given tickets are not tickets.
		if ticket >= u.given || slices.Contains(u.drawn, ticket) || slices.Contains(rec.Passed, ticket) {
			return false, nil
		}
		if org, drawable, err = u.findHolder(ctx, ticket); err == nil && !drawable {
			rec.Passed = append(rec.Passed, ticket)
		}
		return drawable, err
	})
	if err == nil && !found {
		ticket, org, err = u.drawRanked(ctx, rec)
	}
	if err != nil {
		return "", err
	}
	u.drawn = append(u.drawn, ticket)
	rec.Drawn = append(rec.Drawn, ticket)
	rec.Organisations = append(rec.Organisations, org)
	u.out = append(u.out, org)
	return org, nil
}

// findHolder returns the organisation that holds a ticket, and whether it can be drawn.
func (u *urn) findHolder(ctx context.Context, ticket uint64) (org string, drawable bool, err error) {
	if org, _, err = u.keeper.workers.TicketHolderAt(ctx, u.pool, ticket); err != nil {
		return "", false, err
	}
	drawable, err = u.isDrawable(ctx, org)
	return org, drawable, err
}

// isDrawable says whether an organisation can be drawn. In wave 2 it must have been eligible without a break since the plan. It
// returns errTaken if a draw for another task took the organisation after the plan's block, even if the organisation is back. If
// it were passed over, somebody who knows the seed could have it drawn for a task of their own, so that an organisation of theirs
// takes its place here.
func (u *urn) isDrawable(ctx context.Context, org string) (bool, error) {
	if slices.Contains(u.out, org) {
		return false, nil
	}
	if u.counted == nil {
		_, eligible, err := u.keeper.workers.EligiblePosition(ctx, u.pool, org)
		return eligible, err
	}
	stint, found, err := u.keeper.workers.Stint(ctx, u.pool, org)
	switch {
	case err != nil || !found:
		return false, err
	case stint.Taken > u.counted.Height:
		return false, errTaken
	}
	// The organisation could be drawn at the plan and ever since. If not, it came later, left by itself, was drawn in the plan's
	// block, or could not be drawn at the plan.
	return stint.Arrival <= u.counted.Arrivals && stint.Departure == 0, nil
}

// drawRanked ranks the tickets of all organisations that can be drawn, and draws the first; errTooFew if there are none. In wave 2
// it returns errTaken if another draw has taken an organisation of the pool since the plan: the seed may have chosen that
// organisation, but it is not ranked.
func (u *urn) drawRanked(ctx context.Context, rec *types.DrawRecord) (uint64, string, error) {
	if err := u.checkNoneTaken(ctx); err != nil {
		return 0, "", err
	}
	tickets, err := u.listTickets(ctx)
	if err != nil {
		return 0, "", err
	}
	if len(tickets) == 0 {
		return 0, "", errTooFew
	}
	list := types.ListDraw{Seat: uint32(len(rec.Drawn)), Tickets: tickets}
	rec.Lists = append(rec.Lists, list)
	ticket := u.entropy.Least(list.Seat, list.Tickets)
	org, _, err := u.keeper.workers.TicketHolderAt(ctx, u.pool, ticket)
	return ticket, org, err
}

// checkNoneTaken returns errTaken if a draw has taken an organisation of the pool since the plan of wave 2. It also counts draws
// in the plan's block, and draws of organisations that came since, although neither needs a refusal. This only costs the task a
// wait.
func (u *urn) checkNoneTaken(ctx context.Context) error {
	if u.counted == nil {
		return nil
	}
	moves, err := u.keeper.workers.PoolMoves(ctx, u.pool)
	if err == nil && moves.Taken != u.counted.Taken {
		err = errTaken
	}
	return err
}

// listTickets returns the tickets of all organisations that can be drawn, ascending. It returns errTooMany if they are too many to
// rank.
func (u *urn) listTickets(ctx context.Context) (tickets []uint64, err error) {
	size, err := u.keeper.workers.EligibleOrgs(ctx, u.pool)
	if err != nil {
		return nil, err
	}
	if size > maxRanked {
		return nil, errTooMany
	}
	for pos := range size {
		org, _, err := u.keeper.workers.EligibleOrgAt(ctx, u.pool, pos)
		if err != nil {
			return nil, err
		}
		drawable, err := u.isDrawable(ctx, org)
		if err != nil {
			return nil, err
		}
		if !drawable {
			continue
		}
		ticket, _, err := u.keeper.workers.TicketHeldBy(ctx, u.pool, org)
		if err != nil {
			return nil, err
		}
		tickets = append(tickets, ticket)
	}
	slices.Sort(tickets)
	return tickets, nil
}
