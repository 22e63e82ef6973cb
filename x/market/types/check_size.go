package types

// Conditions of an agreement on sizes: fuel, resources, bytes, volumes, and the request's expiry.

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

// fuelTaken: the fuel limit is within what the pool order takes.
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

// resourcesCovered: the pool order promises the resources that one execution may use.
func (a Agreement) resourcesCovered() error {
	return CoverResources(a.Pool.Order.Pool.Resources, a.Resources())
}

// bytesRead: the inputs and datasets of one task are within the parameters, because a worker must hold all of them.
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

// 0x60: tasks are left of the request, and volume of each order.
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
