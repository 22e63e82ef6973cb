package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// attempt is the matching of one request. It makes deals until no task of the bag is left, or until the request lacks an order.
type attempt struct {
	Keeper
	ctx    sdk.Context // all writes of the attempt go here, and are kept or dropped together
	params types.Params
	looks  lookBudget
	stale  staleOrders // orders that it met and that no longer stand
}

func (k Keeper) newAttempt(ctx sdk.Context, params types.Params) *attempt {
	return &attempt{Keeper: k, ctx: ctx, params: params, looks: lookBudget{left: types.MaxLooks}}
}

// fillResult is the result of fillRequest.
type fillResult struct {
	lacks   *lack // what the request lacks for the rest of its bag; nil when the whole bag is filled
	dropped bool  // the request must be filled whole, and lacks something: the deals made so far must be dropped
	again   bool  // the request met some orders, and the looks ran out before all were read
}

// fillRequest makes deals of a request until no task of it is left, or until it lacks an order.
func (t *attempt) fillRequest(id []byte) (fillResult, error) {
	r, err := t.requestByKey(t.ctx, id)
	if err != nil {
		return fillResult{}, err
	}
	if err := t.checkFillable(r); err != nil {
		return fillResult{}, err
	}
	s, err := t.newSearch(r)
	if err != nil {
		return fillResult{}, err
	}
	for before := r.Filled; r.Left() > 0; {
		best, lacks, err := s.findBest(r.Left())
		if err != nil {
			return fillResult{}, err
		}
		if lacks != nil {
			met := r.Filled > before
			return fillResult{lacks: t.explainLack(lacks), dropped: !r.Job.Partial, again: r.Job.Partial && met && t.looks.short}, nil
		}
		if err := s.makeDeal(id, &r, best); err != nil {
			return fillResult{}, err
		}
	}
	return fillResult{}, nil
}

// explainLack adds to the reason of a lack that the looks ran out, if they did.
func (t *attempt) explainLack(l *lack) *lack {
	if t.looks.short {
		l.reason = types.ErrNoOrder.Wrapf("more orders are on the book than the %d looks of one matching reach; of those: %s", types.MaxLooks, l.reason)
	}
	return l
}

// checkFillable refuses a request that cannot be filled from the book now: it has ended, is signed, has expired or is below the floor.
func (t *attempt) checkFillable(r types.Request) error {
	switch {
	case !r.HoldsBudget():
		return types.ErrEnded.Wrapf("request %s is %s", r.Id, r.Status)
	case r.Expired(t.ctx.BlockHeight()):
		return types.ErrExpired.Wrapf("request %s: it expired at height %d", r.Id, r.Expiry)
	}
	return t.checkFloor(t.ctx, types.ORDER_KIND_REQUEST, r.Requester, r.Nonce)
}

// makeDeal makes a deal of the agreement that was found for a request, and takes the looks that the deal costs.
func (s *search) makeDeal(id []byte, r *types.Request, found agreed) error {
	d, err := s.draftDeal(s.ctx, *r, found, "")
	if err != nil {
		return err
	}
	if d, err = s.concludeDeal(s.ctx, id, r, d); err != nil {
		return err
	}
	s.recordDeal(d)
	s.looks.left -= dealCost(d)
	return nil
}
