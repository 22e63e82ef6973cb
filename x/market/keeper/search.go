package keeper

import (
	"cmp"
	"errors"
	"slices"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// How the orders of a request are found. For each of its deals a search finds the cheapest sellers: of the app, of each
// dataset (sellers.go), and then the pool order that all of them take. fill.go makes deals of what is found.

// agreed is an agreement with the ids of the orders that it is made of; "" stands for a list price.
type agreed struct {
	types.Agreement
	appOrder      string
	datasetOrders []string
	poolOrder     types.OrderRecord
}

// offer is the price and the terms of an app or dataset, with the id of the order. Without an id it is the list price.
type offer struct {
	types.Offer
	id string
}

func (a *agreed) sellApp(o offer) { a.App.Offer, a.appOrder = o.Offer, o.id }

func (a *agreed) sellDataset(i int, o offer) { a.Datasets[i].Offer, a.datasetOrders[i] = o.Offer, o.id }

// search looks for the orders of one request: it holds what the request's deals have in common.
type search struct {
	*attempt
	agreement types.Agreement // without orders
	voucher   *voucherstypes.Voucher
	chosen    []offer // the seller of each dataset; its Left is 0 while none is chosen
}

// newSearch begins the search for a request. Resolving its datasets takes a look for each.
func (t *attempt) newSearch(r types.Request) (*search, error) {
	s := &search{attempt: t, chosen: make([]offer, len(r.Job.Datasets))}
	t.looks.left -= len(r.Job.Datasets)
	var err error
	if s.agreement, err = t.beginAgreement(t.ctx, t.params, r); err != nil {
		return nil, err
	}
	s.voucher, err = t.voucherFor(t.ctx, s.agreement)
	return s, err
}

// recordDeal notes a deal: the orders that were chosen for datasets have less left. Nothing is noted for a split bag: one task reads
// each dataset, so that none is bought twice.
func (s *search) recordDeal(d dealstypes.Deal) {
	for i := range s.chosen {
		if o := &s.chosen[i]; o.id != "" && d.DatasetsPerTask == 0 {
			o.Left -= min(o.Left, d.Size_)
		}
	}
}

// findBest finds an agreement for what is left of a request. It takes the sellers part by part, the cheapest first: the app's order
// or list price, then the datasets', then the cheapest, and of equal prices the oldest, pool order that all of them allow. If an app
// order leaves anything lacking, the next app order is tried. Without an agreement it says what the request lacks with the first.
func (s *search) findBest(left uint64) (agreed, *lack, error) {
	s.agreement.Request.Left = left
	forgetRead(&s.agreement)
	apps, firstLack, err := s.findApps()
	if err != nil {
		return agreed{}, nil, err
	}
	for _, app := range apps {
		try := agreed{Agreement: s.agreement}
		try.sellApp(app)
		lacks, err := s.completeAgreement(&try)
		if err != nil || lacks == nil {
			return try, nil, err
		}
		firstLack = cmp.Or(firstLack, lacks)
	}
	return agreed{}, firstLack, nil
}

// completeAgreement finds the datasets' sellers and the pool for an agreement that has an app's.
func (s *search) completeAgreement(a *agreed) (*lack, error) {
	if len(a.Datasets) > 0 { // without any, CheckApp has judged what there is to judge
		if lacks, err := s.chooseDatasets(a); err != nil || lacks != nil {
			return lacks, err
		}
	}
	return s.choosePool(a)
}

// chooseDatasets gives each dataset its cheapest seller. What was chosen for one app's order stays for the next, and for the
// next deal, unless the datasets do not go together: then all are chosen anew.
func (s *search) chooseDatasets(a *agreed) (*lack, error) {
	for {
		kept := s.keepsSeller(a.Agreement)
		lacks, err := s.sellDatasets(a)
		if err != nil || lacks != nil {
			return lacks, err
		}
		s.looks.left -= len(a.Datasets) / datasetsPerLook
		problem := a.CheckAssets()
		if problem == nil {
			return nil, nil
		}
		if !kept || s.looks.left <= 0 {
			return s.lackOfDataset(0, problem), nil
		}
		clear(s.chosen)
	}
}

// keepsSeller says whether a dataset that is still to be read has the seller that was chosen for it before.
func (s *search) keepsSeller(a types.Agreement) bool {
	for i, o := range s.chosen {
		if o.Left > 0 && !isRead(a, i) {
			return true
		}
	}
	return false
}

// sellDatasets gives each dataset the seller that was chosen for it, or chooses one.
func (s *search) sellDatasets(a *agreed) (*lack, error) {
	a.datasetOrders = make([]string, len(a.Datasets))
	a.Datasets = slices.Clone(s.agreement.Datasets) // the next app is tried with the search's own
	for i := range a.Datasets {
		if isRead(a.Agreement, i) {
			continue
		}
		if s.chosen[i].Left == 0 {
			best, lacks, err := s.findDataset(a.Agreement, i)
			if err != nil || lacks != nil {
				return lacks, err
			}
			s.chosen[i] = best
		}
		a.sellDataset(i, s.chosen[i])
	}
	return nil, nil
}

// lackOfDataset returns the lack of an order for dataset i.
func (s *search) lackOfDataset(i int, reason error) *lack {
	job := s.agreement.Request.Job
	return &lack{
		topic: types.DatasetTopic(s.agreement.Datasets[i].Version.Reference()), limit: limitOf(job.MaxDatasetPrice, job.MaxPrice), reason: reason,
	}
}

// choosePool finds the cheapest, then oldest, pool order that everything else allows and that the request can pay. When
// it cannot pay the cheapest, it can pay none.
func (s *search) choosePool(a *agreed) (*lack, error) {
	datasets, err := a.DatasetPrice()
	if err != nil {
		return nil, err
	}
	topic := poolTopicOf(a.Agreement)
	var why error // why no order suits: the first that is too dear, else the first
	err = s.walkTopic(topic, func(c candidate) (done bool, err error) {
		problem := s.trySide(a, c)
		switch {
		case problem == nil:
			a.poolOrder = c.record
		case errors.Is(problem, types.ErrStale):
			s.stale.addOrder(c)
		case isTooDear(problem):
			why = problem // those that follow are dearer
		default:
			why = cmp.Or(why, problem)
		}
		return problem == nil || isTooDear(problem), nil
	})
	if err != nil || a.poolOrder.Id != "" {
		return nil, err
	}
	if why == nil {
		why = types.ErrNoOrder.Wrapf("the book has no orders under %s", topic)
	}
	return &lack{topic: topic, limit: a.Request.Job.PoolLimit(a.AppPrice(), datasets), reason: why}, nil
}

// poolTopicOf returns where the pool orders rest that a request may meet.
func poolTopicOf(a types.Agreement) string {
	job := a.Request.Job
	if job.Pool != "" {
		return types.OwnPoolTopic(job.Pool, job.Category)
	}
	return types.PoolTopic(a.App.Version.Runtime, job.Category)
}

func isTooDear(problem error) bool {
	return errors.Is(problem, types.ErrUnaffordable) || errors.Is(problem, types.ErrPoolPrice)
}

// trySide gives an agreement the side of a pool order and says why the two do not go together.
func (s *search) trySide(a *agreed, c candidate) error {
	side, err := s.poolSideOf(s.ctx, c.record)
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
	return s.checkStaffed(s.ctx, a.Agreement)
}
