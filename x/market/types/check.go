package types

import (
	"slices"

	"github.com/credence-chain/credence/poco"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// condition is one reason for four orders not to make a deal.
type condition struct {
	// pool says that the pool's side is needed to judge it.
	pool bool
	// holds returns the condition's own error when it does not.
	holds func(Agreement) error
}

// conditions in the order in which they are judged: iExec's, by its codes, with ours where they belong.
var conditions = []condition{
	{false, Agreement.assetShape}, {true, Agreement.poolShape},
	{true, Agreement.categoryMatches}, // 0x00
	{false, Agreement.categoryKnown},  // 0x01
	{true, Agreement.trustTaken},      // 0x02
	{false, Agreement.appPrice},       // 0x03
	{false, Agreement.datasetPrice},   // 0x04
	{true, Agreement.poolPrice},       // 0x05
	{false, Agreement.assetsAffordable}, {true, Agreement.checkAffordable}, {true, Agreement.courtPaid},
	{true, Agreement.tagsPromised},                              // 0x06
	{false, Agreement.checkTEE},                                 // 0x07
	{false, Agreement.appRequested},                             // 0x10
	{false, Agreement.datasetsRequested},                        // 0x11
	{true, Agreement.requestTakesPool},                          // 0x12
	{false, Agreement.appTakesDatasets},                         // 0x13
	{true, Agreement.appTakesPool},                              // 0x14
	{false, Agreement.appTakesRequester},                        // 0x15
	{false, Agreement.datasetsTakeApp},                          // 0x16
	{true, Agreement.datasetsTakePool},                          // 0x17
	{false, Agreement.datasetsTakeRequester},                    // 0x18
	{true, Agreement.poolTakesApp},                              // 0x19
	{true, Agreement.poolTakesDatasets},                         // 0x1a
	{true, Agreement.poolTakesRequester},                        // 0x1b
	{false, Agreement.appSold},                                  // 0x20, 0x21
	{false, Agreement.datasetsSold},                             // 0x30, 0x31
	{true, Agreement.poolSold},                                  // 0x40, 0x41
	{false, Agreement.fuelInRange}, {true, Agreement.fuelTaken}, //
	{false, Agreement.resourcesSuffice}, {true, Agreement.resourcesCovered}, //
	{false, Agreement.bytesRead},                              //
	{false, Agreement.requestLives},                           // 0x50
	{false, Agreement.assetsLeft}, {true, Agreement.poolLeft}, // 0x60
}

// Check says whether the orders make a deal of at least one task; the first condition that fails gives its own error.
func (a Agreement) Check() error {
	for _, c := range conditions {
		if err := c.holds(a); err != nil {
			return err
		}
	}
	return nil
}

// CheckAssets judges all that does not involve the pool's side: app, datasets and request.
func (a Agreement) CheckAssets() error { return a.checkOrders(false) }

// CheckPool judges the rest, given that CheckAssets found nothing.
func (a Agreement) CheckPool() error { return a.checkOrders(true) }

func (a Agreement) checkOrders(pool bool) error {
	for _, c := range conditions {
		if c.pool != pool {
			continue
		}
		if err := c.holds(a); err != nil {
			return err
		}
	}
	return nil
}

// CheckWhole refuses to fill a part of a bag that is to be filled whole; ErrVolume. It is no part of Check, for several
// agreements made at once may fill a bag together.
func (a Agreement) CheckWhole() error {
	if v := a.Volume(); !a.Request.Job.Partial && v < a.Request.Left {
		return ErrVolume.Wrapf("size: %d tasks are left of the bag and %d can be met, expected all of them, or partial to be set", a.Request.Left, v)
	}
	return nil
}

// assetShape: orders are of the kind of their side, and there is one dataset side for each dataset of the job. The
// conditions after it rely on that.
func (a Agreement) assetShape() error {
	if o := a.App.Order; o != nil && o.App == nil {
		return ErrOrder.Wrap("app: expected an app order")
	}
	for i, d := range a.Datasets {
		if d.Order != nil && d.Order.Dataset == nil {
			return ErrOrder.Wrapf("datasets[%d]: expected a dataset order", a.from+i)
		}
	}
	return nil
}

func (a Agreement) poolShape() error {
	if a.Pool.Order.Pool == nil {
		return ErrOrder.Wrap("pool: expected a pool order")
	}
	return nil
}

// 0x00: the pool order takes the request's category, or both have none.
func (a Agreement) categoryMatches() error {
	if got, want := a.Request.Job.Category, a.Pool.Order.Pool.Category; got != want {
		return ErrCategoryMismatch.Wrapf("category: got %q, the pool order takes %q", got, want)
	}
	return nil
}

// 0x01: the request's category exists.
func (a Agreement) categoryKnown() error {
	id := a.Request.Job.Category
	if id != "" && (a.Category == nil || a.Category.Id != id) {
		return ErrUnknownCategory.Wrapf("category: %q", id)
	}
	return nil
}

// 0x02: the trust, rounded up as the deal pins it, is within what the pool order takes.
func (a Agreement) trustTaken() error {
	trust, err := poco.QuantiseTrust(a.Request.Job.Trust)
	if err != nil {
		return ErrTrust.Wrap(err.Error())
	}
	if most := a.Pool.Order.Pool.Trust; most > 0 && trust > most {
		return ErrTrustTooHigh.Wrapf("trust: got %d, expected at most the pool order's %d", trust, most)
	}
	return nil
}

// 0x03: the app's price is within the request's bound for it.
func (a Agreement) appPrice() error {
	if most, price := a.Request.Job.MaxAppPrice, a.AppPrice(); most > 0 && price > most {
		return ErrAppPrice.Wrapf("max_app_price: got %d, the app costs %d", most, price)
	}
	return nil
}

// 0x04: so is the datasets'.
func (a Agreement) datasetPrice() error {
	price, err := a.DatasetPrice()
	if err != nil {
		return err
	}
	if most := a.Request.Job.MaxDatasetPrice; most > 0 && price > most {
		return ErrDatasetPrice.Wrapf("max_dataset_price: got %d, the datasets of one task cost up to %d", most, price)
	}
	return nil
}

// 0x05: so is a replica's.
func (a Agreement) poolPrice() error {
	if most, price := a.Request.Job.MaxPoolPrice, a.Pool.Order.Price(); most > 0 && price > most {
		return ErrPoolPrice.Wrapf("max_pool_price: got %d, a replica costs %d", most, price)
	}
	return nil
}

// pricesAt returns what the orders ask; DatasetPrice was judged before.
func (a Agreement) pricesAt(pool uint64) Prices {
	dataset, _ := a.DatasetPrice()
	return Prices{App: a.AppPrice(), Dataset: dataset, Pool: pool}
}

// assetsAffordable: max_price pays app and datasets, were replicas for nothing.
func (a Agreement) assetsAffordable() error {
	_, err := a.Request.Job.Seats(a.pricesAt(0))
	return err
}

// checkAffordable: max_price pays the replicas that the policy needs as well.
func (a Agreement) checkAffordable() error {
	_, err := a.Request.Job.Seats(a.pricesAt(a.Pool.Order.Price()))
	return err
}

// courtPaid: where the court judges at once, each of its seats is a replica, and is paid no less than the floor of its fee.
func (a Agreement) courtPaid() error {
	price, least := a.Pool.Order.Price(), a.Params.FloorCourtFee(a.Request.Job.FuelLimit)
	if a.Request.Job.policyRules().Court == poco.CourtAtOnce && price < least {
		return ErrCourtPrice.Wrapf("policy: a replica costs %d ucred, expected at least %d, the fee of a court's seat for a fuel limit of %d", price, least, a.Request.Job.FuelLimit)
	}
	return nil
}

// 0x06: the pool order promises every tag that is needed.
func (a Agreement) tagsPromised() error {
	if t, missing := missingTag(a.Pool.Order.Pool.Tags, a.Tags()); missing {
		return ErrTags.Wrapf("tags: %q is needed, the pool order promises %q", t, a.Pool.Order.Pool.Tags)
	}
	return nil
}

// 0x07: what needs a trusted environment is run by an app that is made for one.
func (a Agreement) checkTEE() error {
	if slices.Contains(a.Tags(), TagTEE) && !slices.Contains(a.appTags(), TagTEE) {
		return ErrTEE.Wrapf("tags: %q is needed, and %s does not have it", TagTEE, a.App.Version.Reference())
	}
	return nil
}

// 0x10: the app is the request's, by reference or digest, and the order's.
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

// 0x11: the datasets are the request's in its order, each is its order's, and no two are versions of one: they would be
// one file to the app.
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

// checkRequested checks that the dataset is the one that the request wants at index i, and its order's.
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

// 0x12: the pool is the one that the request names, and one that it takes.
func (a Agreement) requestTakesPool() error {
	job, pool := a.Request.Job, a.Pool.Order.Asset()
	if job.Pool != "" && job.Pool != pool {
		return ErrPoolRestricted.Wrapf("pool: got %s, the request wants %s", pool, job.Pool)
	}
	if !job.Pools.Meets(pool, a.Pool.Owner) {
		return ErrPoolRestricted.Wrapf("pools: %s is not among those that the request takes", pool)
	}
	return nil
}

// 0x13
func (a Agreement) appTakesDatasets() error {
	if a.App.Order == nil {
		return nil
	}
	for i, d := range a.Datasets {
		if !a.App.Order.App.Datasets.Meets(d.Version.Reference(), d.Owner) {
			return ErrAppRestrictsDataset.Wrapf("datasets[%d]: %s", a.from+i, d.Version.Reference())
		}
	}
	return nil
}

// 0x14
func (a Agreement) appTakesPool() error {
	if o := a.App.Order; o != nil && !o.App.Pools.Meets(a.Pool.Order.Asset(), a.Pool.Owner) {
		return ErrAppRestrictsPool.Wrapf("pool: %s", a.Pool.Order.Asset())
	}
	return nil
}

// 0x15
func (a Agreement) appTakesRequester() error {
	if o := a.App.Order; o != nil && !a.Request.Requester.In(o.App.Requesters) {
		return ErrAppRestrictsRequester.Wrapf("requester: %s", a.Request.Requester.Account)
	}
	return nil
}

// 0x16
func (a Agreement) datasetsTakeApp() error {
	for i, d := range a.Datasets {
		if d.Order != nil && !d.Order.Dataset.Apps.Meets(a.App.Version.Reference(), a.App.Owner) {
			return ErrDatasetRestrictsApp.Wrapf("datasets[%d]: app %s", a.from+i, a.App.Version.Reference())
		}
	}
	return nil
}

// 0x17
func (a Agreement) datasetsTakePool() error {
	for i, d := range a.Datasets {
		if d.Order != nil && !d.Order.Dataset.Pools.Meets(a.Pool.Order.Asset(), a.Pool.Owner) {
			return ErrDatasetRestrictsPool.Wrapf("datasets[%d]: pool %s", a.from+i, a.Pool.Order.Asset())
		}
	}
	return nil
}

// 0x18
func (a Agreement) datasetsTakeRequester() error {
	for i, d := range a.Datasets {
		if d.Order != nil && !a.Request.Requester.In(d.Order.Dataset.Requesters) {
			return ErrDatasetRestrictsRequester.Wrapf("datasets[%d]: requester %s", a.from+i, a.Request.Requester.Account)
		}
	}
	return nil
}

// 0x19
func (a Agreement) poolTakesApp() error {
	if !a.Pool.Order.Pool.Apps.Meets(a.App.Version.Reference(), a.App.Owner) {
		return ErrPoolRestrictsApp.Wrapf("app: %s", a.App.Version.Reference())
	}
	return nil
}

// 0x1a
func (a Agreement) poolTakesDatasets() error {
	for i, d := range a.Datasets {
		if !a.Pool.Order.Pool.Datasets.Meets(d.Version.Reference(), d.Owner) {
			return ErrPoolRestrictsDataset.Wrapf("datasets[%d]: %s", a.from+i, d.Version.Reference())
		}
	}
	return nil
}

// 0x1b: the pool order takes the requester, and the pool serves it.
func (a Agreement) poolTakesRequester() error {
	who := a.Request.Requester
	if !who.In(a.Pool.Order.Pool.Requesters) {
		return ErrPoolRestrictsRequester.Wrapf("requester: %s", who.Account)
	}
	if !who.In(a.Pool.Pool.Requesters) {
		return ErrPrivatePool.Wrapf("pool: %s does not serve %s", a.Pool.Pool.Id, who.Account)
	}
	return nil
}

// 0x20, 0x21: the app is there, takes new requests, can be judged, and is sold by who may.
func (a Agreement) appSold() error {
	s := a.App
	if s.App.Id == "" || s.App.Id != s.Version.App {
		return ErrUnknownApp.Wrapf("app: %s", s.Version.Reference())
	}
	if err := a.Request.Job.CheckApp(s.App, s.Version); err != nil {
		return err
	}
	return a.checkSold(asset{"app", s.App.Owner, s.App.Organisation, s.Version.ByOrder}, s.Order, s.Owner)
}

// 0x30, 0x31: so is each dataset.
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

// asset is an app or a dataset as far as it says who may sell it.
type asset struct {
	kind                string // "app" or "dataset"
	owner, organisation string
	byOrder             bool // it has no list price
}

// checkSold checks that an asset has a list price of an organisation that may provide, or an order of somebody who may sell it
// that has not expired.
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

// isSoldBy says whether an account may sell an asset: it is the owner, or another account of the organisation, which seller
// says that it acts for.
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

// 0x40, 0x41: the pool is there, executes the app, is what its order says, and is sold by its operator.
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

// CheckPoolTerms checks that a pool, with the terms in force, is what its order says: not retired, of the same stake, and
// with price, commission and tags that it allows. ErrStale otherwise.
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
	for _, t := range o.Tags {
		if !slices.Contains(pool.Capabilities, t) {
			return ErrStale.Wrapf("tags: got %q, expected a capability of %s, one of %q", t, pool.Id, pool.Capabilities)
		}
	}
	return nil
}

