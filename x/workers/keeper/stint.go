package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/workers/types"
)

// A plan counts the organisations that can be drawn when it is made, and its draw may come some blocks later. By then somebody may
// know the seed. So the draw must know who was counted, who came since, who left by itself, and who was taken by another draw.
// Stints tell it. A stint is the last period in which an organisation could be drawn in a pool. There is one for each organisation
// and pool, written whenever the organisation enters or leaves the pool's dense array. Beginnings and ends are numbered, because
// heights do not order events in one block.

// Stint returns the last period in which an organisation could be drawn in a pool, and false if it never could.
func (k Keeper) Stint(ctx context.Context, pool, org string) (types.Stint, bool, error) {
	stint, err := k.Stints.Get(ctx, collections.Join(pool, org))
	if errors.Is(err, collections.ErrNotFound) {
		return stint, false, nil
	}
	return stint, err == nil, err
}

// PoolMoves returns how often organisations began and ceased to be drawable in a pool.
func (k Keeper) PoolMoves(ctx context.Context, pool string) (types.PoolMoves, error) {
	moves, err := k.Moves.Get(ctx, pool)
	if errors.Is(err, collections.ErrNotFound) {
		return moves, nil
	}
	return moves, err
}

// beginStint records that an organisation can be drawn from now on.
func (k Keeper) beginStint(ctx context.Context, pool, org string) error {
	moves, err := k.PoolMoves(ctx, pool)
	if err != nil {
		return err
	}
	moves.Arrivals++
	if err := k.Moves.Set(ctx, pool, moves); err != nil {
		return err
	}
	before, _, err := k.Stint(ctx, pool, org)
	if err != nil {
		return err
	}
	return k.Stints.Set(ctx, collections.Join(pool, org), types.Stint{Arrival: moves.Arrivals, Taken: before.Taken})
}

// endStint records that an organisation can no longer be drawn, and whether a draw is the reason.
func (k Keeper) endStint(ctx context.Context, pool, org string, drawn bool) error {
	moves, err := k.PoolMoves(ctx, pool)
	if err != nil {
		return err
	}
	moves.Departures++
	if drawn {
		moves.Taken++
	}
	if err := k.Moves.Set(ctx, pool, moves); err != nil {
		return err
	}
	key := collections.Join(pool, org)
	stint, err := k.Stints.Get(ctx, key)
	if err != nil {
		return err
	}
	stint.Departure, stint.Until, stint.Drawn = moves.Departures, blockHeight(ctx), drawn
	if drawn {
		stint.Taken = stint.Until // the next stint keeps it, because a draw also asks for it once the organisation is back
	}
	return k.Stints.Set(ctx, key, stint)
}
