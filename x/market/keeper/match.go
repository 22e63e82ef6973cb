package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/market/types"
)

// pick is the ids of the orders that an agreement is made of; "" for a list price.
type pick struct {
	app      string
	datasets []string
	pool     types.OrderRecord
}

// dealLooks is how many looks a deal costs: what it writes down takes as long.
const dealLooks = 4

// fillRequest makes deals of a request until nothing is left of it, or it lacks an order. A request that takes no part
// of itself returns what it lacks as an error, so that nothing of it is filled.
func (k Keeper) fillRequest(ctx sdk.Context, params types.Params, id []byte, l *looks, stale *[]candidate) (*lack, error) {
	r, err := k.Requests.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := k.fillable(ctx, r); err != nil {
		return nil, err
	}
	before := r.Filled
	for r.Left() > 0 {
		a, p, err := k.best(ctx, params, r, l, stale)
		if short := (*lack)(nil); errors.As(err, &short) {
			if l.short {
				short.err = types.ErrNoOrder.Wrapf("more orders are on the book than the %d that one matching looks at; of those: %s", types.MaxLooks, short.err)
			}
			short.again = l.short && r.Filled > before && r.Job.Partial // a whole bag keeps nothing of what it met
			if r.Job.Partial {
				return short, nil
			}
			return nil, short
		} else if err != nil {
			return nil, err
		}
		if err := k.trade(ctx, id, &r, a, p, ""); err != nil {
			return nil, err
		}
		l.left -= dealLooks
	}
	return nil, nil
}

// fillable says why a request on the book can not be filled now.
func (k Keeper) fillable(ctx sdk.Context, r types.Request) error {
	switch {
	case r.Status != types.REQUEST_STATUS_QUEUED && r.Status != types.REQUEST_STATUS_RESTING:
		return types.ErrEnded.Wrapf("request %s is %s", r.Id, r.Status)
	case r.Expired(ctx.BlockHeight()):
		return types.ErrExpired.Wrapf("request %s: it expired at height %d", r.Id, r.Expiry)
	}
	return k.aboveFloor(ctx, types.ORDER_KIND_REQUEST, r.Requester, r.Nonce)
}

// best finds the cheapest agreement for what is left of a request: the app's cheapest order or list price, then the
// datasets', then the cheapest and of equal prices the oldest pool order that all of them allow. When an app order's
// restrictions leave no pool, the next one is tried. A *lack says what would have to come.
func (k Keeper) best(ctx context.Context, params types.Params, r types.Request, l *looks, stale *[]candidate) (types.Agreement, pick, error) {
	a, err := k.side(ctx, params, r.Requester, r.Job, r.Left(), r.Expiry)
	if err != nil {
		return a, pick{}, err
	}
	voucher, err := k.voucherFor(ctx, a)
	if err != nil {
		return a, pick{}, err
	}
	apps, err := k.appOffers(ctx, a, l, stale)
	if err != nil {
		return a, pick{}, err
	}
	var first error
	for _, app := range apps {
		try := a
		try.App.Order, try.App.Left, try.App.Owner = app.order, app.left, app.owner
		p := pick{app: app.id}
		if p.datasets, err = k.bestDatasets(ctx, &try, l, stale); err == nil {
			p.pool, err = k.bestPool(ctx, &try, voucher, l, stale)
		}
		if err == nil {
			return try, p, nil
		}
		if short := (*lack)(nil); !errors.As(err, &short) {
			return a, pick{}, err
		}
		if first == nil {
			first = err
		}
	}
	return a, pick{}, first
}

// offer is an app's or dataset's order with what is left of it; without id the list price.
type offer struct {
	id    string
	order *types.Order
	left  uint64
	owner types.Party
}

// sold returns what a candidate offers.
func (k Keeper) sold(ctx context.Context, c candidate) (offer, error) {
	owner, err := k.party(ctx, c.record.Order.Owner, c.record.Organisation)
	return offer{c.record.Id, &c.record.Order, c.record.Left(), owner}, err
}

// maxAppOrders bounds how many app orders one matching tries, the cheapest first.
const maxAppOrders = 8

// appOffers returns the app orders that the request's side allows, cheapest first, the list price among them.
func (k Keeper) appOffers(ctx context.Context, a types.Agreement, l *looks, stale *[]candidate) ([]offer, error) {
	var out []offer
	var closest error
	listed := !a.App.Version.ByOrder
	if listed {
		if closest = a.CheckApp(); closest == nil {
			out = append(out, offer{left: types.Unbounded, owner: a.App.Owner})
		}
	}
	topic := types.AppTopic(a.App.Version.Reference())
	err := k.walk(ctx, topic, l, stale, func(c candidate) (bool, error) {
		if listed && c.record.Order.Price() >= a.App.Version.Price {
			return true, nil // no cheaper than the list price, which has no restrictions
		}
		o, err := k.sold(ctx, c)
		if err != nil {
			return true, err
		}
		try := a
		try.App.Order, try.App.Left, try.App.Owner = o.order, o.left, o.owner
		if err := try.CheckApp(); err != nil {
			if closest == nil {
				closest = err
			}
			return false, nil
		}
		out = append(out, o)
		return len(out) >= maxAppOrders, nil
	})
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		if closest == nil {
			closest = types.ErrByOrder.Wrapf("app: %s has no list price, and no order on the book", a.App.Version.Reference())
		}
		return nil, &lack{topic: topic, limit: limitOf(a.Request.Job.MaxAppPrice, a.Request.Job.MaxPrice), err: closest}
	}
	if listed && out[0].id == "" && len(out) > 1 {
		out = append(out[1:], out[0]) // what is on the book is cheaper
	}
	return out, nil
}

