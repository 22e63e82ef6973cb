package keeper

import (
	"context"
	"math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// cancelParts is into how many parts a block's budget of cancelled deals is cut: a request has one part of it and goes to
// the end of the queue, so that one with a few deals does not wait for one with thousands.
const cancelParts = 10

// fromTheFirst is the cursor of a request none of whose deals is cancelled yet.
func fromTheFirst() queueKey { return collections.Join(int64(0), []byte{}) }

// cancelDueDeals cancels deals of the requests that were taken back, as many as a block may: the requests one after the
// other, until the block's part is spent or nothing is left.
func (m *matching) cancelDueDeals() error {
	budget, mine := int(m.params.MatchesPerBlock), m.looks.partOf(m.params)
	part, before := max(1, budget/cancelParts), mine.left
	for budget > 0 && mine.left > 0 {
		due, err := m.nextCancelled(m.ctx, budget)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			break
		}
		for _, key := range due {
			if budget <= 0 || mine.left <= 0 {
				break
			}
			n, err := m.cancelDealsOf(m.ctx, key, min(part, budget), &mine)
			if err != nil {
				return err
			}
			budget -= max(1, n)
		}
	}
	m.looks.left -= before - mine.left
	return nil
}

// nextCancelled returns the foremost requests whose deals are to be cancelled.
func (k Keeper) nextCancelled(ctx context.Context, limit int) (due []queueKey, err error) {
	err = k.Cancels.Walk(ctx, nil, func(key queueKey, _ queueKey) (bool, error) {
		due = append(due, key)
		return len(due) >= limit, nil
	})
	return due, err
}

// cancelDealsOf cancels up to limit running deals of a request, on from where it has come, and returns how many they were.
// The request leaves the queue with its last one, and goes to the end of it before.
func (k Keeper) cancelDealsOf(ctx sdk.Context, key queueKey, limit int, looks *lookBudget) (n int, err error) {
	cursor, err := k.Cancels.Get(ctx, key)
	if err != nil {
		return 0, err
	}
	party, running := types.PartyRequest+idText(key.K2()), uint64(types.DEAL_STATE_RUNNING)
	rng := new(collections.Range[indexKey]).
		StartExclusive(collections.Join4(party, running, cursor.K1(), cursor.K2())).
		EndExclusive(collections.Join4(party, running, int64(math.MaxInt64), []byte{}))
	var deals []queueKey
	err = k.DealsBy.Walk(ctx, rng, func(key indexKey) (bool, error) {
		deals = append(deals, collections.Join(key.K3(), key.K4()))
		return len(deals) >= limit, nil
	})
	if err != nil {
		return 0, err
	}
	for ; n < len(deals) && looks.left > 0; n++ {
		cursor = deals[n]
		_ = items.Do(ctx, "cancelling of deal", idText(cursor.K2()), func(ctx sdk.Context) error {
			return k.cancelDeal(ctx, cursor.K2(), looks)
		})
	}
	if err := k.Cancels.Remove(ctx, key); err != nil {
		return n, err
	}
	if n < limit && n == len(deals) {
		return n, nil
	}
	return n, k.Cancels.Set(ctx, collections.Join(ctx.BlockHeight(), key.K2()), cursor)
}

// cancelDeal marks a deal, so that no more of its tasks are opened or drawn for, and closes it if it has unopened ones.
// When that fails the deal stays marked in the queue of openings, where it is tried again.
func (k Keeper) cancelDeal(ctx sdk.Context, deal []byte, looks *lookBudget) error {
	d, err := k.dealByKey(ctx, deal)
	if err != nil {
		return err
	}
	looks.left -= endingCost(d)
	d.Cancelled = true
	if err := k.Progress.Set(ctx, deal, d.Progress()); err != nil {
		return err
	}
	if waits, err := k.Positions.Has(ctx, deal); err != nil || !waits {
		return err // every task is open
	}
	// A failure leaves it in the queue of openings.
	_ = items.Do(ctx, "closing of deal", idText(deal), func(ctx sdk.Context) error { return k.closeDeal(ctx, deal) })
	return nil
}

// closeDeal ends the unopened tasks of a cancelled deal at once and refunds them; their volume comes back in its turn.
func (k Keeper) closeDeal(ctx context.Context, deal []byte) error {
	d, err := k.dealByKey(ctx, deal)
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
	if err := k.refundPayer(ctx, payerOfDeal(d), back); err != nil {
		return err
	}
	if err := k.dequeueOpening(ctx, deal); err != nil {
		return err
	}
	if err := k.setProgress(ctx, deal, d, was); err != nil {
		return err
	}
	if err := k.queueTaskReleases(ctx, deal, d, d.First+d.Opened, d.Unopened()); err != nil {
		return err
	}
	if err := k.queueDealRelease(ctx, deal); err != nil {
		return err
	}
	return emit(ctx, &types.EventRequest{Id: d.Request, Requester: d.Requester, What: "refunded", Deal: d.Id, Refunded: back})
}
