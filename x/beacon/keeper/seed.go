package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/beacon/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// Seed returns this block's seed, 32 bytes. Before the first block it is the genesis seed. In a query, or in a transaction that
// is only checked, it is the last committed block's.
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

// Factor returns among how many seeds of one block colluding proposers, fewer than a third, can choose by withholding blocks
// (poco.ProposerChoices, and poco.ChoicesAfterLeaving for some blocks after a seat has left; docs/protocol.md, section 7). A chain of
// one seat has factor 1, and no unpredictability towards that seat.
func (k Keeper) Factor(ctx context.Context) (uint64, error) {
	colluders, twice, err := k.seats.Colluders(ctx)
	if twice {
		return poco.ChoicesAfterLeaving(uint64(colluders)), err
	}
	return poco.ProposerChoices(uint64(colluders)), err
}

// Delay returns d = max(2, k+1), with k colluding proposers: how many blocks after a commit the seed comes by which the second wave is
// drawn. Among so many blocks is one that an honest proposer begins, so that nobody knows that seed at the commit. For some blocks
// after a seat has left it is max(2, 2k+1).
func (k Keeper) Delay(ctx context.Context) (int64, error) {
	colluders, twice, err := k.seats.Colluders(ctx)
	return poatypes.UnforeseenAfter(colluders, twice), err
}
