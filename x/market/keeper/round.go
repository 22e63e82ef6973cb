package keeper

import (
	"bytes"
	"errors"
	gomath "math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// roundPerBlock bounds the resting requests that the slow round meets again in one block.
const roundPerBlock = 4

// roundDue meets a few resting requests again, whatever they lack: the next ones of all topics, by the key of their book.
// What a request lacked can come without an order: workers that are free again, a list price that fell, terms of a pool
// that came into force. One is met in every block, be its budget spent or not, so that n that rest are all met within n
// blocks; beyond that one the round takes no more than is left of the budget, nor more looks than one matching may need.
//
// While wakes go on, woke, the round leaves to them whom they will meet: who pays more is met first there.
func (k Keeper) roundDue(ctx sdk.Context, params types.Params, budget *int, l *looks, woke bool) error {
	first, found, err := k.firstResting(ctx, nil)
	if err != nil || !found {
		return err
	}
	place, err := k.Round.Get(ctx)
	begun := err == nil
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	began := l.left
	for n := 0; n < roundPerBlock; n++ {
		if n > 0 && (*budget <= 0 || l.left < types.MaxLooks || began-l.left >= types.MaxLooks) {
			return nil
		}
		key := first
		if begun {
			rng, err := afterPlace(place)
			if err != nil {
				return err
			}
			if key, found, err = k.firstResting(ctx, rng); err != nil {
				return err
			}
			if !found {
				if n > 0 {
					return k.Round.Remove(ctx) // from the top in the next block: nobody is met twice in one
				}
				key = first
			}
		}
		id := bytes.Clone(key.K4())
		place = types.Wake{Topic: key.K1(), After: name(id), AfterLimit: gomath.MaxUint64 - key.K2(), AfterHeight: key.K3()}
		if err := k.Round.Set(ctx, place); err != nil {
			return err
		}
		begun = true
		if woke {
			w, waking, err := find(ctx, k.Wakes, place.Topic)
			if err != nil {
				return err
			}
			if waking && place.AfterLimit >= w.Price {
				continue
			}
		}
		*budget--
		r, err := k.request(ctx, id)
		if err != nil {
			return err
		}
		if !r.Expired(ctx.BlockHeight()) { // its end is due, as that of others before it
			k.settleRequest(ctx, params, id, l)
		}
	}
	return nil
}
