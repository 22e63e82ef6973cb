package keeper

import (
	"bytes"
	"context"
	"errors"
	gomath "math"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/market/types"
)

// A resting request is matched again in two ways. Both walk the book of requests after a cursor, which is the request
// that was matched last, and store the cursor before they match, so that a request that fails does not come again.
//
//   - A rematch: an order came under a topic, and the requests of that topic that could pay for it are matched again,
//     from the one that pays most. Topics with a rematch take turns, each for a part of the block's budget.
//   - The rescan: a few of all resting requests, whatever they lack. What a request lacked can come without an order:
//     workers that are free again, a list price that fell, terms of a pool that came into force.

// rematchParts is into how many parts a block's budget of rematches is cut: topics take turns.
const rematchParts = 4

// lack is what a request lacks that meets no order now and could meet one that comes: it may rest under that topic.
type lack struct {
	topic  string
	limit  uint64 // the most it can pay for one order of the topic
	reason error  // why what is there does not suit
}

// addRequestToBook puts what is left of a request on the book, or moves it there.
func (k Keeper) addRequestToBook(ctx sdk.Context, id []byte, l lack) error {
	r, err := k.requestByKey(ctx, id)
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
	} else if err := k.countResting(ctx, r.Requester, true); err != nil {
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

// removeRequestFromBook takes a request off the book.
func (k Keeper) removeRequestFromBook(ctx context.Context, id []byte, r *types.Request) error {
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

// startRematch lets the requests that rest under a topic be matched again, because an order of this price came under it.
// A rematch that is running ends first, so that orders which come all the time do not keep it at the requests that pay
// most; another follows it. Nothing is written when no request rests there that could pay the price.
func (k Keeper) startRematch(ctx context.Context, topic string, price uint64) error {
	first, found, err := k.firstResting(ctx, collections.NewPrefixedQuadRange[string, uint64, int64, []byte](topic))
	if err != nil || !found || gomath.MaxUint64-first.K2() < price {
		return err
	}
	w, found, err := records.Find(ctx, k.Rematches, topic)
	if err != nil {
		return err
	}
	switch {
	case !found:
		w = types.Rematch{Topic: topic, Price: price}
	case w.After == "":
		w.Price = min(price, w.Price)
	case w.Again:
		w.AgainPrice = min(price, w.AgainPrice)
	default:
		w.Again, w.AgainPrice = true, price
	}
	return k.Rematches.Set(ctx, topic, w)
}

// runRematches goes on with the rematches until the block's budget is spent. It says whether it matched any request. A
// block ends at most matches_per_block rematches that have nothing left to match.
func (m *matching) runRematches() (matched bool, err error) {
	part := max(1, int(m.params.MatchesPerBlock)/rematchParts)
	for ends := int(m.params.MatchesPerBlock); ends > 0 && m.left > 0 && m.canMatch(); {
		w, found, err := m.nextRematch(m.ctx)
		if err != nil || !found {
			return matched, err
		}
		if err := m.LastRematch.Set(m.ctx, w.Topic); err != nil {
			return matched, err
		}
		for n := 0; n < part && m.left > 0 && m.canMatch(); n++ {
			more, err := m.rematchOne(&w)
			if err != nil {
				return matched, err
			}
			if !more {
				if n == 0 {
					ends--
				}
				break
			}
			m.left--
			matched = true
		}
	}
	return matched, nil
}

// rematchOne matches the next request of a rematch, or ends the rematch when no request is left that could pay.
func (m *matching) rematchOne(w *types.Rematch) (more bool, err error) {
	id, r, found, err := m.nextToRematch(m.ctx, *w)
	if err != nil {
		return false, err
	}
	if !found || r.Limit < w.Price {
		if w.Again {
			return false, m.Rematches.Set(m.ctx, w.Topic, types.Rematch{Topic: w.Topic, Price: w.AgainPrice})
		}
		return false, m.Rematches.Remove(m.ctx, w.Topic)
	}
	w.After, w.AfterLimit, w.AfterHeight = r.Id, r.Limit, r.Height
	if err := m.Rematches.Set(m.ctx, w.Topic, *w); err != nil {
		return false, err
	}
	m.matchRequest(id)
	return true, nil
}

// nextRematch returns the rematch that is to go on: that of the topic after the one before, in their order.
func (k Keeper) nextRematch(ctx context.Context) (w types.Rematch, found bool, err error) {
	first, found, err := k.firstRematch(ctx, nil)
	if err != nil || !found {
		return first, false, err
	}
	last, err := k.LastRematch.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return first, true, nil
	} else if err != nil {
		return first, false, err
	}
	w, found, err = k.firstRematch(ctx, new(collections.Range[string]).StartExclusive(last))
	if err == nil && !found {
		w = first
	}
	return w, err == nil, err
}

func (k Keeper) firstRematch(ctx context.Context, rng collections.Ranger[string]) (w types.Rematch, found bool, err error) {
	it, err := k.Rematches.Iterate(ctx, rng)
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

// nextToRematch returns the request of a topic after the cursor of its rematch.
func (k Keeper) nextToRematch(ctx context.Context, w types.Rematch) (id []byte, r types.Request, found bool, err error) {
	rng := collections.NewPrefixedQuadRange[string, uint64, int64, []byte](w.Topic)
	if w.After != "" {
		if rng, err = afterCursor(w); err != nil {
			return nil, r, false, err
		}
	}
	key, found, err := k.firstResting(ctx, rng)
	if err != nil || !found || key.K1() != w.Topic {
		return nil, r, false, err
	}
	id = bytes.Clone(key.K4())
	r, err = k.requestByKey(ctx, id)
	return id, r, err == nil, err
}

// afterCursor is the range of the resting requests after a cursor, of its topic and of those after it.
func afterCursor(w types.Rematch) (collections.Ranger[requestBookKey], error) {
	after, err := types.ParseID(w.After)
	if err != nil {
		return nil, err
	}
	start := collections.Join4(w.Topic, gomath.MaxUint64-w.AfterLimit, w.AfterHeight, after[:])
	return new(collections.Range[requestBookKey]).StartExclusive(start), nil
}

// cursorAt is the cursor of a resting request.
func cursorAt(key requestBookKey) types.Rematch {
	return types.Rematch{Topic: key.K1(), After: idText(key.K4()), AfterLimit: gomath.MaxUint64 - key.K2(), AfterHeight: key.K3()}
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

// rescanPerBlock bounds the resting requests that the rescan matches in one block.
const rescanPerBlock = 4

// rescanResting matches a few resting requests again: the next ones of all topics, by the key of their book. It matches
// one in every block, whether or not the block's budget is spent, so that n resting requests are all matched within n
// blocks. Beyond that one it takes no more than what is left of the budget, nor more looks than one matching may need.
//
// While a rematch is running, rematching, the rescan skips the requests that it will reach, so that higher bids go first.
func (m *matching) rescanResting(rematching bool) error {
	if _, found, err := m.firstResting(m.ctx, nil); err != nil || !found {
		return err
	}
	began := m.looks.left
	for n := 0; n < rescanPerBlock; n++ {
		if n > 0 && (m.left <= 0 || !m.canMatch() || began-m.looks.left >= types.MaxLooks) {
			return nil
		}
		key, found, err := m.nextToRescan(n == 0)
		if err != nil || !found {
			return err
		}
		cursor, id := cursorAt(key), bytes.Clone(key.K4())
		if err := m.Rescan.Set(m.ctx, cursor); err != nil {
			return err
		}
		if rematching {
			w, running, err := records.Find(m.ctx, m.Rematches, cursor.Topic)
			if err != nil {
				return err
			}
			if running && cursor.AfterLimit >= w.Price {
				continue
			}
		}
		m.left--
		r, err := m.requestByKey(m.ctx, id)
		if err != nil {
			return err
		}
		if !r.Expired(m.ctx.BlockHeight()) { // expireDue has yet to reach it
			m.matchRequest(id)
		}
	}
	return nil
}

// nextToRescan returns the resting request after the rescan's cursor. Behind the last one the rescan begins again: at
// once when this is the first step of a block, otherwise in the next block, so that none is matched twice in one.
func (m *matching) nextToRescan(firstStep bool) (key requestBookKey, found bool, err error) {
	cursor, begun, err := records.FindItem(m.ctx, m.Rescan)
	if err != nil {
		return key, false, err
	}
	if begun {
		rng, err := afterCursor(cursor)
		if err != nil {
			return key, false, err
		}
		key, found, err = m.firstResting(m.ctx, rng)
		if err != nil || found {
			return key, found, err
		}
		if !firstStep {
			return key, false, m.Rescan.Remove(m.ctx)
		}
	}
	return m.firstResting(m.ctx, nil)
}
