package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// maxSkips bounds how many offers one matching looks at and passes over: those with too little fuel or volume, and
// those of operators that were revoked, which are taken off the book at the same time.
const maxSkips = 1_000

// rest puts an offer on the book.
func (k Keeper) rest(ctx context.Context, o types.Offer, runtime string, id []byte) error {
	n, err := k.resting(ctx, o.Pool)
	if err != nil {
		return err
	}
	if n >= types.MaxResting {
		return types.ErrBookFull.Wrapf("pool %s: %d offers rest already, expected fewer than %d", o.Pool, n, types.MaxResting)
	}
	if err := k.Resting.Set(ctx, o.Pool, n+1); err != nil {
		return err
	}
	if err := k.Book.Set(ctx, collections.Join4(runtime, o.Price, o.Height, id)); err != nil {
		return err
	}
	return k.PoolBook.Set(ctx, collections.Join4(o.Pool, o.Price, o.Height, id), runtime)
}

// unrest takes it off; false when it did not rest.
func (k Keeper) unrest(ctx context.Context, o types.Offer, id []byte) (bool, error) {
	key := collections.Join4(o.Pool, o.Price, o.Height, id)
	runtime, err := k.PoolBook.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	n, err := k.resting(ctx, o.Pool)
	if err != nil {
		return false, err
	}
	if n > 1 {
		err = k.Resting.Set(ctx, o.Pool, n-1)
	} else {
		err = k.Resting.Remove(ctx, o.Pool)
	}
	if err != nil {
		return false, err
	}
	if err := k.Book.Remove(ctx, collections.Join4(runtime, o.Price, o.Height, id)); err != nil {
		return false, err
	}
	return true, k.PoolBook.Remove(ctx, key)
}

func (k Keeper) resting(ctx context.Context, pool string) (uint64, error) {
	n, err := k.Resting.Get(ctx, pool)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// offers opens the book of a pool, or of a runtime when pool is "", from the cheapest and oldest on.
func (k Keeper) offers(ctx context.Context, pool, runtime string) (next func() ([]byte, bool, error), closer func() error, err error) {
	if pool == "" {
		it, err := k.Book.Iterate(ctx, collections.NewPrefixedQuadRange[string, uint64, int64, []byte](runtime))
		return func() ([]byte, bool, error) { return step(it.Valid, it.Key, it.Next) }, it.Close, err
	}
	it, err := k.PoolBook.Iterate(ctx, collections.NewPrefixedQuadRange[string, uint64, int64, []byte](pool))
	return func() ([]byte, bool, error) { return step(it.Valid, it.Key, it.Next) }, it.Close, err
}

func step(valid func() bool, key func() (bookKey, error), next func()) ([]byte, bool, error) {
	if !valid() {
		return nil, false, nil
	}
	id, err := key()
	next()
	return id.K4(), err == nil, err
}

// quote is an offer that meets a job, with its pool.
type quote struct {
	id    []byte
	offer types.Offer
	pool  workerstypes.Pool
}

// best finds the cheapest, then oldest, offer for a normal job. Whether the job can pay it is not its question: when
// it can not pay the cheapest, it can pay none. What it costs depends on the offers passed over, not on the book.
// Stale are the offers that no longer stand, to be taken off whatever becomes of the job.
func (k Keeper) best(ctx context.Context, job types.Job, runtime string) (q quote, stale [][]byte, err error) {
	next, closer, err := k.offers(ctx, job.Pool, runtime)
	if err != nil {
		return q, nil, err
	}
	defer func() { err = errors.Join(err, closer()) }()
	var maxFuel, maxVolume uint64
	for skipped := 0; skipped < maxSkips; skipped++ {
		id, found, err := next()
		if err != nil {
			return q, stale, err
		}
		if !found {
			return q, stale, noOffer(job, runtime, skipped-len(stale), maxFuel, maxVolume)
		}
		offer, err := k.Offers.Get(ctx, id)
		if err != nil {
			return q, stale, err
		}
		pool, ok, err := k.stands(ctx, offer, runtime)
		switch {
		case err != nil:
			return q, stale, err
		case !ok:
			stale = append(stale, id)
		case offer.MaxFuel < job.FuelLimit:
			maxFuel = max(maxFuel, offer.MaxFuel)
		case !offer.Takes(job.Size_):
			maxVolume = max(maxVolume, offer.Volume-offer.Filled)
		default:
			return quote{id, offer, pool}, stale, nil
		}
	}
	return q, stale, types.ErrNoOffer.Wrapf("the %d best offers take less fuel or fewer tasks, or were withdrawn", maxSkips)
}

// stands says whether an offer's pool and operator are still what they were.
func (k Keeper) stands(ctx context.Context, o types.Offer, runtime string) (workerstypes.Pool, bool, error) {
	pool, err := k.workers.GetPool(ctx, o.Pool)
	if err != nil || pool.Runtime != runtime || pool.Operator != o.Organisation {
		return pool, false, nil
	}
	holds, err := k.orgs.HasRole(ctx, o.Organisation, orgstypes.ROLE_POOL_OPERATOR)
	return pool, holds, err
}

// noOffer says why the book held none.
func noOffer(job types.Job, runtime string, offers int, maxFuel, maxVolume uint64) error {
	where := "for runtime " + runtime
	if job.Pool != "" {
		where = "of pool " + job.Pool
	}
	switch {
	case offers <= 0:
		return types.ErrNoOffer.Wrapf("the book has no offers %s", where)
	case maxVolume > 0:
		return types.ErrNoOffer.Wrapf("size: got %d, expected at most %d tasks, the largest volume left in the offers %s", job.Size_, maxVolume, where)
	default:
		return types.ErrFuel.Wrapf("fuel_limit: got %d, expected at most %d, the largest of the offers %s", job.FuelLimit, maxFuel, where)
	}
}

// delist takes offers that no longer stand off the book, as if their owners had.
func (k Keeper) delist(ctx context.Context, id []byte) error {
	offer, err := k.Offers.Get(ctx, id)
	if err != nil {
		return err
	}
	if _, err := k.unrest(ctx, offer, id); err != nil {
		return err
	}
	if err := k.Offers.Remove(ctx, id); err != nil {
		return err
	}
	if err := k.Spent.Set(ctx, id); err != nil {
		return err
	}
	return emit(ctx, &types.EventOffer{Id: offer.Id, Pool: offer.Pool, What: "cancelled", Price: offer.Price})
}
