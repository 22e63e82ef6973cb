package types

// Conditions of an agreement on restrictions: each order names the counterparts that it takes.

// 0x12: the pool is the one that the request names, if it names one, and the request's restriction takes it.
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

// 0x13: the app order takes each dataset.
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

// 0x14: the app order takes the pool.
func (a Agreement) appTakesPool() error {
	if o := a.App.Order; o != nil && !o.App.Pools.Meets(a.Pool.Order.Asset(), a.Pool.Owner) {
		return ErrAppRestrictsPool.Wrapf("pool: %s", a.Pool.Order.Asset())
	}
	return nil
}

// 0x15: the app order takes the requester.
func (a Agreement) appTakesRequester() error {
	if o := a.App.Order; o != nil && !a.Request.Requester.In(o.App.Requesters) {
		return ErrAppRestrictsRequester.Wrapf("requester: %s", a.Request.Requester.Account)
	}
	return nil
}

// 0x16: each dataset order takes the app.
func (a Agreement) datasetsTakeApp() error {
	for i, d := range a.Datasets {
		if d.Order != nil && !d.Order.Dataset.Apps.Meets(a.App.Version.Reference(), a.App.Owner) {
			return ErrDatasetRestrictsApp.Wrapf("datasets[%d]: app %s", a.from+i, a.App.Version.Reference())
		}
	}
	return nil
}

// 0x17: each dataset order takes the pool.
func (a Agreement) datasetsTakePool() error {
	for i, d := range a.Datasets {
		if d.Order != nil && !d.Order.Dataset.Pools.Meets(a.Pool.Order.Asset(), a.Pool.Owner) {
			return ErrDatasetRestrictsPool.Wrapf("datasets[%d]: pool %s", a.from+i, a.Pool.Order.Asset())
		}
	}
	return nil
}

// 0x18: each dataset order takes the requester.
func (a Agreement) datasetsTakeRequester() error {
	for i, d := range a.Datasets {
		if d.Order != nil && !a.Request.Requester.In(d.Order.Dataset.Requesters) {
			return ErrDatasetRestrictsRequester.Wrapf("datasets[%d]: requester %s", a.from+i, a.Request.Requester.Account)
		}
	}
	return nil
}

// 0x19: the pool order takes the app.
func (a Agreement) poolTakesApp() error {
	if !a.Pool.Order.Pool.Apps.Meets(a.App.Version.Reference(), a.App.Owner) {
		return ErrPoolRestrictsApp.Wrapf("app: %s", a.App.Version.Reference())
	}
	return nil
}

// 0x1a: the pool order takes each dataset.
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
