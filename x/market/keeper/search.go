package keeper

import (
	"cmp"
	"errors"
	"slices"

	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

// How the orders of a request are found. For each deal a search finds the cheapest seller of the app and of each dataset (sellers.go),
// and then the cheapest pool order that all of them take. fill.go makes the deals.

// agreed is an agreement with the ids of its orders. The id "" stands for a list price.
type agreed struct {
	types.Agreement
	appOrder      string
	datasetOrders []string
	poolOrder     types.OrderRecord
}

// offer is an offer of an app or dataset with the id of its order. The list price has no id.
type offer struct {
	types.Offer
	id string
}

func (a *agreed) sellApp(o offer) { a.App.Offer, a.appOrder = o.Offer, o.id }

func (a *agreed) sellDataset(i int, o offer) { a.Datasets[i].Offer, a.datasetOrders[i] = o.Offer, o.id }

// search looks for the orders of one request. It holds the state that the request's deals share.
type search struct {
	*attempt
	agreement types.Agreement // without orders
	voucher   *voucherstypes.Voucher
	chosen    []offer // the seller of each dataset; Left is 0 while none is chosen
}

// newSearch returns a search for a request. It takes a look for each dataset, because it resolves them.
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

// recordDeal takes a deal's tasks off what is left of the orders that were chosen for datasets. It does nothing for a split bag, where
// one task reads each dataset, so that no dataset is bought twice.
func (s *search) recordDeal(d dealstypes.Deal) {
	for i := range s.chosen {
		if o := &s.chosen[i]; o.id != "" && d.DatasetsPerTask == 0 {
			o.Left -= min(o.Left, d.Size_)
		}
	}
}

// findBest finds an agreement for the tasks that are left of a request. It chooses the cheapest seller of the app, then of each dataset,
// then the cheapest pool order that all of them take, among equal prices the oldest. If something is lacking with this seller of the
// app, it tries the next. Without an agreement it returns the lack that it found first.
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

// completeAgreement adds the sellers of the datasets and the pool to an agreement that has a seller of the app.
func (s *search) completeAgreement(a *agreed) (*lack, error) {
	if len(a.Datasets) > 0 { // without datasets, CheckApp has judged all but the pool
		if lacks, err := s.chooseDatasets(a); err != nil || lacks != nil {
			return lacks, err
		}
	}
	return s.choosePool(a)
}

// chooseDatasets gives each dataset its cheapest seller. The choice is kept for the next seller of the app and for the next deal. When
// a kept choice does not make an agreement, all sellers are chosen anew.
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

// keepsSeller says whether any dataset that is still to be read has a seller that was chosen before.
func (s *search) keepsSeller(a types.Agreement) bool {
	for i, o := range s.chosen {
		if o.Left > 0 && !isRead(a, i) {
			return true
		}
	}
	return false
}

// sellDatasets adds a seller of each dataset to an agreement: the one that was chosen before, or a new one.
func (s *search) sellDatasets(a *agreed) (*lack, error) {
	a.datasetOrders = make([]string, len(a.Datasets))
	a.Datasets = slices.Clone(s.agreement.Datasets) // the search's own stay without sellers, for the next try
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

// lackOfDataset says that the request lacks an order of dataset i.
func (s *search) lackOfDataset(i int, reason error) *lack {
	job := s.agreement.Request.Job
	return &lack{
		topic: types.DatasetTopic(s.agreement.Datasets[i].Version.Reference()), limit: limitOf(job.MaxDatasetPrice, job.MaxPrice), reason: reason,
	}
}

// choosePool adds the pool's side to an agreement: the cheapest pool order that the other sides take and that the request can pay,
// among equal prices the oldest. It stops at the first order that is too dear, because all later ones cost as much or more.
func (s *search) choosePool(a *agreed) (*lack, error) {
	datasets, err := a.DatasetPrice()
	if err != nil {
		return nil, err
	}
	topic := poolTopicOf(a.Agreement)
	var why error // why no order suits: the reason of an order that is too dear, or else of the first order
	err = s.walkTopic(topic, func(c candidate) (done bool, err error) {
		problem := s.trySide(a, c)
		switch {
		case problem == nil:
			a.poolOrder = c.record
		case errors.Is(problem, types.ErrStale):
			s.stale.addOrder(c)
		case isTooDear(problem):
			why = problem // later orders cost as much or more
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
	return &lack{topic: topic, limit: a.Request.Job.PoolLimit(a.AppPrice(), datasets, a.Court()), reason: why}, nil
}

// poolTopicOf returns the topic of the pool orders that a request may meet.
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

// trySide adds the side of a pool order to an agreement, and returns why the two do not make a deal.
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
