package keeper

import (
	"context"
	"errors"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// agreed is an agreement with the ids of the orders that it is made of; "" stands for a list price.
type agreed struct {
	types.Agreement
	appOrder      string
	datasetOrders []string
	poolOrder     types.OrderRecord
}

// fillResult is what came of filling a request.
type fillResult struct {
	lacks   *lack // what it lacks for the rest; nil when nothing is left of it
	dropped bool  // it takes no part of itself: the deals made so far must be dropped
	again   bool  // it met some orders, and there were more than one matching may look at
}

// fillRequest makes deals of a request until nothing is left of it, or it lacks an order.
func (k Keeper) fillRequest(ctx sdk.Context, params types.Params, id []byte, looks *lookBudget, stale *staleOrders) (fillResult, error) {
	r, err := k.requestByKey(ctx, id)
	if err != nil {
		return fillResult{}, err
	}
	if err := k.checkFillable(ctx, r); err != nil {
		return fillResult{}, err
	}
	before := r.Filled
	s, err := k.newSearch(ctx, params, r, looks, stale)
	if err != nil {
		return fillResult{}, err
	}
	for r.Left() > 0 {
		best, lacks, err := s.findBest(ctx, r.Left())
		if err != nil {
			return fillResult{}, err
		}
		if lacks != nil {
			if looks.short {
				lacks.reason = types.ErrNoOrder.Wrapf("more orders are on the book than the %d looks of one matching reach; of those: %s", types.MaxLooks, lacks.reason)
			}
			return fillResult{lacks: lacks, dropped: !r.Job.Partial, again: r.Job.Partial && looks.short && r.Filled > before}, nil
		}
		d, err := k.draftDeal(ctx, r, best, "")
		if err != nil {
			return fillResult{}, err
		}
		if d, err = k.concludeDeal(ctx, id, &r, d); err != nil {
			return fillResult{}, err
		}
		s.recordDeal(d)
		looks.left -= dealCost(d)
	}
	return fillResult{}, nil
}

// checkFillable says why a request on the book can not be filled now.
func (k Keeper) checkFillable(ctx sdk.Context, r types.Request) error {
	switch {
	case r.Status != types.REQUEST_STATUS_QUEUED && r.Status != types.REQUEST_STATUS_RESTING:
		return types.ErrEnded.Wrapf("request %s is %s", r.Id, r.Status)
	case r.Expired(ctx.BlockHeight()):
		return types.ErrExpired.Wrapf("request %s: it expired at height %d", r.Id, r.Expiry)
	}
	return k.checkFloor(ctx, types.ORDER_KIND_REQUEST, r.Requester, r.Nonce)
}

// search looks for the orders of one request: it holds what the request's deals have in common.
type search struct {
	Keeper
	looks     *lookBudget
	stale     *staleOrders
	agreement types.Agreement // without orders
	voucher   *voucherstypes.Voucher
	chosen    []offer // of each dataset, as far as they are chosen: empty where there is no seller yet
}

// newSearch begins the search for a request. Resolving its datasets takes a look for each.
func (k Keeper) newSearch(ctx context.Context, params types.Params, r types.Request, looks *lookBudget, stale *staleOrders) (*search, error) {
	s := &search{Keeper: k, looks: looks, stale: stale, chosen: make([]offer, len(r.Job.Datasets))}
	looks.left -= len(r.Job.Datasets)
	var err error
	if s.agreement, err = k.beginAgreement(ctx, params, r.Requester, r.Job, r.Left(), r.Expiry); err != nil {
		return nil, err
	}
	s.voucher, err = k.voucherFor(ctx, s.agreement)
	return s, err
}

// recordDeal tells the search of a deal. An order of a dataset that it used up is chosen no more; of a split bag, what a
// deal has read is not chosen any more anyway.
func (s *search) recordDeal(d dealstypes.Deal) {
	for i := range s.chosen {
		if o := &s.chosen[i]; o.id != "" && d.DatasetsPerTask == 0 {
			o.left -= min(o.left, d.Size_)
		}
	}
}

// findBest finds the cheapest agreement for what is left of a request: the app's cheapest order or list price, then the
// datasets', then the cheapest and of equal prices the oldest pool order that all of them allow. When an app order's
// restrictions leave no pool, the next app order is tried. Without an agreement it says what the request lacks.
func (s *search) findBest(ctx context.Context, left uint64) (agreed, *lack, error) {
	s.agreement.Request.Left = left
	forgetRead(&s.agreement)
	apps, lacks, err := s.findApps(ctx)
	if err != nil || lacks != nil {
		return agreed{}, lacks, err
	}
	var first *lack
	for _, app := range apps {
		try := agreed{Agreement: s.agreement, appOrder: app.id}
		try.App.Order, try.App.Left, try.App.Owner = app.order, app.left, app.owner
		lacks, err := s.chooseDatasets(ctx, &try)
		if err == nil && lacks == nil {
			lacks, err = s.choosePool(ctx, &try)
		}
		if err != nil {
			return agreed{}, nil, err
		}
		if lacks == nil {
			return try, nil, nil
		}
		if first == nil {
			first = lacks
		}
	}
	return agreed{}, first, nil
}

// offer is an app's or dataset's order with what is left of it; without id the list price. With nothing left it is none.
type offer struct {
	id    string
	order *types.Order
	left  uint64
	owner types.Party
}

// offerOf returns what a candidate offers.
func (k Keeper) offerOf(ctx context.Context, c candidate) (offer, error) {
	owner, err := k.partyOf(ctx, c.record.Order.Owner, c.record.Organisation)
	return offer{c.record.Id, &c.record.Order, c.record.Left(), owner}, err
}

// maxAppOrders bounds how many app orders one matching tries, the cheapest first.
const maxAppOrders = 8

// findApps returns the app orders that the request's side allows, cheapest first, the list price among them; or what the
// request lacks when there is none.
func (s *search) findApps(ctx context.Context) ([]offer, *lack, error) {
	a := s.agreement
	var out []offer
	var closest error // why the cheapest order that does not suit does not
	listed := !a.App.Version.ByOrder
	if listed {
		if closest = a.CheckApp(); closest == nil {
			out = append(out, offer{left: types.Unbounded, owner: a.App.Owner})
		}
	}
	topic := types.AppTopic(a.App.Version.Reference())
	err := s.walkTopic(ctx, topic, s.looks, s.stale, func(c candidate) (bool, error) {
		if len(out) > 0 && out[0].id == "" && c.record.Order.Price() >= a.App.Version.Price {
			return true, nil // no cheaper than the list price, which suits and has no restrictions
		}
		o, err := s.offerOf(ctx, c)
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
		return nil, nil, err
	}
	if len(out) == 0 {
		if closest == nil {
			closest = types.ErrByOrder.Wrapf("app: %s has no list price, and no order on the book", a.App.Version.Reference())
		}
		return nil, &lack{topic: topic, limit: limitOf(a.Request.Job.MaxAppPrice, a.Request.Job.MaxPrice), reason: closest}, nil
	}
	if listed && out[0].id == "" && len(out) > 1 {
		out = append(out[1:], out[0]) // what is on the book is cheaper
	}
	return out, nil, nil
}

// limitOf returns the most that a request pays for one part of a job: the part's own limit, when it has one, but never
// more than the limit of the whole.
func limitOf(part, whole uint64) uint64 {
	if part > 0 {
		return min(part, whole)
	}
	return whole
}

// chooseDatasets gives each dataset its cheapest order, or its list price. What was chosen for one app's order stays for
// the next, and for the next deal, unless they do not go together: then all are chosen anew.
func (s *search) chooseDatasets(ctx context.Context, a *agreed) (*lack, error) {
	if len(a.Datasets) == 0 {
		return nil, nil // CheckApp has judged what there is to judge
	}
	for again := false; ; again = true {
		kept := false
		a.datasetOrders = make([]string, len(a.Datasets))
		a.Datasets = slices.Clone(s.agreement.Datasets) // the next app is tried with the search's own
		for i := range a.Datasets {
			if isRead(a.Agreement, i) {
				continue
			}
			if s.chosen[i].left > 0 {
				kept = true
			} else {
				best, lacks, err := s.findDataset(ctx, a.Agreement, i)
				if err != nil || lacks != nil {
					return lacks, err
				}
				s.chosen[i] = best
			}
			o := s.chosen[i]
			a.Datasets[i].Order, a.Datasets[i].Left, a.Datasets[i].Owner, a.datasetOrders[i] = o.order, o.left, o.owner, o.id
		}
		s.looks.left -= len(a.Datasets) / datasetsPerLook
		err := a.CheckAssets()
		if err == nil {
			return nil, nil
		}
		if again || !kept || s.looks.left <= 0 {
			return s.lackOfDataset(0, err), nil
		}
		clear(s.chosen)
	}
}

// lackOfDataset says that an order of a dataset would have to come.
func (s *search) lackOfDataset(i int, reason error) *lack {
	job := s.agreement.Request.Job
	return &lack{
		topic: types.DatasetTopic(s.agreement.Datasets[i].Version.Reference()), limit: limitOf(job.MaxDatasetPrice, job.MaxPrice), reason: reason,
	}
}

// findDataset finds the cheapest order of one dataset, or its list price. It takes a look, and one for each order.
func (s *search) findDataset(ctx context.Context, a types.Agreement, i int) (best offer, lacks *lack, err error) {
	side := &a.Datasets[i]
	ref, listed := side.Version.Reference(), *side
	defer func() { *side = listed }()
	if !s.looks.takeLook() {
		return best, s.lackOfDataset(i, types.ErrNoOrder.Wrapf("datasets[%d]: %s was not looked at", i, ref)), nil
	}
	var closest error
	if !side.Version.ByOrder {
		if closest = a.CheckDataset(i); closest == nil {
			best = offer{left: types.Unbounded, owner: listed.Owner}
		}
	}
	err = s.walkTopic(ctx, types.DatasetTopic(ref), s.looks, s.stale, func(c candidate) (bool, error) {
		if best.left > 0 && c.record.Order.Price() >= listed.Version.Price {
			return true, nil
		}
		o, err := s.offerOf(ctx, c)
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
		return best, nil, err
	}
	if closest == nil {
		closest = types.ErrByOrder.Wrapf("datasets[%d]: %s has no list price, and no order on the book", i, ref)
	}
	return best, s.lackOfDataset(i, closest), nil
}

// choosePool finds the cheapest, then oldest, pool order that everything else allows and that the request can pay. When
// it cannot pay the cheapest, it can pay none.
func (s *search) choosePool(ctx context.Context, a *agreed) (*lack, error) {
	job := a.Request.Job
	topic := types.PoolTopic(a.App.Version.Runtime, job.Category)
	if job.Pool != "" {
		topic = types.OwnPoolTopic(job.Pool, job.Category)
	}
	datasets, err := a.DatasetPrice()
	if err != nil {
		return nil, err
	}
	var closest error
	err = s.walkTopic(ctx, topic, s.looks, s.stale, func(c candidate) (done bool, err error) {
		err = s.trySide(ctx, a, c)
		switch {
		case err == nil:
			a.poolOrder = c.record
			return true, nil
		case errors.Is(err, types.ErrStale):
			s.stale.addOrder(c)
			return false, nil
		case errors.Is(err, types.ErrUnaffordable), errors.Is(err, types.ErrPoolPrice):
			closest = err
			return true, nil // those that follow are dearer
		case closest == nil:
			closest = err
		}
		return false, nil
	})
	if err != nil || a.poolOrder.Id != "" {
		return nil, err
	}
	if closest == nil {
		closest = types.ErrNoOrder.Wrapf("the book has no orders under %s", topic)
	}
	return &lack{topic: topic, limit: job.PoolLimit(a.AppPrice(), datasets), reason: closest}, nil
}

// trySide gives an agreement the side of a pool order and says why the two do not go together.
func (s *search) trySide(ctx context.Context, a *agreed, c candidate) error {
	side, err := s.poolSideOf(ctx, c.record)
	if err != nil {
		return err
	}
	a.Pool = side
	if err := a.CheckPool(); err != nil {
		return err
	}
	if s.voucher != nil {
		if err := s.voucher.CheckPool(side.Pool.Id); err != nil {
			return err
		}
	}
	return s.checkStaffed(ctx, a.Agreement)
}

// checkStaffed refuses a pool with too few organisations for the request's policy, so that an empty pool with the lowest
// price attracts nobody, and no bag is stored whose tasks could never be drawn. Parties to the task are not drawn for it. It does not ask whether they are free now: workers that are busy soon are not, and tasks wait.
func (k Keeper) checkStaffed(ctx context.Context, a types.Agreement) error {
	need := a.Request.Job.Staff()
	if need == 0 {
		return nil
	}
	n, err := k.workers.Registered(ctx, a.Pool.Pool.Id)
	if err != nil {
		return err
	}
	parties := a.Parties()
	for _, org := range parties {
		serves, err := k.workers.Serves(ctx, a.Pool.Pool.Id, org)
		if err != nil {
			return err
		}
		if serves {
			n--
		}
	}
	if n < need {
		return types.ErrTooFew.Wrapf("pool: %s has workers of %d organisations that are no party to the task, expected at least %d", a.Pool.Pool.Id, n, need)
	}
	return nil
}
