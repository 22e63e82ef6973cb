package types

import "slices"

// CheckApp judges the app's side as CheckAssets does, whatever the datasets will cost.
func (a Agreement) CheckApp() error { return a.alone(-1).CheckAssets() }

// CheckDataset judges the side of one dataset likewise, whatever the others will cost.
func (a Agreement) CheckDataset(i int) error { return a.alone(i).CheckAssets() }

// alone returns the agreement with every dataset but one free.
func (a Agreement) alone(i int) Agreement {
	a.Datasets = slices.Clone(a.Datasets)
	for j := range a.Datasets {
		if d := &a.Datasets[j]; j != i {
			d.Order, d.Left, d.Version.Price, d.Version.ByOrder = nil, Unbounded, 0, false
		}
	}
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
