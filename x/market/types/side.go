package types

// CheckApp judges the app's side as CheckAssets does, and whether it takes the datasets, whatever these are sold for.
func (a Agreement) CheckApp() error {
	if err := a.only(0, 0).CheckAssets(); err != nil {
		return err
	}
	if err := a.tee(); err != nil {
		return err
	}
	return a.appTakesDatasets()
}

// CheckDataset judges the side of one dataset likewise, as if the job read no other: its cost does not depend on how
// many there are.
func (a Agreement) CheckDataset(i int) error { return a.only(i, i+1).CheckAssets() }

// only returns the agreement with the datasets of a range alone.
func (a Agreement) only(from, to int) Agreement {
	a.Datasets, a.Request.Job.Datasets, a.from = a.Datasets[from:to], a.Request.Job.Datasets[from:to], from
	return a
}

// Prices returns what the orders ask, given that Check found nothing.
func (a Agreement) Prices() Prices {
	p := a.prices(a.Pool.Order.Price())
	p.Commission, p.Stake = a.Pool.Order.Pool.CommissionBps, a.Pool.Order.Pool.Stake
	return p
}

// Fill is how many tasks of a deal an order has met.
type Fill struct {
	Order string
	Tasks uint64
}

// Fills returns what the deal takes of each order that it met: every task of the pool's and the app's, and of a dataset's
// those tasks that read it.
func (d Deal) Fills() []Fill {
	fills := []Fill{{d.PoolOrder, d.Size_}}
	if d.AppOrder != "" {
		fills = append(fills, Fill{d.AppOrder, d.Size_})
	}
	for i, s := range d.Datasets {
		tasks := d.Size_
		if k := uint64(d.DatasetsPerTask); k > 0 {
			tasks = 0
			if reader := uint64(i) / k; reader >= d.First && reader < d.First+d.Size_ {
				tasks = 1
			}
		}
		if s.Order != "" && tasks > 0 {
			fills = append(fills, Fill{s.Order, tasks})
		}
	}
	return fills
}
