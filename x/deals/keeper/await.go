package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/deals/types"
)

// Requests that wait for the results of others (docs/adr/0087-the-chain-releases-what-waits.md). The market keeps who waits for whom. A
// deal that fills a request for which others wait is marked, and tells the market when it ends. No other deal costs anything for it.

// AwaitDeals marks the running deals of a request, so that the market is told of their ends. It returns the number of its deals that are
// whole, and how many tasks of those that have ended have a result. ErrAwaited when it has more than types.MaxAwaitedDeals.
func (k Keeper) AwaitDeals(ctx context.Context, request string) (deals int, results uint64, err error) {
	party, err := types.PartyKey(k.addresses, types.PartyRequest+request)
	if err != nil {
		return 0, 0, err
	}
	var marked [][]byte
	err = k.DealsBy.Walk(ctx, collections.NewPrefixedQuadRange[[]byte, uint64, int64, []byte](party), func(key indexKey) (bool, error) {
		if deals++; deals > types.MaxAwaitedDeals {
			return true, types.ErrAwaited.Wrapf("request %s has more than %d deals, and no other request can wait for it", request, types.MaxAwaitedDeals)
		}
		if key.K2() == running {
			marked = append(marked, key.K4())
			return false, nil
		}
		p, err := k.Progress.Get(ctx, key.K4())
		results += p.Accepted - p.Failed
		return false, err
	})
	if err != nil {
		return deals, results, err
	}
	for _, id := range marked {
		p, err := k.Progress.Get(ctx, id)
		if err != nil {
			return deals, results, err
		}
		p.Awaited = true
		if err := k.Progress.Set(ctx, id, p); err != nil {
			return deals, results, err
		}
	}
	return deals, results, nil
}

// ResultOf returns the digest of the accepted result of a request of one task, and found as false when there is none. An answer that was
// overturned since it was accepted counts as what the court made of it.
func (k Keeper) ResultOf(ctx context.Context, request string) (digest string, found bool, err error) {
	id, err := ids.Parse(request)
	if err != nil || k.hooks.tasks == nil {
		return "", false, err
	}
	return k.hooks.tasks.Result(ctx, ids.Format(poco.OnlyTask(id)))
}

// OnchainOf returns what lives on chain of the accepted answer of a request of one task, and found as false when nothing does.
func (k Keeper) OnchainOf(ctx context.Context, request string) (data []byte, found bool, err error) {
	id, err := ids.Parse(request)
	if err != nil || k.hooks.tasks == nil {
		return nil, false, err
	}
	return k.hooks.tasks.OnchainOf(ctx, ids.Format(poco.OnlyTask(id)))
}
