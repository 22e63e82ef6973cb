package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// Every worker that can be drawn must have as much free stake as its pool asks for. A larger stake therefore makes some workers
// undrawable, but no block may look at all of a pool's workers to find them. So a larger stake is announced first. Before it is in
// force, a pass over the pool's workers takes out of the draws those that could not lock it. Each block does a bounded part of the
// pass. In the code and in the state a pass is a Recheck.
//
// If there are several passes, the one with the earliest deadline goes first. No pass begins before it must, so that workers have
// most of the notice to add stake. All passes pause while
//
//	2 * load <= (deadline - height) * due_per_block
//
// The load is the work that is left: 1 for each pass, and 1 for each worker that it has yet to reach. The factor 2 leaves room for
// workers that join meanwhile. If the council lowers due_per_block, a pass can still be late. It then delays the terms.

// recheckOf returns the pass over a pool's workers; nil when there is none, or when it has ended.
func (k Keeper) recheckOf(ctx context.Context, pool types.Pool) (*types.Recheck, error) {
	if !pool.Raises() {
		return nil, nil
	}
	recheck, err := k.Rechecks.Get(ctx, recheckKey(pool.NextHeight, pool.Id))
	if errors.Is(err, collections.ErrNotFound) {
		return nil, nil
	}
	return &recheck, err
}

func recheckKey(height int64, pool string) queued { return collections.Join(uint64(height), pool) }

// announceTerms sets the terms that follow the pool's terms after the notice, and replaces terms that were announced before. pool
// has its terms in force. The caller stores it.
func (k Keeper) announceTerms(ctx context.Context, pool *types.Pool, terms types.PoolTerms) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	if err := terms.ValidateChange(pool.Terms(), params); err != nil {
		return err
	}
	recheck, err := k.recheckOf(ctx, *pool)
	if err != nil {
		return err
	}
	// The workers that a pass has reached were compared with the announced stake. With another stake they would have to
	// be found again.
	reached := pool.Raises() && (recheck == nil || recheck.Begun())
	if reached && terms.Stake != pool.Next.Stake {
		return types.ErrTerms.Wrapf("stake: %d ucred, expected the %d announced for height %d: the pool's workers are being measured by it",
			terms.Stake, pool.Next.Stake, pool.NextHeight)
	}
	pool.Next, pool.NextHeight = &terms, blockHeight(ctx)+params.NoticeBlocks
	if recheck != nil {
		if err := k.dropRecheck(ctx, *recheck); err != nil {
			return err
		}
	}
	if !reached {
		return k.beginRecheck(ctx, *pool, params)
	}
	if recheck == nil {
		return nil // the pass has ended: all workers were compared with this stake
	}
	recheck.Height = pool.NextHeight // the pass continues, with a later deadline
	return k.addRecheck(ctx, *recheck)
}

// beginRecheck adds the pass for a pool, if its announced terms raise the stake. It returns ErrNotice when all passes together are
// too much work for the notice.
func (k Keeper) beginRecheck(ctx context.Context, pool types.Pool, params types.Params) error {
	if !pool.Raises() {
		return nil
	}
	size, err := readCount(ctx, k.PoolSize, pool.Id)
	if err != nil {
		return err
	}
	if err := k.addRecheck(ctx, types.Recheck{Pool: pool.Id, Height: pool.NextHeight, Left: size}); err != nil {
		return err
	}
	load, err := k.recheckLoad(ctx)
	if err != nil {
		return err
	}
	if canPause(load, params.NoticeBlocks, params.DuePerBlock) {
		return nil
	}
	return types.ErrNotice.Wrapf("%d blocks: the passes over workers before larger stakes have %d steps to go, of which %d fit in a block",
		params.NoticeBlocks, load, params.DuePerBlock)
}

// canPause says whether the passes can pause, because the remaining blocks can do twice their load.
func canPause(load uint64, blocks int64, perBlock uint32) bool {
	// Blocks are at most 2^40 and perBlock 10,000, by the parameters; the load counts records that exist.
	return blocks > 0 && 2*load <= uint64(blocks)*uint64(perBlock)
}

func (k Keeper) recheckLoad(ctx context.Context) (uint64, error) {
	load, err := k.RecheckLoad.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return load, err
}

func (k Keeper) setRecheckLoad(ctx context.Context, load uint64) error {
	if load == 0 {
		return k.RecheckLoad.Remove(ctx)
	}
	return k.RecheckLoad.Set(ctx, load)
}

