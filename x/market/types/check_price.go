package types

import "github.com/credence-chain/credence/poco"

// Conditions of an agreement on trust and prices: the price of each part, and of all parts together.

// 0x02: the trust is within what the pool order takes. It is rounded up first, as the deal pins it.
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

// 0x04: the datasets' price is within the request's bound for it.
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

// 0x05: the price of a replica is within the request's bound for it.
func (a Agreement) poolPrice() error {
	if most, price := a.Request.Job.MaxPoolPrice, a.Pool.Order.Price(); most > 0 && price > most {
		return ErrPoolPrice.Wrapf("max_pool_price: got %d, a replica costs %d", most, price)
	}
	return nil
}

// pricesAt returns the prices for a price of a replica. DatasetPrice must have succeeded before.
func (a Agreement) pricesAt(pool uint64) Prices {
	dataset, _ := a.DatasetPrice()
	return Prices{App: a.AppPrice(), Dataset: dataset, Pool: pool, Court: a.Court()}
}

// assetsAffordable: max_price pays app and datasets, even if replicas cost nothing.
func (a Agreement) assetsAffordable() error {
	_, err := a.Request.Job.Seats(a.pricesAt(0))
	return err
}

// checkAffordable: max_price pays app, datasets and the replicas that the policy needs.
func (a Agreement) checkAffordable() error {
	_, err := a.Request.Job.Seats(a.pricesAt(a.Pool.Order.Price()))
	return err
}

// courtPaid: where the court judges at once, the deal pays each of its seats the price of a replica. That price is at least the floor of
// the court's fee, and it is not a price by use.
func (a Agreement) courtPaid() error {
	if a.Request.Job.policyRules().Court != poco.CourtAtOnce {
		return nil
	}
	if a.Pool.Order.Pool.UsePrice != nil {
		return ErrCourtPrice.Wrapf("policy: the pool order has a price by use, expected one without under the policy %q: what a court's seat is paid is a fee", a.Request.Job.Policy)
	}
	if price, least := a.Pool.Order.Price(), a.Params.FloorCourtFee(a.Request.Job.FuelLimit); price < least {
		return ErrCourtPrice.Wrapf("policy: a replica costs %d ucred, expected at least %d, the fee of a court's seat for a fuel limit of %d", price, least, a.Request.Job.FuelLimit)
	}
	return nil
}
