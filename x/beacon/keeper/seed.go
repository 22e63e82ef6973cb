package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/beacon/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// Seed returns this block's seed, 32 bytes. Before the first block it is the genesis seed. In a query, or when a transaction is
// only checked, it is the seed of the last committed block.
func (k Keeper) Seed(ctx context.Context) ([]byte, error) {
	latest, err := k.Latest.Get(ctx)
	return latest.Seed, err
}

// SeedAt returns the seed of a block, or ErrNoSeed when the block is still to come or its seed is no longer kept.
func (k Keeper) SeedAt(ctx context.Context, height int64) ([]byte, error) {
	seed, err := k.Seeds.Get(ctx, height)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, types.ErrNoSeed.Wrapf("height %d", height)
	}
	return seed, err
}

// Factor returns the number of seeds of one block among which colluding proposers, fewer than a third, can choose by withholding
// blocks. It is poco.ProposerChoices or, for some blocks after a seat has left, poco.ChoicesAfterLeaving (docs/protocol.md,
// section 7). A chain of one seat has factor 1, although that seat can predict every seed.
func (k Keeper) Factor(ctx context.Context) (uint64, error) {
	colluders, twice, err := k.seats.Colluders(ctx)
	if twice {
		return poco.ChoicesAfterLeaving(uint64(colluders)), err
	}
	return poco.ProposerChoices(uint64(colluders)), err
}

// Delay returns d = max(2, k+1) for k colluding proposers. The seed that draws the second wave comes d blocks after a commit. One
// of these d blocks is begun by an honest proposer, so nobody knows that seed at the commit. For some blocks after a seat has
// left, d is max(2, 2k+1).
func (k Keeper) Delay(ctx context.Context) (int64, error) {
	colluders, twice, err := k.seats.Colluders(ctx)
	return poatypes.UnforeseenAfter(colluders, twice), err
}