// fuelInRange: the fuel limit is within the parameters and the category.
func (a Agreement) fuelInRange() error {
	fuel := a.FuelLimit()
	if fuel < 1 || fuel > a.Params.MaxFuel {
		return ErrFuel.Wrapf("fuel_limit: got %d, expected 1 to %d", fuel, a.Params.MaxFuel)
	}
	if a.Category != nil && fuel > a.Category.FuelLimit {
		return ErrFuel.Wrapf("fuel_limit: got %d, expected at most that of category %s, %d", fuel, a.Category.Id, a.Category.FuelLimit)
	}
	return nil
}

// fuelTaken: and within what the pool order takes.
func (a Agreement) fuelTaken() error {
	if fuel, most := a.FuelLimit(), a.Pool.Order.Pool.MaxFuel; fuel > most {
		return ErrFuel.Wrapf("fuel_limit: got %d, expected at most the pool order's max_fuel, %d", fuel, most)
	}
	return nil
}

// resourcesSuffice: the request asks for no less than the app requires.
func (a Agreement) resourcesSuffice() error {
	_, err := ResourcesOf(a.Request.Job.Resources, a.App.Version.Needs())
	return err
}

// resourcesCovered: the pool order promises them.
func (a Agreement) resourcesCovered() error {
	return CoverResources(a.Pool.Order.Pool.Resources, a.Resources())
}

// bytesRead: what one task reads, its inputs and its datasets, is within the parameters: a worker must hold all of it.
func (a Agreement) bytesRead() error {
	_, err := a.InputBytes()
	return err
}

// requestLives: the request has not expired.
func (a Agreement) requestLives() error {
	if e := a.Request.Expiry; e > 0 && a.Height >= e {
		return ErrExpired.Wrapf("request: its expiry is %d, the height %d", e, a.Height)
	}
	return nil
}

// 0x60: there is something left of everything.
func (a Agreement) assetsLeft() error {
	if a.assetVolume() == 0 {
		return ErrVolume.Wrap("nothing is left of the app order, a dataset order or the request")
	}
	return nil
}

func (a Agreement) poolLeft() error {
	if a.Pool.Left == 0 {
		return ErrVolume.Wrap("nothing is left of the pool order")
	}
	return nil
}
