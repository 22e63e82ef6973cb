package keeper

import (
	"context"
	"slices"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/tasks/types"
)

// urn is what one draw takes organisations out of: the pool's tickets, in the order of the draw's seed.
type urn struct {
	pool    string
	entropy poco.Entropy
	ranking *poco.Ranking
	given   uint64   // tickets
	drawn   []uint64 // of them
	out     []string // organisations that may not be drawn, or were
}

func newUrn(pool string, e poco.Entropy, given uint64, barred []string) *urn {
	return &urn{pool: pool, entropy: e, ranking: e.Ranking(poco.TicketSpace(given)), given: given, out: slices.Clone(barred)}
}

// ticketsOfFirst returns how many tickets the pool had given out when the first worker was drawn; now, if no draw says so.
// Later waves go by that number: an organisation that comes to the pool afterwards, when the next ticket turns out
// to be a good one, is not drawn for the task.
func ticketsOfFirst(draws []types.DrawRecord, now uint64) uint64 {
	for _, d := range slices.Backward(draws) {
		if d.Wave == 1 {
			return min(now, d.Tickets)
		}
	}
	return now
}

// draw takes out the holder of the next ticket that can be drawn and notes in the record how. Where too many tickets come
// up in vain, since few of their holders are eligible, it draws from the array of those that are: whoever knows the seed
// could shape that, but has to hope for a pool in which hardly anybody works.
func (u *urn) draw(ctx context.Context, k Keeper, rec *types.DrawRecord, firstSeat uint32) (string, error) {
	org, seat := "", uint32(len(rec.Drawn))
	ticket, found, err := u.ranking.Pick(func(ticket uint64) (bool, error) {
		if ticket >= u.given || slices.Contains(u.drawn, ticket) || slices.Contains(rec.Passed, ticket) {
			return false, nil
		}
		holder, _, err := k.workers.TicketHolderAt(ctx, u.pool, ticket)
		if err != nil {
			return false, err
		}
		if !slices.Contains(u.out, holder) {
			if _, eligible, err := k.workers.EligiblePosition(ctx, u.pool, holder); err != nil || eligible {
				org = holder
				return eligible, err
			}
		}
		rec.Passed = append(rec.Passed, ticket)
		return false, nil
	})
	if err != nil {
		return "", err
	}
	if found {
		u.drawn = append(u.drawn, ticket)
	} else {
		list := types.ListDraw{Seat: seat}
		if list.Size_, err = k.workers.EligibleOrgs(ctx, u.pool); err != nil {
			return "", err
		}
		if list.Excluded, err = k.positions(ctx, u.pool, u.out); err != nil {
			return "", err
		}
		positions, err := u.entropy.Organisations(list.Size_, list.Excluded, firstSeat+seat, 1)
		if err != nil {
			return "", err
		}
		ticket = positions[0]
		if org, _, err = k.workers.EligibleOrgAt(ctx, u.pool, ticket); err != nil {
			return "", err
		}
		rec.Lists = append(rec.Lists, list)
	}
	rec.Drawn = append(rec.Drawn, ticket)
	rec.Organisations = append(rec.Organisations, org)
	u.out = append(u.out, org)
	return org, nil
}
