package types

import (
	"slices"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Conditions of an agreement on the assets and the pool: they are those of the request, and their sellers may sell them.

// 0x10: the app is the one that the request names, by reference or digest, and the one that its order sells.
func (a Agreement) appRequested() error {
	v := a.App.Version
	if app := a.Request.Job.App; app != v.Reference() && app != v.Digest {
		return ErrAppMismatch.Wrapf("app: got %s, the request wants %s", v.Reference(), app)
	}
	if o := a.App.Order; o != nil && o.Asset() != v.Reference() {
		return ErrAppMismatch.Wrapf("app: got an order of %s, the request wants %s", o.Asset(), v.Reference())
	}
	return nil
}

// 0x11: the datasets are those that the request names, in the same sequence. Each is the one that its order sells. No two are versions
// of one dataset, because the app would see both under one file name.
func (a Agreement) datasetsRequested() error {
	want := a.Request.Job.Datasets
	if len(a.Datasets) != len(want) {
		return ErrDatasetMismatch.Wrapf("datasets: got %d, the request wants %d", len(a.Datasets), len(want))
	}
	for i, d := range a.Datasets {
		if err := d.checkRequested(a.from+i, want[i]); err != nil {
			return err
		}
	}
	if id, twice := firstTwice(a.Datasets, func(d DatasetSide) string { return d.Version.Dataset }); twice {
		return ErrDatasets.Wrapf("datasets: got two versions of %s, expected each dataset once", id)
	}
	return nil
}

// checkRequested checks that the dataset is the one that the request wants at index i, and the one that its order sells.
func (d DatasetSide) checkRequested(i int, want string) error {
	v := d.Version
	if want != v.Reference() && want != v.Digest {
		return ErrDatasetMismatch.Wrapf("datasets[%d]: got %s, the request wants %s", i, v.Reference(), want)
	}
	if d.Order != nil && d.Order.Asset() != v.Reference() {
		return ErrDatasetMismatch.Wrapf("datasets[%d]: got an order of %s, the request wants %s", i, d.Order.Asset(), v.Reference())
	}
	return nil
}

// 0x20, 0x21: the app exists, takes new requests, can be judged under the job's policy, and its seller may sell it.
func (a Agreement) appSold() error {
	s := a.App
	if s.App.Id == "" || s.App.Id != s.Version.App {
		return ErrUnknownApp.Wrapf("app: %s", s.Version.Reference())
	}
	if err := a.Request.Job.CheckApp(s.App, s.Version, a.Params); err != nil {
		return err
	}
	return a.checkSold(asset{"app", s.App.Owner, s.App.Organisation, s.Version.ByOrder}, s.Order, s.Owner)
}

// 0x30, 0x31: each dataset exists and takes new requests, and its seller may sell it.
func (a Agreement) datasetsSold() error {
	for _, s := range a.Datasets {
		if s.Dataset.Id == "" || s.Dataset.Id != s.Version.Dataset {
			return ErrUnknownDataset.Wrapf("dataset: %s", s.Version.Reference())
		}
		if s.Dataset.Deprecated {
			return ErrDeprecated.Wrapf("dataset: %s takes no new requests", s.Dataset.Id)
		}
		if err := a.checkSold(asset{"dataset", s.Dataset.Owner, s.Dataset.Organisation, s.Version.ByOrder}, s.Order, s.Owner); err != nil {
			return err
		}
	}
	return nil
}

// asset has the fields of an app or a dataset that decide who may sell it.
type asset struct {
	kind                string // "app" or "dataset"
	owner, organisation string
	byOrder             bool // it has no list price
}

// checkSold checks that seller may sell an asset: for its list price when o is nil, otherwise under the order o, which must not have
// expired.
func (a Agreement) checkSold(s asset, o *Order, seller Party) error {
	if o == nil {
		return s.checkListed(seller)
	}
	if !s.isSoldBy(o.Owner, seller) {
		return ErrNotOwner.Wrapf("%s: the order is %s's, the %s belongs to %s of %s", s.kind, o.Owner, s.kind, s.owner, s.organisation)
	}
	return a.checkLives(s.kind, *o)
}

// checkListed checks that an asset is sold for its list price, and that its organisation may still provide it.
func (s asset) checkListed(seller Party) error {
	if s.byOrder {
		return ErrByOrder.Wrapf("%s: it is sold under orders alone", s.kind)
	}
	if !slices.Contains(seller.Roles, orgstypes.ROLE_PROVIDER) {
		return ErrNotOwner.Wrapf("%s: %s may no longer provide it", s.kind, s.organisation)
	}
	return nil
}

// isSoldBy says whether an account may sell an asset. It may when it is the owner, or when it is the account of seller and seller acts
// for the asset's organisation.
func (s asset) isSoldBy(account string, seller Party) bool {
	if account == s.owner {
		return true
	}
	return account == seller.Account && s.organisation != "" && seller.Organisation == s.organisation
}

// checkLives checks that an order has not expired.
func (a Agreement) checkLives(what string, o Order) error {
	if o.Expired(a.Height) {
		return ErrExpired.Wrapf("%s: the order's expiry is %d, the height %d", what, o.Expiry, a.Height)
	}
	return nil
}

// 0x40, 0x41: the pool exists, executes the app, allows the terms of its order, and the order is its operator's.
func (a Agreement) poolSold() error {
	s := a.Pool
	if s.Pool.Id == "" || s.Pool.Id != s.Order.Asset() {
		return ErrUnknownPool.Wrapf("pool: %s", s.Order.Asset())
	}
	if s.Pool.Runtime != a.App.Version.Runtime {
		return ErrRuntime.Wrapf("pool: %s executes %q, the app needs %q", s.Pool.Id, s.Pool.Runtime, a.App.Version.Runtime)
	}
	if s.Order.Owner != s.Owner.Account || s.Owner.Organisation != s.Pool.Operator {
		return ErrNotOwner.Wrapf("pool: the order is %s's of %q, %s is operated by %q", s.Order.Owner, s.Owner.Organisation, s.Pool.Id, s.Pool.Operator)
	}
	if err := CheckPoolTerms(s.Pool, *s.Order.Pool); err != nil {
		return err
	}
	return a.checkLives("pool", s.Order)
}

// CheckPoolTerms checks that a pool with the terms in force allows its order: the pool is not retired, the stake is the same, and price,
// commission and tags are within its terms. ErrStale otherwise; ErrRuntime for a price by a use that the pool's runtime does not know.
func CheckPoolTerms(pool workerstypes.Pool, o PoolOrder) error {
	switch {
	case pool.Retired:
		return ErrStale.Wrapf("pool: %s is retired", pool.Id)
	case o.Stake != pool.Stake:
		return ErrStale.Wrapf("stake: got %d, expected that of %s, %d ucred", o.Stake, pool.Id, pool.Stake)
	case o.Price < pool.MinPrice:
		return ErrStale.Wrapf("price: got %d, expected at least the min_price of %s, %d ucred", o.Price, pool.Id, pool.MinPrice)
	case o.CommissionBps > pool.MaxCommissionBps:
		return ErrStale.Wrapf("commission_bps: got %d, expected at most that of %s, %d", o.CommissionBps, pool.Id, pool.MaxCommissionBps)
	}
	if err := checkUse(pool, o.UsePrice.ToPoco()); err != nil {
		return err
	}
	for _, t := range o.Tags {
		if !slices.Contains(pool.Capabilities, t) {
			return ErrStale.Wrapf("tags: got %q, expected a capability of %s, one of %q", t, pool.Id, pool.Capabilities)
		}
	}
	return nil
}
