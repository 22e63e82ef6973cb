package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
)

// An organisation that ever had a worker in a pool holds one ticket of the pool, a number in the order of arrival. It keeps the
// same ticket for ever, whatever it does. A draw ranks the tickets by its seed. So nobody who knows the seed can shape the draw:
// pausing, leaving and coming back take an organisation out of the draw or put it back, but move no other organisation. The arrays
// of eligible.go cannot promise this, since a removal there moves the last entry.

// Tickets returns how many tickets the pool has given out. They are numbered from 0.
func (k Keeper) Tickets(ctx context.Context, pool string) (uint64, error) {
	return readCount(ctx, k.TicketCount, pool)
}

// TicketHolderAt returns the organisation that holds a ticket, whether or not it can be drawn now.
func (k Keeper) TicketHolderAt(ctx context.Context, pool string, ticket uint64) (org string, found bool, err error) {
	org, err = k.TicketHolder.Get(ctx, collections.Join(pool, ticket))
	if errors.Is(err, collections.ErrNotFound) {
		return "", false, nil
	}
	return org, err == nil, err
}

// TicketHeldBy returns the ticket of an organisation; false if it never had a worker in the pool.
func (k Keeper) TicketHeldBy(ctx context.Context, pool, org string) (ticket uint64, found bool, err error) {
	ticket, err = k.TicketOf.Get(ctx, collections.Join(pool, org))
	if errors.Is(err, collections.ErrNotFound) {
		return 0, false, nil
	}
	return ticket, err == nil, err
}

// giveTicket gives an organisation its ticket, if it has none.
func (k Keeper) giveTicket(ctx context.Context, pool, org string) error {
	if has, err := k.TicketOf.Has(ctx, collections.Join(pool, org)); err != nil || has {
		return err
	}
	n, err := readCount(ctx, k.TicketCount, pool)
	if err != nil {
		return err
	}
	if err := k.TicketHolder.Set(ctx, collections.Join(pool, n), org); err != nil {
		return err
	}
	if err := k.TicketOf.Set(ctx, collections.Join(pool, org), n); err != nil {
		return err
	}
	return k.TicketCount.Set(ctx, pool, n+1)
}
