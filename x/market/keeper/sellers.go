package keeper

import (
	"cmp"
	"context"
	"fmt"

	"github.com/credence-chain/credence/x/market/types"
)

// The sellers of apps and datasets. Both kinds have a list price beside their orders on the book. This file calls both a ware, and finds
// their sellers by the same code.

// ware is an app or a dataset of a job, for which a seller is to be found.
type ware struct {
	name      string // for the text of errors
	topic     string
	listed    types.Offer // the list price
	listPrice uint64
	byOrder   bool // there is no list price
	tries     int  // the most sellers that may be tried, the list price among them
	// suits returns why an offer does not fit the rest of the agreement.
	suits func(types.Offer) error
}

// sellers holds the offers of a ware that fit the rest of the agreement, the cheapest first.
type sellers struct {
	offers []offer
	why    error // why there is no offer: what is wrong with the list price, or else with the cheapest order
}

// findSellers finds the offers of a ware: its list price, and the orders that are cheaper.
func (s *search) findSellers(w ware) (sellers, error) {
	var found sellers
	var list []offer
	if !w.byOrder {
		if found.why = w.suits(w.listed); found.why == nil {
			list = []offer{{Offer: w.listed}}
		}
	}
	err := s.walkTopic(w.topic, func(c candidate) (done bool, err error) {
		if len(list) > 0 && c.record.Order.Price() >= w.listPrice {
			return true, nil // no cheaper than the list price, which suits and has no restrictions
		}
		o, err := s.offerOf(s.ctx, c.record)
		if err != nil {
			return true, err
		}
		if problem := w.suits(o.Offer); problem != nil {
			found.why = cmp.Or(found.why, problem)
			return false, nil
		}
		found.offers = append(found.offers, o)
		return len(found.offers) >= max(1, w.tries-len(list)), nil
	})
	if found.offers = append(found.offers, list...); len(found.offers) == 0 && found.why == nil {
		found.why = types.ErrByOrder.Wrapf("%s has no list price, and no order on the book", w.name)
	}
	return found, err
}

// offerOf returns what an order of an app or dataset offers.
func (k Keeper) offerOf(ctx context.Context, r types.OrderRecord) (offer, error) {
	owner, err := k.partyOf(ctx, r.Order.Owner, r.Organisation)
	return offer{types.Offer{Owner: owner, Order: &r.Order, Left: r.Left()}, r.Id}, err
}

// maxAppOrders bounds how many sellers of its app one matching tries, the cheapest first.
const maxAppOrders = 8

// findApps returns the offers of the app that fit the request. Without any it returns what the request lacks.
func (s *search) findApps() ([]offer, *lack, error) {
	app := s.agreement.App
	w := ware{
		name: "app: " + app.Version.Reference(), topic: types.AppTopic(app.Version.Reference()),
		listed: app.Offer, listPrice: app.Version.Price, byOrder: app.Version.ByOrder, tries: maxAppOrders, suits: s.agreement.CheckApp,
	}
	found, err := s.findSellers(w)
	if err != nil || len(found.offers) > 0 {
		return found.offers, nil, err
	}
	job := s.agreement.Request.Job
	return nil, &lack{topic: w.topic, limit: limitOf(job.MaxAppPrice, job.MaxPrice), reason: found.why}, nil
}

// limitOf returns the most that a request pays for one part of a job: the limit of the part or of the whole, whichever is less. A part
// of 0 has no limit of its own.
func limitOf(part, whole uint64) uint64 {
	if part > 0 {
		return min(part, whole)
	}
	return whole
}

// findDataset returns the cheapest offer of one dataset. It takes a look, and one for each order that it reads.
func (s *search) findDataset(a types.Agreement, i int) (best offer, lacks *lack, err error) {
	side := a.Datasets[i]
	ref := side.Version.Reference()
	if !s.looks.takeLook() {
		return best, s.lackOfDataset(i, types.ErrNoOrder.Wrapf("datasets[%d]: %s was not looked at", i, ref)), nil
	}
	found, err := s.findSellers(ware{
		name: fmt.Sprintf("datasets[%d]: %s", i, ref), topic: types.DatasetTopic(ref),
		listed: side.Offer, listPrice: side.Version.Price, byOrder: side.Version.ByOrder, tries: 1,
		suits: func(o types.Offer) error { return a.CheckDataset(i, o) },
	})
	if err != nil {
		return best, nil, err
	}
	if len(found.offers) == 0 {
		return best, s.lackOfDataset(i, found.why), nil
	}
	return found.offers[0], nil, nil
}
