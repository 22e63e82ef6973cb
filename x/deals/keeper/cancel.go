package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/x/deals/types"
)

// CancelDeal marks a deal as cancelled, so that no task of it is opened and no worker is drawn for it any more. It then closes the deal if
// some tasks are not opened. When closing fails, the deal stays in the opening queue, or comes back into it after its pause, and is tried
// again there. CancelDeal returns the deal as it was before. Block hooks alone may call it.
func (k Keeper) CancelDeal(ctx context.Context, id []byte) (types.Deal, error) {
	d, err := k.dealByKey(ctx, id)
	if err != nil || d.Cancelled {
		return d, err
	}
	marked := d
	marked.Cancelled = true
	if err := k.Progress.Set(ctx, id, marked.Progress()); err != nil {
		return d, err
	}
	if d.Unopened() == 0 {
		return d, nil
	}
	// When this fails, the deal stays in the opening queue, or parked until it comes back into it.
	_ = items.Do(sdk.UnwrapSDKContext(ctx), "closing of deal", ids.FormatRaw(id), func(ctx sdk.Context) error { return k.closeDeal(ctx, id) })
	return d, nil
}

// closeDeal ends and refunds the unopened tasks of a cancelled deal. It queues their volume, which the orders get back later.
func (k Keeper) closeDeal(ctx context.Context, id []byte) error {
	d, err := k.dealByKey(ctx, id)
	if err != nil {
		return err
	}
	if d.Ended > d.Opened {
		return types.ErrSettlement.Wrapf("deal %s: %d tasks ended of %d opened", d.Id, d.Ended, d.Opened)
	}
	each, err := d.Terms.Escrow()
	if err != nil {
		return err
	}
	was, tasks := d.State(), d.Unopened()
	back := each * tasks
	d.Escrow -= back
	d.Refunded += back
	d.Ended += tasks
	d.Unused += tasks
	if err := k.refundPayer(ctx, d, back); err != nil {
		return err
	}
	if err := k.dequeueOpening(ctx, id, d); err != nil {
		return err
	}
	d.Stalls, d.Pace, d.Resumes = 0, 0, 0
	if err := k.setProgress(ctx, id, d, was); err != nil {
		return err
	}
	if err := k.queueTaskReleases(ctx, id, d, d.First+d.Opened, tasks); err != nil {
		return err
	}
	if err := k.queueDealRelease(ctx, id); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventDealClosed{Id: d.Id, Request: d.Request, Requester: d.Requester, Tasks: tasks, Refunded: back})
}
