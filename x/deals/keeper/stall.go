package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/duequeue"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/x/deals/types"
)

// Stalls. When nobody is given work on a task at its first look, because no worker can be drawn or because its escrow cannot pay the court
// that it needs, its deal opens no further tasks for a while. They would all end like this one, and leave a record each. After the pause
// the deal opens one task. After each block in which all that it opened found somebody, it opens twice as many. Each stall in a row doubles
// the pause. After types.MaxStalls of them the deal is cancelled, and what was not opened is refunded
// (docs/adr/0067-a-bag-that-nobody-can-run-ends.md).

// TaskUndrawn stalls a deal: in this block nobody was given work on a task of it at the first look. Block hooks alone may call it. Of the
// tasks that a deal opened in one block, only the first such one counts.
func (k Keeper) TaskUndrawn(ctx context.Context, id string) error {
	raw, d, err := k.dealByID(ctx, id)
	if err != nil || d.Unopened() == 0 || d.Cancelled || d.Stalled() {
		return err
	}
	if d.Stalls >= types.MaxStalls {
		_, err := k.CancelDeal(ctx, raw)
		return err
	}
	pause := pauseOf(d)
	d.Stalls++
	d.Pace = 1
	return k.parkDeal(ctx, raw, d, sdk.UnwrapSDKContext(ctx).BlockHeight()+pause)
}

// unreadablePause is the pause of a deal whose record cannot be read, in blocks.
const unreadablePause = 100

// pauseOf returns for how many blocks a deal pauses when it stalls now.
func pauseOf(d types.Deal) int64 { return max(2, d.Terms.RetryBlocks<<d.Stalls) }

// parkDeal takes a deal off the queue of openings until a height, and stores its progress.
func (k Keeper) parkDeal(ctx context.Context, raw []byte, d types.Deal, until int64) error {
	if err := k.dequeueOpening(ctx, raw, d); err != nil {
		return err
	}
	d.Resumes = until
	if err := k.Parked.Set(ctx, collections.Join(until, raw)); err != nil {
		return err
	}
	return k.Progress.Set(ctx, raw, d.Progress())
}

// resumeDeals puts deals whose pause is over back into the queue of openings, the oldest first and at most as many as a block opens tasks.
// A deal that cannot be resumed pauses again, so that it does not take the place of those behind it in every block.
func (k Keeper) resumeDeals(ctx sdk.Context, params types.Params) error {
	due, err := duequeue.Due(ctx, k.Parked, int(params.OpensPerBlock))
	if err != nil {
		return err
	}
	for _, key := range due {
		deal := key.K2()
		id := ids.FormatRaw(deal)
		if items.Do(ctx, "resuming of deal", id, func(ctx sdk.Context) error { return k.resumeDeal(ctx, key, params) }) == nil {
			continue
		}
		if items.Do(ctx, "postponing of deal", id, func(ctx sdk.Context) error { return k.postponeDeal(ctx, deal) }) == nil {
			continue
		}
		// Not even its record can be read: only its place in the queue is moved.
		if err := k.Parked.Remove(ctx, key); err != nil {
			return err
		}
		if err := k.Parked.Set(ctx, collections.Join(ctx.BlockHeight()+unreadablePause, deal)); err != nil {
			return err
		}
	}
	return nil
}

// postponeDeal parks a deal that could not be resumed for as long as a stall would. It counts no stall: that the chain fails to resume the
// deal does not say that nobody can run its tasks.
func (k Keeper) postponeDeal(ctx sdk.Context, raw []byte) error {
	d, err := k.dealByKey(ctx, raw)
	if err != nil {
		return err
	}
	return k.parkDeal(ctx, raw, d, ctx.BlockHeight()+pauseOf(d))
}

// resumeDeal puts a deal back into the queue of openings. If the deal opened tasks since its last stall and did not stall
// again, its row of stalls ends (Stalls becomes 0). If its pace has reached the most tasks that a block opens, the deal has no pace of its
// own any more (Pace becomes 0).
func (k Keeper) resumeDeal(ctx context.Context, key parkKey, params types.Params) error {
	raw := key.K2()
	d, err := k.dealByKey(ctx, raw)
	if err != nil {
		return err
	}
	if err := k.Parked.Remove(ctx, key); err != nil {
		return err
	}
	if d.Resumes == 0 {
		return nil // it was cancelled after only its place in the queue was moved
	}
	d.Resumes = 0
	if d.Pace > 1 {
		d.Stalls = 0
	}
	if d.Pace >= uint64(params.OpensPerBlock) {
		d.Pace = 0
	}
	if err := k.Progress.Set(ctx, raw, d.Progress()); err != nil {
		return err
	}
	return k.enqueueOpening(ctx, raw)
}
