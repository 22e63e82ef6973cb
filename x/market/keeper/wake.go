package keeper

import (
	"bytes"
	"context"
	"errors"
	gomath "math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// lack is the error of a request that meets no order now and could meet one that comes: it may rest under the topic of
// what it lacks.
type lack struct {
	topic string
	limit uint64 // the most it can pay for one order of the topic
	err   error
	again bool // it met some orders, and there were more than could be looked at
}

func (l *lack) Error() string { return l.err.Error() }
func (l *lack) Unwrap() error { return l.err }

// Cause is Unwrap to the SDK's errors, so that the code of what is lacked is this one's.
func (l *lack) Cause() error { return l.err }

// restRequest puts what is left of a request on the book, or moves it there.
func (k Keeper) restRequest(ctx sdk.Context, id []byte, l *lack) error {
	r, err := k.request(ctx, id)
	if err != nil {
		return err
	}
	was := r.Status
	if was == types.REQUEST_STATUS_RESTING {
		if r.Topic == l.topic && r.Limit == l.limit {
			return nil
		}
		if err := k.RequestBook.Remove(ctx, restingKey(r, id)); err != nil {
			return err
		}
	} else if err := k.count(ctx, r.Requester, true); err != nil {
		return err
	}
	r.Status, r.Topic, r.Limit = types.REQUEST_STATUS_RESTING, l.topic, l.limit
	if err := k.RequestBook.Set(ctx, restingKey(r, id)); err != nil {
		return err
	}
	if err := k.setRequest(ctx, id, r, was); err != nil {
		return err
	}
	return emit(ctx, &types.EventRequest{
		Id: r.Id, Requester: r.Requester, What: "resting", Reason: reason(l), Left: r.Left(), Topic: r.Topic, Limit: r.Limit,
	})
}

// unrestRequest takes a request off the book.
func (k Keeper) unrestRequest(ctx context.Context, id []byte, r *types.Request) error {
	if err := k.count(ctx, r.Requester, false); err != nil {
		return err
	}
	err := k.RequestBook.Remove(ctx, restingKey(*r, id))
	r.Topic, r.Limit = "", 0
	return err
}

func restingKey(r types.Request, id []byte) requestBookKey {
	return collections.Join4(r.Topic, gomath.MaxUint64-r.Limit, r.Height, id)
}

// wake lets the requests that wait under a topic be met again, from the one that pays most on, because an order of a
// price came on the book. A round under way ends first, so that orders which come all the time do not keep it at those who
// pay most; another is due then. Nothing is written when none waits that could pay it.
func (k Keeper) wake(ctx context.Context, topic string, price uint64) error {
	it, err := k.RequestBook.Iterate(ctx, collections.NewPrefixedQuadRange[string, uint64, int64, []byte](topic))
	if err != nil {
		return err
	}
	payable := it.Valid()
	if payable {
		var first requestBookKey
		first, err = it.Key()
		payable = gomath.MaxUint64-first.K2() >= price // who pays most
	}
	if err := errors.Join(err, it.Close()); err != nil || !payable {
		return err
	}
	w, found, err := find(ctx, k.Wakes, topic)
	if err != nil {
		return err
	}
	switch {
	case !found:
		w = types.Wake{Topic: topic, Price: price}
	case w.After == "":
		w.Price = min(price, w.Price)
	case w.Again:
		w.AgainPrice = min(price, w.AgainPrice)
	default:
		w.Again, w.AgainPrice = true, price
	}
	return k.Wakes.Set(ctx, topic, w)
}

// wakeDue meets woken requests again until the block's budget is spent. Each topic has its turn for a part of the budget,
// so that one into which orders come all the time does not hold up the others; the places reached are kept. Of
// wakes that only end, because those whom they were for have gone or been met, a block has as many.
func (k Keeper) wakeDue(ctx sdk.Context, params types.Params, budget *int, l *looks) error {
	part := max(1, int(params.MatchesPerBlock)/turns)
	for ends := int(params.MatchesPerBlock); ends > 0 && *budget > 0 && l.left >= types.MaxLooks; {
		w, found, err := k.nextWake(ctx)
		if err != nil || !found {
			return err
		}
		if err := k.WakeTurn.Set(ctx, w.Topic); err != nil {
			return err
		}
		for n := 0; n < part && *budget > 0 && l.left >= types.MaxLooks; n++ {
			more, err := k.wakeOne(ctx, params, &w, l)
			if err != nil {
				return err
			}
			if !more {
				if n == 0 {
					ends--
				}
				break
			}
			*budget--
		}
	}
	return nil
}

// wakeOne meets the next request of a wake again, or ends the wake when there is none that could pay.
func (k Keeper) wakeOne(ctx sdk.Context, params types.Params, w *types.Wake, l *looks) (more bool, err error) {
	id, r, found, err := k.nextWoken(ctx, *w)
	if err != nil {
		return false, err
	}
	if !found || r.Limit < w.Price {
		if w.Again {
			return false, k.Wakes.Set(ctx, w.Topic, types.Wake{Topic: w.Topic, Price: w.AgainPrice})
		}
		return false, k.Wakes.Remove(ctx, w.Topic)
	}
	w.After, w.AfterLimit, w.AfterHeight = r.Id, r.Limit, r.Height
	if err := k.Wakes.Set(ctx, w.Topic, *w); err != nil {
		return false, err
	}
	k.settleRequest(ctx, params, id, l)
	return true, nil
}

// nextWake returns the wake whose turn it is: the topic after the last one, in their order.
func (k Keeper) nextWake(ctx context.Context) (w types.Wake, found bool, err error) {
	first, found, err := k.firstWake(ctx, nil)
	if err != nil || !found {
		return first, false, err
	}
	last, err := k.WakeTurn.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return first, true, nil
	} else if err != nil {
		return first, false, err
	}
	w, found, err = k.firstWake(ctx, new(collections.Range[string]).StartExclusive(last))
	if err == nil && !found {
		w = first
	}
	return w, err == nil, err
}

