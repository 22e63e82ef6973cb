package keeper

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// attempt is the matching of one request: it makes deals of it until nothing is left of its bag, or it lacks an order.
type attempt struct {
	Keeper
	ctx    sdk.Context // its writes are kept or dropped together
	params types.Params
	looks  lookBudget  // what it may still look at
	stale  staleOrders // what it met that no longer stands
}

func (k Keeper) newAttempt(ctx sdk.Context, params types.Params) *attempt {
	return &attempt{Keeper: k, ctx: ctx, params: params, looks: lookBudget{left: types.MaxLooks}}
}

// fillResult is what came of filling a request.
type fillResult struct {
	lacks   *lack // what it lacks for the rest; nil when nothing is left of it
	dropped bool  // the request is all or nothing, and lacks something: the deals made so far must be dropped
	again   bool  // it met some orders, and there were more than one matching may look at
}

// fillRequest makes deals of a request until nothing is left of it, or it lacks an order.
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

// explainLack adds to the reason of a lack that not everything was looked at, where that is so.
func (t *attempt) explainLack(l *lack) *lack {
	if t.looks.short {
		l.reason = types.ErrNoOrder.Wrapf("more orders are on the book than the %d looks of one matching reach; of those: %s", types.MaxLooks, l.reason)
	}
	return l
}

// checkFillable says why a request on the book can not be filled now.
func (t *attempt) checkFillable(r types.Request) error {
	switch {
	case !r.HoldsBudget():
		return types.ErrEnded.Wrapf("request %s is %s", r.Id, r.Status)
	case r.Expired(t.ctx.BlockHeight()):
		return types.ErrExpired.Wrapf("request %s: it expired at height %d", r.Id, r.Expiry)
	}
	return t.checkFloor(t.ctx, types.ORDER_KIND_REQUEST, r.Requester, r.Nonce)
}

// makeDeal makes a deal of what was found for a request.
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
