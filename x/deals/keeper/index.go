package keeper

import (
	"context"
	"math"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/deals/types"
)

// indexDeal moves a deal in the index by party and state. was is its state before, unspecified for a new deal.
func (k Keeper) indexDeal(ctx context.Context, id []byte, d types.Deal, was types.DealState) error {
	for _, party := range d.Parties() {
		key, err := types.PartyKey(k.addresses, party)
		if err != nil {
			return err
		}
		if was != types.DEAL_STATE_UNSPECIFIED {
			if err := k.DealsBy.Remove(ctx, collections.Join4(key, uint64(was), d.Height, id)); err != nil {
				return err
			}
		}
		if err := k.DealsBy.Set(ctx, collections.Join4(key, uint64(d.State()), d.Height, id)); err != nil {
			return err
		}
	}
	return nil
}

// unindexDeal removes a deal from the index, and returns the number of its parties.
func (k Keeper) unindexDeal(ctx context.Context, id []byte, d types.Deal) (int, error) {
	parties := d.Parties()
	for _, party := range parties {
		key, err := types.PartyKey(k.addresses, party)
		if err != nil {
			return 0, err
		}
		if err := k.DealsBy.Remove(ctx, collections.Join4(key, uint64(d.State()), d.Height, id)); err != nil {
			return 0, err
		}
	}
	return len(parties), nil
}

// HasWhole says whether a party has a whole deal, which is one that has not been pruned.
func (k Keeper) HasWhole(ctx context.Context, party string) (bool, error) {
	key, err := types.PartyKey(k.addresses, party)
	if err != nil {
		return false, err
	}
	_, found, err := records.FirstKey(ctx, k.DealsBy, collections.NewPrefixedQuadRange[[]byte, uint64, int64, []byte](key))
	return found, err
}

const running = uint64(types.DEAL_STATE_RUNNING)

// HasRunning says whether any deal of a request has tasks that have not ended.
func (k Keeper) HasRunning(ctx context.Context, request string) (bool, error) {
	party, err := types.PartyKey(k.addresses, types.PartyRequest+request)
	if err != nil {
		return false, err
	}
	_, found, err := records.FirstKey(ctx, k.DealsBy, collections.NewSuperPrefixedQuadRange[[]byte, uint64, int64, []byte](party, running))
	return found, err
}

// RunningAfter returns up to limit running deals of a request after a place, in the order in which they were made. The zero Place is
// before the first.
func (k Keeper) RunningAfter(ctx context.Context, request string, after types.Place, limit int) (places []types.Place, err error) {
	party, err := types.PartyKey(k.addresses, types.PartyRequest+request)
	if err != nil {
		return nil, err
	}
	rng := new(collections.Range[indexKey]).
		StartExclusive(collections.Join4(party, running, after.Height, after.ID)).
		EndExclusive(collections.Join4(party, running, int64(math.MaxInt64), []byte{}))
	err = k.DealsBy.Walk(ctx, rng, func(key indexKey) (bool, error) {
		places = append(places, types.Place{Height: key.K3(), ID: key.K4()})
		return len(places) >= limit, nil
	})
	return places, err
}

// WalkDeals visits all deals with their progress, in the order of their ids.
func (k Keeper) WalkDeals(ctx context.Context, visit func(types.Deal) error) error {
	return k.Deals.Walk(ctx, nil, func(id []byte, d types.Deal) (bool, error) {
		p, err := k.Progress.Get(ctx, id)
		if err != nil {
			return true, err
		}
		return false, visit(d.With(p))
	})
}
