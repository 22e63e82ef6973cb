package types

// Fill is how many tasks of a deal an order has met.
type Fill struct {
	Order string
	Tasks uint64
}

// Fills returns what the deal takes of each order that it met: every task of the pool's and the app's, and of a dataset's
// those tasks that read it.
func (d Deal) Fills() []Fill { return append(d.wholeFills(d.Size_), d.splitFills(d.First, d.Size_)...) }

// wholeFills returns what any so many tasks take of the orders that every task of the deal takes of.
func (d Deal) wholeFills(tasks uint64) []Fill {
	fills := []Fill{{d.PoolOrder, tasks}}
	if d.AppOrder != "" {
		fills = append(fills, Fill{d.AppOrder, tasks})
	}
	if d.DatasetsPerTask > 0 {
		return fills
	}
	for _, s := range d.Datasets {
		if s.Order != "" {
			fills = append(fills, Fill{s.Order, tasks})
		}
	}
	return fills
}

// splitFills returns what the tasks of so many indexes take of datasets that only one task reads.
func (d Deal) splitFills(first, tasks uint64) (fills []Fill) {
	k := uint64(d.DatasetsPerTask)
	if k == 0 {
		return nil
	}
	for i, s := range d.Datasets {
		if reader := uint64(i) / k; s.Order != "" && reader >= first && reader-first < tasks {
			fills = append(fills, Fill{s.Order, 1})
		}
	}
	return fills
}

// Releases returns what the tasks for which nobody was paid give back, but those of splitting datasets: see TaskReleases.
func (d Deal) Releases() []Fill { return d.wholeFills(d.Unused - d.Released) }

// TaskReleases returns what tasks of consecutive indexes give back of datasets that only one task reads.
func (d Deal) TaskReleases(first, tasks uint64) []Fill { return d.splitFills(first, tasks) }
