package keeper

import (
	"context"
	"slices"

	"github.com/credence-chain/credence/poco"
)

// crowd says which organisations can be drawn for a task. The count M is made now, except in wave 2, where it is that of the
// fitted plan.
type crowd struct {
	barred   []string // organisations that may not be drawn: parties to the task, and those that hold a seat
	eligible uint64   // M: organisations that can still be drawn, and those that hold a seat (which are barred too); see poco.Crowd
}

// countCrowd counts the organisations that can be drawn for the task now. Parties to the task do not count.
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

// countEligible returns how many of the named organisations are eligible in the pool.
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
