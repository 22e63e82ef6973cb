package keeper

import (
	"context"
	"errors"
	"slices"

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

// fillRequest makes deals of a request until nothing is left of it, or it lacks an order. A request that takes no part
// of itself returns what it lacks as an error, so that nothing of it is filled.
func (k Keeper) fillRequest(ctx sdk.Context, params types.Params, id []byte, l *looks, stale *[]candidate) (*lack, error) {
	r, err := k.request(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := k.fillable(ctx, r); err != nil {
		return nil, err
	}
	before := r.Filled
	s, err := k.seek(ctx, params, r, l, stale)
	if err != nil {
		return nil, err
	}
	for r.Left() > 0 {
		a, p, err := s.best(ctx, r.Left())
		if short := (*lack)(nil); errors.As(err, &short) {
			if l.short {
				short.err = types.ErrNoOrder.Wrapf("more orders are on the book than the %d looks of one matching reach; of those: %s", types.MaxLooks, short.err)
			}
			short.again = l.short && r.Filled > before && r.Job.Partial // a whole bag keeps nothing of what it met
			if r.Job.Partial {
				return short, nil
			}
			return nil, short
		} else if err != nil {
			return nil, err
		}
		d, err := k.draft(ctx, r, a, p, "")
		if err != nil {
			return nil, err
		}
		if err := k.conclude(ctx, id, &r, d); err != nil {
			return nil, err
		}
		s.made(d)
		l.left -= dealCost(d)
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

// search is the matching of one request: what its deals have in common.
type search struct {
	Keeper
	looks   *looks
	stale   *[]candidate
	a       types.Agreement // without orders
	voucher *types.Voucher
	chosen  []offer // of each dataset, as far as they are chosen: empty where there is no seller yet
}

// seek begins the matching of a request. Resolving its datasets takes a look for each.
func (k Keeper) seek(ctx context.Context, params types.Params, r types.Request, l *looks, stale *[]candidate) (s *search, err error) {
	s = &search{Keeper: k, looks: l, stale: stale, chosen: make([]offer, len(r.Job.Datasets))}
	l.left -= len(r.Job.Datasets)
	if s.a, err = k.side(ctx, params, r.Requester, r.Job, r.Left(), r.Expiry); err != nil {
		return nil, err
	}
	s.voucher, err = k.voucherFor(ctx, s.a)
	return s, err
}

// best is the search of a request's first deal.
func (k Keeper) best(ctx context.Context, params types.Params, r types.Request, l *looks, stale *[]candidate) (types.Agreement, pick, error) {
	s, err := k.seek(ctx, params, r, l, stale)
	if err != nil {
		return types.Agreement{}, pick{}, err
	}
	return s.best(ctx, r.Left())
}

// made tells the search of a deal. An order of a dataset that it used up is chosen no more; of a split bag, what a deal
// has read is not chosen any more anyway.
func (s *search) made(d types.Deal) {
	for i := range s.chosen {
		if o := &s.chosen[i]; o.id != "" && d.DatasetsPerTask == 0 {
			o.left -= min(o.left, d.Size_)
		}
	}
}

// best finds the cheapest agreement for what is left of a request: the app's cheapest order or list price, then the
// datasets', then the cheapest and of equal prices the oldest pool order that all of them allow. When an app order's
// restrictions leave no pool, the next one is tried. A *lack says what would have to come.
func (s *search) best(ctx context.Context, left uint64) (types.Agreement, pick, error) {
	s.a.Request.Left = left
	forgetRead(&s.a)
	a, l, stale := s.a, s.looks, s.stale
	apps, err := s.appOffers(ctx, a, l, stale)
	if err != nil {
		return a, pick{}, err
	}
	var first error
	for _, app := range apps {
		try := a
		try.App.Order, try.App.Left, try.App.Owner = app.order, app.left, app.owner
		p := pick{app: app.id}
		if p.datasets, err = s.bestDatasets(ctx, &try); err == nil {
			p.pool, err = s.bestPool(ctx, &try, s.voucher, l, stale)
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

// offer is an app's or dataset's order with what is left of it; without id the list price. With nothing left it is none.
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
		if len(out) > 0 && out[0].id == "" && c.record.Order.Price() >= a.App.Version.Price {
			return true, nil // no cheaper than the list price, which suits and has no restrictions
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

// bestDatasets gives each dataset its cheapest order, or its list price, and returns the orders' ids. What was chosen for
// one app's order stays for the next, and for the next deal, unless they do not go together: then all are chosen anew.
func (s *search) bestDatasets(ctx context.Context, a *types.Agreement) (ids []string, err error) {
	if len(a.Datasets) == 0 {
		return nil, nil // what is there to judge, CheckApp did
	}
	for again := false; ; again = true {
		kept := false
		ids = make([]string, len(a.Datasets))
		a.Datasets = slices.Clone(s.a.Datasets) // the next app is tried with the search's own
		for i := range a.Datasets {
			if isRead(*a, i) {
				continue
			}
			if s.chosen[i].left > 0 {
				kept = true
			} else if s.chosen[i], err = s.bestDataset(ctx, *a, i); err != nil {
				return nil, err
			}
			o := s.chosen[i]
			a.Datasets[i].Order, a.Datasets[i].Left, a.Datasets[i].Owner, ids[i] = o.order, o.left, o.owner, o.id
		}
		s.looks.left -= len(a.Datasets) / datasetsPerLook
		if err = a.CheckAssets(); err == nil {
			return ids, nil
		}
		if again || !kept || s.looks.left <= 0 {
			return nil, s.lacksDataset(0, err)
		}
		clear(s.chosen)
	}
}

// lacksDataset says that an order of a dataset would have to come.
func (s *search) lacksDataset(i int, err error) *lack {
	job := s.a.Request.Job
	return &lack{
		topic: types.DatasetTopic(s.a.Datasets[i].Version.Reference()), limit: limitOf(job.MaxDatasetPrice, job.MaxPrice), err: err,
	}
}

// bestDataset finds the cheapest order of one dataset, or its list price. It takes a look, and one for each order.
func (s *search) bestDataset(ctx context.Context, a types.Agreement, i int) (best offer, err error) {
	side := &a.Datasets[i]
	ref, listed := side.Version.Reference(), *side
	defer func() { *side = listed }()
	var closest error
	if !s.looks.take() {
		return best, s.lacksDataset(i, types.ErrNoOrder.Wrapf("datasets[%d]: %s was not looked at", i, ref))
	}
	if !side.Version.ByOrder {
		if closest = a.CheckDataset(i); closest == nil {
			best = offer{left: types.Unbounded, owner: listed.Owner}
		}
	}
	err = s.walk(ctx, types.DatasetTopic(ref), s.looks, s.stale, func(c candidate) (bool, error) {
		if best.left > 0 && c.record.Order.Price() >= listed.Version.Price {
			return true, nil
		}
		o, err := s.sold(ctx, c)
		if err != nil {
			return true, err
		}
		side.Order, side.Left, side.Owner = o.order, o.left, o.owner
		if err := a.CheckDataset(i); err != nil {
			if closest == nil {
				closest = err
			}
			return false, nil
		}
		best = o
		return true, nil
	})
	if err != nil || best.left > 0 {
		return best, err
	}
	if closest == nil {
		closest = types.ErrByOrder.Wrapf("datasets[%d]: %s has no list price, and no order on the book", i, ref)
	}
	return best, s.lacksDataset(i, closest)
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

// staffed refuses a pool with too few organisations for the request's policy, so that an empty pool with the lowest price
// attracts nobody. Whether they are free now is not asked: workers that are busy soon are not, and tasks wait for them.
func (k Keeper) staffed(ctx context.Context, a types.Agreement) error {
	if a.Request.Job.Policy == poco.PolicyCourt {
		return nil
	}
	n, err := k.workers.Registered(ctx, a.Pool.Pool.Id)
	if err != nil {
		return err
	}
	if need := a.Request.Job.Need(); n < need {
		return types.ErrTooFew.Wrapf("pool: %s has workers of %d organisations, expected at least %d", a.Pool.Pool.Id, n, need)
	}
	return nil
}
