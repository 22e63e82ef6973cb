package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
)

// cancelParts is the number of parts into which a block's budget of cancelled deals is divided. A request uses one part and then goes
// to the end of the queue, so that a request with a few deals does not wait for one with thousands.
const cancelParts = 10

// fromTheFirst is the cursor of a request none of whose deals is cancelled yet.
func fromTheFirst() queueKey { return collections.Join(int64(0), []byte{}) }

// cancelDueDeals cancels the deals of requests that were taken back. It serves the requests one after the other, until the block's
// budget or its part of the looks is spent, or no deal is left.
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
			n, err := m.cancelDealsOf(key, min(part, budget), &mine)
			if err != nil {
				return err
			}
			budget -= max(1, n)
		}
	}
	m.looks.left -= before - mine.left
	return nil
}

// nextCancelled returns up to limit requests from the front of the queue of those whose deals are to be cancelled.
func (k Keeper) nextCancelled(ctx context.Context, limit int) (due []queueKey, err error) {
	err = k.Cancels.Walk(ctx, nil, func(key queueKey, _ queueKey) (bool, error) {
		due = append(due, key)
		return len(due) >= limit, nil
	})
	return due, err
}

// cancelDealsOf cancels up to limit running deals of a request, after the one that was cancelled last, and returns how many. The
// request then goes to the end of the queue, or leaves it when none of its deals is running.
func (m *matching) cancelDealsOf(key queueKey, limit int, looks *lookBudget) (n int, err error) {
	cursor, err := m.Cancels.Get(m.ctx, key)
	if err != nil {
		return 0, err
	}
	after := dealstypes.Place{Height: cursor.K1(), ID: cursor.K2()}
	deals, err := m.deals.RunningAfter(m.ctx, idText(key.K2()), after, limit)
	if err != nil {
		return 0, err
	}
	for ; n < len(deals) && looks.left > 0; n++ {
		after = deals[n]
		m.cancelDeal(after.ID, looks)
	}
	if err := m.Cancels.Remove(m.ctx, key); err != nil {
		return n, err
	}
	if n < limit && n == len(deals) {
		return n, nil
	}
	return n, m.Cancels.Set(m.ctx, collections.Join(m.ctx.BlockHeight(), key.K2()), collections.Join(after.Height, after.ID))
}

// cancelDeal cancels one deal, and takes the looks that its end costs.
func (m *matching) cancelDeal(id []byte, looks *lookBudget) {
	_ = items.Do(m.ctx, "cancelling of deal", idText(id), func(ctx sdk.Context) error {
		d, err := m.deals.CancelDeal(ctx, id)
		if err == nil {
			looks.left -= endingCost(d)
		}
		return err
	})
}