func (k Keeper) firstWake(ctx context.Context, rng collections.Ranger[string]) (w types.Wake, found bool, err error) {
	it, err := k.Wakes.Iterate(ctx, rng)
	if err != nil {
		return w, false, err
	}
	defer it.Close()
	if !it.Valid() {
		return w, false, nil
	}
	w, err = it.Value()
	return w, err == nil, err
}

// nextWoken returns the request of a topic after the place that a wake has reached.
func (k Keeper) nextWoken(ctx context.Context, w types.Wake) (id []byte, r types.Request, found bool, err error) {
	rng := collections.NewPrefixedQuadRange[string, uint64, int64, []byte](w.Topic)
	if w.After != "" {
		if rng, err = afterPlace(w); err != nil {
			return nil, r, false, err
		}
	}
	key, found, err := k.firstResting(ctx, rng)
	if err != nil || !found || key.K1() != w.Topic {
		return nil, r, false, err
	}
	id = bytes.Clone(key.K4())
	r, err = k.request(ctx, id)
	return id, r, err == nil, err
}

// afterPlace is the range of the resting requests after the one looked at last, of its topic and those after it.
func afterPlace(w types.Wake) (collections.Ranger[requestBookKey], error) {
	after, err := types.ParseID(w.After)
	if err != nil {
		return nil, err
	}
	start := collections.Join4(w.Topic, gomath.MaxUint64-w.AfterLimit, w.AfterHeight, after[:])
	return new(collections.Range[requestBookKey]).StartExclusive(start), nil
}

func (k Keeper) firstResting(ctx context.Context, rng collections.Ranger[requestBookKey]) (key requestBookKey, found bool, err error) {
	it, err := k.RequestBook.Iterate(ctx, rng)
	if err != nil {
		return key, false, err
	}
	defer it.Close()
	if !it.Valid() {
		return key, false, nil
	}
	key, err = it.Key()
	return key, err == nil, err
}
