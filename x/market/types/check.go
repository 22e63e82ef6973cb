package types

import "slices"

// The conditions under which four orders make a deal. This file has the table of all, and those on categories and tags. The others are
// in check_asset.go, check_price.go, check_restriction.go and check_size.go, each above its number in iExec's contract.

// condition is one condition of an agreement.
type condition struct {
	// pool is true when the condition involves the pool's side.
	pool bool
	// holds returns the condition's own error when it does not hold.
	holds func(Agreement) error
}

// conditions are in the order in which they are judged: iExec's by their codes, and ours between them.
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

// Check checks that the orders make a deal of at least one task. It returns the error of the first condition that fails.
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

// CheckPool judges the conditions that involve the pool's side. CheckAssets must have succeeded before.
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

// CheckWhole refuses to fill only a part of a bag whose request does not allow that; ErrVolume. It is no part of Check, because several
// agreements of one matching may fill a bag together.
func (a Agreement) CheckWhole() error {
	if v := a.Volume(); !a.Request.Job.Partial && v < a.Request.Left {
		return ErrVolume.Wrapf("size: %d tasks are left of the bag and %d can be met, expected all of them, or partial to be set", a.Request.Left, v)
	}
	return nil
}

// assetShape: the orders of app and datasets are of the kind of their side. The conditions after it rely on that.
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

// 0x06: the pool order promises every tag that is needed.
func (a Agreement) tagsPromised() error {
	if t, missing := missingTag(a.Pool.Order.Pool.Tags, a.Tags()); missing {
		return ErrTags.Wrapf("tags: %q is needed, the pool order promises %q", t, a.Pool.Order.Pool.Tags)
	}
	return nil
}

// 0x07: when something needs a trusted execution environment, the app is made for one.
func (a Agreement) checkTEE() error {
	if slices.Contains(a.Tags(), TagTEE) && !slices.Contains(a.appTags(), TagTEE) {
		return ErrTEE.Wrapf("tags: %q is needed, and %s does not have it", TagTEE, a.App.Version.Reference())
	}
	return nil
}
