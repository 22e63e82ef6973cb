package keeper

import (
	"context"
	gomath "math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// The book of requests. A request that lacks an order rests under that order's topic, with its limit: the most that it can pay for one
// order of the topic. Keys hold 2^64-1 - limit, so that the first request of a topic is the one that pays most.

// lack says which order a request lacks. The request may rest under the topic until such an order comes.
type lack struct {
	topic  string
	limit  uint64 // the most that the request can pay for one order of the topic
	reason error  // why the orders that are there do not suit
}

// addRequestToBook puts a request on the book with the rest of its bag, or moves it there to another topic or limit.
func (k Keeper) addRequestToBook(ctx sdk.Context, id []byte, l lack) error {
	r, err := k.requestByKey(ctx, id)
	if err != nil {
		return err
	}
	was := r.Status
	if was == types.REQUEST_STATUS_RESTING && r.Topic == l.topic && r.Limit == l.limit {
		return nil
	}
	if err := k.takePlace(ctx, id, r); err != nil {
		return err
	}
	r.Status, r.Topic, r.Limit = types.REQUEST_STATUS_RESTING, l.topic, l.limit
	if err := k.RequestBook.Set(ctx, restingKey(r, id)); err != nil {
		return err
	}
	if err := k.setRequest(ctx, id, r, was); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventRequest{
		Id: r.Id, Requester: r.Requester, What: "resting", Reason: stateReason(l.reason), Left: r.Left(), Topic: r.Topic, Limit: r.Limit,
	})
}

// takePlace takes one of the requester's MaxResting places on the book. A request that rests on it already leaves its old entry and
// keeps its place.
func (k Keeper) takePlace(ctx context.Context, id []byte, r types.Request) error {
	if r.Status == types.REQUEST_STATUS_RESTING {
		return k.RequestBook.Remove(ctx, restingKey(r, id))
	}
	return k.countResting(ctx, r.Requester, true)
}

// leaveBook takes a request off the book if it rests there.
func (k Keeper) leaveBook(ctx context.Context, id []byte, r *types.Request) error {
	if r.Status != types.REQUEST_STATUS_RESTING {
		return nil
	}
	if err := k.countResting(ctx, r.Requester, false); err != nil {
		return err
	}
	err := k.RequestBook.Remove(ctx, restingKey(*r, id))
	r.Topic, r.Limit = "", 0
	return err
}

func restingKey(r types.Request, id []byte) requestBookKey {
	return collections.Join4(r.Topic, gomath.MaxUint64-r.Limit, r.Height, id)
}

// limitIn returns the limit in the key of a resting request.
func limitIn(key requestBookKey) uint64 { return gomath.MaxUint64 - key.K2() }

// restingUnder is the range of the requests that rest under a topic.
func restingUnder(topic string) collections.Ranger[requestBookKey] {
	return collections.NewPrefixedQuadRange[string, uint64, int64, []byte](topic)
}

// restingAfter is the range of the resting requests after a cursor, under its topic and under all later topics.
func restingAfter(cursor types.Rematch) (collections.Ranger[requestBookKey], error) {
	after, err := types.ParseID(cursor.After)
	if err != nil {
		return nil, err
	}
	start := collections.Join4(cursor.Topic, gomath.MaxUint64-cursor.AfterLimit, cursor.AfterHeight, after[:])
	return new(collections.Range[requestBookKey]).StartExclusive(start), nil
}

// advanceTo moves a cursor to a resting request.
func advanceTo(cursor types.Rematch, key requestBookKey) types.Rematch {
	cursor.After, cursor.AfterLimit, cursor.AfterHeight = idText(key.K4()), limitIn(key), key.K3()
	return cursor
}
