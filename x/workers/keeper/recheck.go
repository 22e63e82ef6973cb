package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/types"
)

// Nobody who can be drawn may have less free stake than the pool asks, and no block may look at all of a pool's workers.
// So a larger stake is announced, and before it is in force a pass over the pool's workers, a bounded part of it in each
// block, takes out who could not lock it. Of several passes the one with the earliest deadline goes first, and none
// begins before it must: while
//
//	2 * load <= (deadline - height) * due_per_block
//
// the passes rest. The load counts the workers ahead of every pass, and each pass once; the factor 2 leaves room for
// workers that join meanwhile. A pass that is late all the same (the council lowered due_per_block) delays the terms.

// recheckOf returns the pass over a pool's workers, nil when there is none or it has ended.
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

// announce sets terms to follow a pool's, after the notice, in place of those announced before. The pool is as in force,
// and not stored here.
func (k Keeper) announce(ctx context.Context, pool *types.Pool, terms types.PoolTerms) error {
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
	due := height(ctx) + params.NoticeBlocks
	// Who was passed was measured by the stake announced then, and would have to be found again.
	passed := pool.Raises() && (recheck == nil || recheck.Begun())
	switch {
	case passed && terms.Stake != pool.Next.Stake:
		return types.ErrTerms.Wrapf("stake: %d ucred, expected the %d announced for height %d: the pool's workers are being measured by it",
			terms.Stake, pool.Next.Stake, pool.NextHeight)
	case passed && recheck != nil: // goes on, by a later deadline
		if err := k.dropRecheck(ctx, *recheck); err != nil {
			return err
		}
		recheck.Height = due
		if err := k.addRecheck(ctx, *recheck); err != nil {
			return err
		}
	case !passed && recheck != nil:
		if err := k.dropRecheck(ctx, *recheck); err != nil {
			return err
		}
	}
	pool.Next, pool.NextHeight = &terms, due
	if passed || !pool.Raises() {
		return nil
	}
	size, err := counter(ctx, k.PoolSize, pool.Id)
	if err != nil {
		return err
	}
	if err := k.addRecheck(ctx, types.Recheck{Pool: pool.Id, Height: due, Left: size}); err != nil {
		return err
	}
	load, err := k.recheckLoad(ctx)
	if err != nil {
		return err
	}
	if rests(load, params.NoticeBlocks, params.DuePerBlock) {
		return nil
	}
	return types.ErrNotice.Wrapf("%d blocks: the passes over workers before larger stakes have %d steps to go, of which %d fit in a block",
		params.NoticeBlocks, load, params.DuePerBlock)
}

// rests says whether a load can wait, since the blocks that are left do twice as much.
func rests(load uint64, blocks int64, perBlock uint32) bool {
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

// recheckServes counts a worker that joins or leaves a pool, if a pass has yet to reach it.
func (k Keeper) recheckServes(ctx context.Context, pool, worker string, joins bool) error {
	_, recheck, err := k.stored(ctx, pool)
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

// runRechecks goes on with the passes that can not rest, by at most limit steps in all.
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
		if err != nil || rests(load, recheck.Height-ctx.BlockHeight(), limit) {
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

// runRecheck passes at most limit of a pool's workers and returns how many it did.
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
		_ = items.Do(ctx, "recheck", worker, func(ctx sdk.Context) error { return k.replace(ctx, r.Pool, worker) })
	}
	return uint32(len(workers)), nil
}

// endRecheck puts terms whose pass ended late in force now.
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

// replace puts a worker that did not change where it belongs now.
func (k Keeper) replace(ctx context.Context, pool, worker string) error {
	w, err := k.GetWorker(ctx, worker)
	if err != nil {
		return err
	}
	active, err := k.orgs.HasRole(ctx, w.Organisation, orgstypes.ROLE_WORKER)
	if err != nil {
		return err
	}
	return k.placeIn(ctx, pool, w, active, false)
}
