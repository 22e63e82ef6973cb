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
	pause := max(2, d.Terms.RetryBlocks<<d.Stalls)
	d.Stalls++
	d.Pace = 1
	return k.parkDeal(ctx, raw, d, sdk.UnwrapSDKContext(ctx).BlockHeight()+pause)
}

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
func (k Keeper) resumeDeals(ctx sdk.Context, params types.Params) error {
	due, err := duequeue.Due(ctx, k.Parked, int(params.OpensPerBlock))
	if err != nil {
		return err
	}
	for _, key := range due {
		deal := key.K2()
		// One that cannot be resumed stays parked, and is tried again in the next block.
		_ = items.Do(ctx, "resuming of deal", ids.FormatRaw(deal), func(ctx sdk.Context) error { return k.resumeDeal(ctx, deal, params) })
	}
	return nil
}

// resumeDeal puts a deal back into the queue of openings. If the deal opened tasks since its last stall and did not stall
// again, its row of stalls ends (Stalls becomes 0). If its pace has reached the most tasks that a block opens, the deal has no pace of its
// own any more (Pace becomes 0).
func (k Keeper) resumeDeal(ctx context.Context, raw []byte, params types.Params) error {
	d, err := k.dealByKey(ctx, raw)
	if err != nil {
		return err
	}
	if err := k.dequeueOpening(ctx, raw, d); err != nil {
		return err
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
