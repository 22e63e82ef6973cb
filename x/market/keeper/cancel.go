package keeper

import (
	"context"
	"math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/isolate"
	"github.com/credence-chain/credence/x/market/types"
)

// fromTheFirst is the cursor of a request none of whose deals is cancelled yet.
func fromTheFirst() queueKey { return collections.Join(int64(0), []byte{}) }

// cancelDue cancels deals of the requests that were taken back, as many as a block may.
func (k Keeper) cancelDue(ctx sdk.Context, params types.Params) error {
	budget := int(params.MatchesPerBlock)
	var requests [][]byte
	err := k.Cancels.Walk(ctx, nil, func(request []byte, _ queueKey) (bool, error) {
		requests = append(requests, request)
		return len(requests) >= budget, nil
	})
	if err != nil {
		return err
	}
	for _, request := range requests {
		if budget <= 0 {
			return nil
		}
		n, err := k.cancelDeals(ctx, request, budget)
		if err != nil {
			return err
		}
		budget -= max(1, n)
	}
	return nil
}

// cancelDeals cancels up to limit running deals of a request, on from where it has come, and returns how many they were.
// The request leaves the queue with its last one.
func (k Keeper) cancelDeals(ctx sdk.Context, request []byte, limit int) (int, error) {
	cursor, err := k.Cancels.Get(ctx, request)
	if err != nil {
		return 0, err
	}
	party, running := types.PartyRequest+name(request), uint64(types.DEAL_STATE_RUNNING)
	rng := new(collections.Range[indexKey]).
		StartExclusive(collections.Join4(party, running, cursor.K1(), cursor.K2())).
		EndExclusive(collections.Join4(party, running, int64(math.MaxInt64), []byte{}))
	var deals [][]byte
	err = k.DealsBy.Walk(ctx, rng, func(key indexKey) (bool, error) {
		deals, cursor = append(deals, key.K4()), collections.Join(key.K3(), key.K4())
		return len(deals) >= limit, nil
	})
	if err != nil {
		return 0, err
	}
	if len(deals) < limit {
		err = k.Cancels.Remove(ctx, request)
	} else {
		err = k.Cancels.Set(ctx, request, cursor)
	}
	if err != nil {
		return 0, err
	}
	for _, deal := range deals {
		if err := isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.cancelDeal(ctx, deal) }); err != nil {
			isolate.Log(ctx.Logger(), "cancelling of deal", name(deal), err)
		}
	}
	return len(deals), nil
}

// cancelDeal marks a deal, so that no more of its tasks are opened or drawn for, and closes it if it has unopened ones.
// When that fails the deal stays marked in the queue of openings, where it is tried again.
func (k Keeper) cancelDeal(ctx sdk.Context, deal []byte) error {
	p, err := k.Progress.Get(ctx, deal)
	if err != nil {
		return err
	}
	p.Cancelled = true
	if err := k.Progress.Set(ctx, deal, p); err != nil {
		return err
	}
	if waits, err := k.Positions.Has(ctx, deal); err != nil || !waits {
		return err // every task is open
	}
	if err := isolate.RunItem(ctx, func(ctx sdk.Context) error { return k.closeDeal(ctx, deal) }); err != nil {
		isolate.Log(ctx.Logger(), "closing of deal", name(deal), err)
	}
	return nil
}

// closeDeal ends the unopened tasks of a cancelled deal at once, refunds them, and gives their volume back.
func (k Keeper) closeDeal(ctx context.Context, deal []byte) error {
	d, err := k.rawDeal(ctx, deal)
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
	was := d.State()
	back := each * d.Unopened()
	d.Escrow -= back
	d.Refunded += back
	d.Ended += d.Unopened()
	d.Unused += d.Unopened()
	if err := k.refund(ctx, payerOfDeal(d), back); err != nil {
		return err
	}
	if err := k.dequeueOpening(ctx, deal); err != nil {
		return err
	}
	if err := k.setProgress(ctx, deal, d, was); err != nil {
		return err
	}
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	k.giveVolume(sdkCtx, d.Id, d.TaskReleases(d.First+d.Opened, d.Unopened()), nil)
	k.release(sdkCtx, deal, d)
	return emit(ctx, &types.EventRequest{Id: d.Request, Requester: d.Requester, What: "refunded", Deal: d.Id, Refunded: back})
}