func (k Keeper) addRecheck(ctx context.Context, r types.Recheck) error {
	load, err := k.recheckLoad(ctx)
	if err != nil {
		return err
	}
	if err := k.setRecheckLoad(ctx, load+r.Left+1); err != nil {
		return err
	}
	return k.Rechecks.Set(ctx, recheckKey(r.Height, r.Pool), r)
}

func (k Keeper) dropRecheck(ctx context.Context, r types.Recheck) error {
	load, err := k.recheckLoad(ctx)
	if err != nil {
		return err
	}
	if err := k.setRecheckLoad(ctx, load-r.Left-1); err != nil {
		return err
	}
	return k.Rechecks.Remove(ctx, recheckKey(r.Height, r.Pool))
}

// countAhead counts a worker that joins or leaves a pool, if the pool has a pass that has yet to reach this worker.
func (k Keeper) countAhead(ctx context.Context, pool, worker string, joins bool) error {
	_, recheck, err := k.storedPool(ctx, pool)
	if err != nil || !recheck.Ahead(worker) {
		return err
	}
	if err := k.dropRecheck(ctx, *recheck); err != nil {
		return err
	}
	if joins {
		recheck.Left++
	} else {
		recheck.Left--
	}
	return k.addRecheck(ctx, *recheck)
}

// runRechecks continues the passes while they cannot pause, by at most limit steps in total.
func (k Keeper) runRechecks(ctx sdk.Context, limit uint32) error {
	for steps := limit; steps > 0; {
		var recheck *types.Recheck
		err := k.Rechecks.Walk(ctx, nil, func(_ queued, r types.Recheck) (bool, error) {
			recheck = &r
			return true, nil
		})
		if err != nil || recheck == nil {
			return err
		}
		load, err := k.recheckLoad(ctx)
		if err != nil || canPause(load, recheck.Height-ctx.BlockHeight(), limit) {
			return err
		}
		done, err := k.runRecheck(ctx, *recheck, steps)
		if err != nil {
			return err
		}
		steps -= max(1, done)
	}
	return nil
}

// runRecheck continues one pass over at most limit workers, and returns how many it visited.
func (k Keeper) runRecheck(ctx sdk.Context, r types.Recheck, limit uint32) (done uint32, err error) {
	var workers []string
	after := collections.NewPrefixedPairRange[string, string](r.Pool).StartExclusive(r.Worker)
	err = k.WorkersIn.Walk(ctx, after, func(key pair) (bool, error) {
		workers = append(workers, key.K2())
		return len(workers) >= int(limit), nil
	})
	if err != nil {
		return 0, err
	}
	if err := k.dropRecheck(ctx, r); err != nil {
		return 0, err
	}
	if len(workers) > 0 {
		r.Worker = workers[len(workers)-1]
		r.Left -= uint64(len(workers))
	}
	if r.Left > 0 {
		err = k.addRecheck(ctx, r)
	} else {
		err = k.endRecheck(ctx, r)
	}
	if err != nil {
		return 0, err
	}
	for _, worker := range workers {
		_ = items.Do(ctx, "recheck", worker, func(ctx sdk.Context) error { return k.placeWorkerAgain(ctx, r.Pool, worker) })
	}
	return uint32(len(workers)), nil
}

// endRecheck ends a pass. If the pass ended after the height of its terms, it puts the terms into force in this block.
func (k Keeper) endRecheck(ctx sdk.Context, r types.Recheck) error {
	if ctx.BlockHeight() <= r.Height {
		return nil
	}
	pool, err := k.Pools.Get(ctx, r.Pool)
	if err != nil {
		return err
	}
	pool.NextHeight = ctx.BlockHeight()
	if err := k.Pools.Set(ctx, pool.Id, pool); err != nil {
		return err
	}
	return emitAnnounced(ctx, pool)
}

// placeWorkerAgain updates a worker's place in a pool. The worker's record did not change, but the pool asks for more stake now.
func (k Keeper) placeWorkerAgain(ctx context.Context, pool, worker string) error {
	w, err := k.GetWorker(ctx, worker)
	if err != nil {
		return err
	}
	active, err := k.orgs.HasRole(ctx, w.Organisation, orgstypes.ROLE_WORKER)
	if err != nil {
		return err
	}
	return k.placeWorker(ctx, pool, w, standing{active: active})
}
