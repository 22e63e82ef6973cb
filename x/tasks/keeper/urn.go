package keeper

import (
	"context"
	"slices"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// maxRanked bounds how many organisations a draw ranks where tickets came up in vain.
const maxRanked = 256

// urn is what one draw takes organisations out of: the pool's tickets, in the order of the draw's seed.
type urn struct {
	keeper  Keeper
	pool    string
	entropy poco.Entropy
	ranking *poco.Ranking
	given   uint64       // tickets
	counted *types.Count // of wave 2: the moment of its plan
	left    uint64       // of wave 2: those that the plan counted and that have not left by themselves, without the first
	drawn   []uint64     // tickets
	out     []string     // organisations that may not be drawn, or were
}

// newUrn returns the urn of a draw. That of wave 2 holds those that the plan counted, that of a later wave those of the plan's
// tickets that can be drawn now.
func (k Keeper) newUrn(ctx context.Context, it *item, e poco.Entropy, c crowd) (*urn, error) {
	u := &urn{keeper: k, pool: it.deal.Pool, entropy: e, out: slices.Clone(c.barred)}
	var err error
	switch e.Wave {
	case 1:
		u.given, err = k.workers.Tickets(ctx, it.deal.Pool)
	case 2:
		u.counted, u.given, u.left = it.stored.Counted, it.stored.Counted.Tickets, c.eligible-1
	default: // a policy that asks for more has no bound that who comes meanwhile could break
		u.given = it.stored.Counted.Tickets
	}
	if err != nil {
		return nil, err
	}
	u.ranking = e.Ranking(poco.TicketSpace(u.given))
	return u, nil
}

// drawTicket takes out the holder of the next ticket that can be drawn and notes in the record how; errTaken in wave 2 where
// that cannot be said. Where too many tickets come up in vain, since few of their holders can be drawn, it ranks those that
// can be.
func (u *urn) drawTicket(ctx context.Context, rec *types.DrawRecord) (string, error) {
	org := ""
	ticket, found, err := u.ranking.Pick(func(ticket uint64) (bool, error) {
		if ticket >= u.given || slices.Contains(u.drawn, ticket) || slices.Contains(rec.Passed, ticket) {
			return false, nil
		}
		holder, _, err := u.keeper.workers.TicketHolderAt(ctx, u.pool, ticket)
		if err != nil {
			return false, err
		}
		drawable, err := u.isDrawable(ctx, holder)
		if err != nil {
			return false, err
		}
		if drawable {
			org = holder
			return true, nil
		}
		rec.Passed = append(rec.Passed, ticket)
		return false, nil
	})
	if err != nil {
		return "", err
	}
	if !found {
		if ticket, org, err = u.drawRanked(ctx, rec); err != nil {
			return "", err
		}
	}
	u.drawn = append(u.drawn, ticket)
	rec.Drawn = append(rec.Drawn, ticket)
	rec.Organisations = append(rec.Organisations, org)
	u.out = append(u.out, org)
	return org, nil
}

// isDrawable says whether an organisation can be drawn. In wave 2 it must have been eligible without a break since the plan;
// errTaken where a draw for another task is what broke it.
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
	case err != nil || !found || stint.Arrival > u.counted.Arrivals:
		return false, err
	case stint.Departure == 0:
		return true, nil
	case stint.Departure > u.counted.Departures && stint.Drawn && stint.Until > u.counted.Height:
		return false, errTaken
	}
	return false, nil
}

// drawRanked draws among all who can be drawn by the rank of their tickets. In wave 2 they must be all that are left of those
// that the plan counted: where another draw took one, it cannot be said whether the seed would have chosen that one.
func (u *urn) drawRanked(ctx context.Context, rec *types.DrawRecord) (uint64, string, error) {
	list := types.ListDraw{Seat: uint32(len(rec.Drawn))}
	size, err := u.keeper.workers.EligibleOrgs(ctx, u.pool)
	if err != nil {
		return 0, "", err
	}
	if size > maxRanked {
		return 0, "", errTaken
	}
	for pos := range size {
		org, _, err := u.keeper.workers.EligibleOrgAt(ctx, u.pool, pos)
		if err != nil {
			return 0, "", err
		}
		drawable, err := u.isDrawable(ctx, org)
		if err != nil {
			return 0, "", err
		}
		if !drawable {
			continue
		}
		ticket, _, err := u.keeper.workers.TicketHeldBy(ctx, u.pool, org)
		if err != nil {
			return 0, "", err
		}
		list.Tickets = append(list.Tickets, ticket)
	}
	if len(list.Tickets) == 0 || u.counted != nil && uint64(len(list.Tickets)+len(rec.Drawn)) < u.left {
		return 0, "", errTaken
	}
	slices.Sort(list.Tickets)
	rec.Lists = append(rec.Lists, list)
	ticket := u.entropy.Least(list.Seat, list.Tickets)
	org, _, err := u.keeper.workers.TicketHolderAt(ctx, u.pool, ticket)
	return ticket, org, err
}
