package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/workers/types"
)

// A plan counts the organisations that can be drawn when it is made, and its draw comes some blocks later. By then somebody
// may know the seed. So the draw has to tell apart who was counted, who came since, who left by itself and who was taken
// by another draw. A stint says so: it is the last time for which an organisation could be drawn in a pool. There is one
// for each organisation and pool, written whenever the organisation enters or leaves the pool's dense array.

// Stint returns the last time for which an organisation could be drawn in a pool; false if it never could.
func (k Keeper) Stint(ctx context.Context, pool, org string) (types.Stint, bool, error) {
	stint, err := k.Stints.Get(ctx, collections.Join(pool, org))
	if errors.Is(err, collections.ErrNotFound) {
		return stint, false, nil
	}
	return stint, err == nil, err
}

// OwnDepartures returns how often an organisation ceased to be drawable in the pool other than by being drawn: it paused,
// left, was cooled, jailed or revoked. It only grows.
func (k Keeper) OwnDepartures(ctx context.Context, pool string) (uint64, error) {
	return counter(ctx, k.Departures, pool)
}

// beginStint notes that an organisation can be drawn from this block on.
func (k Keeper) beginStint(ctx context.Context, pool, org string) error {
	return k.Stints.Set(ctx, collections.Join(pool, org), types.Stint{Since: height(ctx)})
}

// endStint notes that an organisation can no longer be drawn, and whether a draw is the reason.
func (k Keeper) endStint(ctx context.Context, pool, org string, drawn bool) error {
	key := collections.Join(pool, org)
	stint, err := k.Stints.Get(ctx, key)
	if err != nil {
		return err
	}
	stint.Until, stint.Drawn = height(ctx), drawn
	if err := k.Stints.Set(ctx, key, stint); err != nil {
		return err
	}
	if drawn {
		return nil
	}
	n, err := counter(ctx, k.Departures, pool)
	if err != nil {
		return err
	}
	return k.Departures.Set(ctx, pool, n+1)
}