func limitOf(part, whole uint64) uint64 {
	if part > 0 {
		return min(part, whole)
	}
	return whole
}

// bestDatasets gives each dataset its cheapest order, or its list price, and returns the orders' ids.
func (k Keeper) bestDatasets(ctx context.Context, a *types.Agreement, l *looks, stale *[]candidate) ([]string, error) {
	a.Datasets = append([]types.DatasetSide(nil), a.Datasets...) // the caller tries other apps with its own
	ids := make([]string, len(a.Datasets))
	for i := range a.Datasets {
		if isRead(*a, i) {
			continue
		}
		var best offer
		var closest error
		s, listed := &a.Datasets[i], a.Datasets[i]
		found := false
		if !s.Version.ByOrder {
			if closest = a.CheckDataset(i); closest == nil {
				best, found = offer{left: types.Unbounded, owner: listed.Owner}, true
			}
		}
		ref := s.Version.Reference()
		err := k.walk(ctx, types.DatasetTopic(ref), l, stale, func(c candidate) (bool, error) {
			if found && c.record.Order.Price() >= s.Version.Price {
				return true, nil
			}
			o, err := k.sold(ctx, c)
			if err != nil {
				return true, err
			}
			s.Order, s.Left, s.Owner = o.order, o.left, o.owner
			if err := a.CheckDataset(i); err != nil {
				if closest == nil {
					closest = err
				}
				*s = listed
				return false, nil
			}
			best, found = o, true
			return true, nil
		})
		if err != nil {
			return nil, err
		}
		if !found {
			if closest == nil {
				closest = types.ErrByOrder.Wrapf("datasets[%d]: %s has no list price, and no order on the book", i, ref)
			}
			job := a.Request.Job
			return nil, &lack{topic: types.DatasetTopic(ref), limit: limitOf(job.MaxDatasetPrice, job.MaxPrice), err: closest}
		}
		s.Order, s.Left, s.Owner, ids[i] = best.order, best.left, best.owner, best.id
	}
	if err := a.CheckAssets(); err != nil && len(a.Datasets) > 0 {
		topic := types.DatasetTopic(a.Datasets[0].Version.Reference())
		return nil, &lack{topic: topic, limit: limitOf(a.Request.Job.MaxDatasetPrice, a.Request.Job.MaxPrice), err: err}
	}
	return ids, nil
}

// bestPool finds the cheapest, then oldest, pool order that everything else allows and that the request can pay. When
// it can not pay the cheapest, it can pay none.
func (k Keeper) bestPool(ctx context.Context, a *types.Agreement, voucher *types.Voucher, l *looks, stale *[]candidate) (out types.OrderRecord, err error) {
	job := a.Request.Job
	topic := types.PoolTopic(a.App.Version.Runtime, job.Category)
	if job.Pool != "" {
		topic = types.OwnPoolTopic(job.Pool, job.Category)
	}
	datasets, err := a.DatasetPrice()
	if err != nil {
		return out, err
	}
	var closest error
	err = k.walk(ctx, topic, l, stale, func(c candidate) (done bool, err error) {
		side, err := k.poolSide(ctx, c.record)
		if err == nil {
			a.Pool = side
			err = a.CheckPool()
		}
		if errors.Is(err, types.ErrStale) {
			*stale = append(*stale, c)
			return false, nil
		}
		if err == nil && voucher != nil {
			err = voucher.AllowsPool(side.Pool.Id)
		}
		if err == nil {
			err = k.staffed(ctx, *a)
		}
		switch {
		case err == nil:
			out = c.record
			return true, nil
		case errors.Is(err, types.ErrUnaffordable), errors.Is(err, types.ErrPoolPrice):
			closest = err
			return true, nil // those that follow are dearer
		}
		if closest == nil {
			closest = err
		}
		return false, nil
	})
	if err != nil {
		return out, err
	}
	if out.Id == "" {
		if closest == nil {
			closest = types.ErrNoOrder.Wrapf("the book has no orders under %s", topic)
		}
		return out, &lack{topic: topic, limit: job.PoolLimit(a.AppPrice(), datasets), err: closest}
	}
	return out, nil
}

// staffed refuses a pool with too few organisations that could be drawn now for the request's policy, so that an empty
// pool with the lowest price attracts nobody.
func (k Keeper) staffed(ctx context.Context, a types.Agreement) error {
	if a.Request.Job.Policy == poco.PolicyCourt {
		return nil
	}
	n, err := k.workers.EligibleOrgs(ctx, a.Pool.Pool.Id)
	if err != nil {
		return err
	}
	if need := a.Request.Job.Need(); n < need {
		return types.ErrTooFew.Wrapf("pool: %s has %d organisations that could be drawn now, expected at least %d", a.Pool.Pool.Id, n, need)
	}
	return nil
}
