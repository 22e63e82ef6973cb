package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/x/market/types"
)

// A resting request is matched again in two ways. Both walk the book of requests (resting.go) from a cursor, the request that was
// matched last. They store the new cursor before they match, so that a request that fails is not matched again and again.
//
//   - A rematch: an order came under a topic. The requests of that topic that could pay for it are matched again, from the one that
//     pays most. Topics with a rematch alternate, each with a part of the block's budget.
//   - The rescan: each block matches a few of all resting requests again, under any topic. A request may find what it lacked although
//     no order came: workers joined a pool, a list price fell, or new terms of a pool came into force.

// rematchParts is the number of parts into which a block's budget of rematches is divided. Topics alternate from part to part.
const rematchParts = 4

// startRematch starts a rematch of the requests that rest under a topic, because an order of this price came there. It writes nothing
// when none of these requests could pay the price.
func (k Keeper) startRematch(ctx context.Context, topic string, price uint64) error {
	first, found, err := records.FirstKey(ctx, k.RequestBook, restingUnder(topic))
	if err != nil || !found || limitIn(first) < price {
		return err
	}
	w, found, err := records.Find(ctx, k.Rematches, topic)
	if err != nil {
		return err
	}
	if !found {
		w = types.Rematch{Topic: topic, Price: price}
	}
	return k.Rematches.Set(ctx, topic, w.WithOrder(price))
}

// runRematches continues the rematches until the block's budget is spent. In one block, at most matches_per_block rematches end
// without a match.
func (m *matching) runRematches() error {
	for ends := int(m.params.MatchesPerBlock); ends > 0 && m.canRematch(); {
		w, found, err := m.takeNextRematch()
		if err != nil || !found {
			return err
		}
		matched, err := m.continueRematch(w)
		if err != nil {
			return err
		}
		if matched == 0 {
			ends--
		}
		m.rematched = m.rematched || matched > 0
	}
	return nil
}

// takeNextRematch returns the rematch to continue: that of the topic which follows the last one in the order of topics, or of the first
// topic after the last of all.
func (m *matching) takeNextRematch() (w types.Rematch, found bool, err error) {
	first, found, err := records.First(m.ctx, m.Rematches, nil)
	if err != nil || !found {
		return w, false, err
	}
	last, _, err := records.FindItem(m.ctx, m.LastRematch) // "" when there was none yet
	if err != nil {
		return w, false, err
	}
	next, found, err := records.First(m.ctx, m.Rematches, new(collections.Range[string]).StartExclusive(last))
	if err != nil {
		return w, false, err
	}
	if !found {
		next = first
	}
	return next.Value, true, m.LastRematch.Set(m.ctx, next.Key)
}

// continueRematch matches the next requests of a rematch, for at most one part of the block's budget, and returns how many. It ends the
// rematch when no request is left that could pay.
func (m *matching) continueRematch(w types.Rematch) (matched int, err error) {
	part := max(1, int(m.params.MatchesPerBlock)/rematchParts)
	for matched < part && m.canRematch() {
		key, found, err := m.nextToRematch(w)
		if err != nil {
			return matched, err
		}
		if !found {
			return matched, m.endRematch(w)
		}
		w = advanceTo(w, key)
		if err := m.Rematches.Set(m.ctx, w.Topic, w); err != nil {
			return matched, err
		}
		m.matchRequest(bytes.Clone(key.K4()))
		m.left--
		matched++
	}
	return matched, nil
}

// endRematch ends a rematch that has no request left, and starts the next one of its topic if an order came meanwhile.
func (m *matching) endRematch(w types.Rematch) error {
	if next, follows := w.Following(); follows {
		return m.Rematches.Set(m.ctx, w.Topic, next)
	}
	return m.Rematches.Remove(m.ctx, w.Topic)
}

// nextToRematch returns the request after the cursor of a rematch. It is found only if it rests under the same topic and could pay.
func (m *matching) nextToRematch(w types.Rematch) (key requestBookKey, found bool, err error) {
	rng := restingUnder(w.Topic)
	if w.After != "" {
		if rng, err = restingAfter(w); err != nil {
			return key, false, err
		}
	}
	key, found, err = records.FirstKey(m.ctx, m.RequestBook, rng)
	return key, found && key.K1() == w.Topic && limitIn(key) >= w.Price, err
}

// rescanPerBlock bounds the resting requests that the rescan matches in one block.
const rescanPerBlock = 4

// rescanResting matches a few resting requests again, the next ones by the keys of the book of requests, across all topics. It takes
// the first one even when the block's budget is spent, so that it comes to each of n resting requests within n blocks. It takes
// further ones only from what is left of the budget, and together no more looks than one matching may need. It skips a request that
// a running rematch will reach.
func (m *matching) rescanResting() error {
	if _, found, err := records.FirstKey(m.ctx, m.RequestBook, nil); err != nil || !found {
		return err
	}
	began := m.looks.left
	more, err := m.rescanNext(true)
	for n := 1; more && n < rescanPerBlock && m.canRematch() && began-m.looks.left < types.MaxLooks; n++ {
		more, err = m.rescanNext(false)
	}
	return err
}

// rescanNext matches the request after the rescan's cursor again, and says whether there was one.
func (m *matching) rescanNext(firstStep bool) (more bool, err error) {
	key, found, err := m.nextToRescan(firstStep)
	if err != nil || !found {
		return false, err
	}
	cursor, id := advanceTo(types.Rematch{Topic: key.K1()}, key), bytes.Clone(key.K4())
	if err := m.Rescan.Set(m.ctx, cursor); err != nil {
		return false, err
	}
	if coming, err := m.rematchIsComing(key); err != nil || coming {
		return err == nil, err
	}
	m.left--
	r, err := m.requestByKey(m.ctx, id)
	if err != nil {
		return false, err
	}
	if !r.Expired(m.ctx.BlockHeight()) { // expireDue ends a request that has expired
		m.matchRequest(id)
	}
	return true, nil
}

// nextToRescan returns the resting request after the rescan's cursor. After the last request the rescan starts from the beginning: at
// once in the first step of a block, otherwise in the next block, so that no request is matched twice in one block.
func (m *matching) nextToRescan(firstStep bool) (key requestBookKey, found bool, err error) {
	cursor, begun, err := records.FindItem(m.ctx, m.Rescan)
	if err != nil {
		return key, false, err
	}
	if begun {
		rng, err := restingAfter(cursor)
		if err != nil {
			return key, false, err
		}
		key, found, err = records.FirstKey(m.ctx, m.RequestBook, rng)
		if err != nil || found {
			return key, found, err
		}
		if !firstStep {
			return key, false, m.Rescan.Remove(m.ctx)
		}
	}
	return records.FirstKey(m.ctx, m.RequestBook, nil)
}

// rematchIsComing says whether a running rematch will reach a resting request. The rescan then skips the request, so that higher bids
// go first. It is false when no rematch matched a request in this block: rematches may be starved, and the rescan skips nothing.
func (m *matching) rematchIsComing(key requestBookKey) (bool, error) {
	if !m.rematched {
		return false, nil
	}
	w, running, err := records.Find(m.ctx, m.Rematches, key.K1())
	return running && limitIn(key) >= w.Price, err
}
