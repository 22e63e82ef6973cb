package types

// Fill is the number of a deal's tasks that one order met.
type Fill struct {
	Order string
	Tasks uint64
}

// Fills returns the tasks that the deal takes of the volume of each of its orders: all tasks of the pool's and the app's order, and of a
// dataset's order the tasks that read the dataset.
func (d Deal) Fills() []Fill { return append(d.wholeFills(d.Size_), d.splitFills(d.First, d.Size_)...) }

// wholeFills returns the fills of a number of tasks, for the orders from which every task of the deal takes one.
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

// splitFills returns the fills of a range of tasks, for the orders of datasets that one task alone reads.
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

// Releases returns the volume that tasks for which nobody was paid give back, except that of datasets which one task alone reads: see
// TaskReleases.
func (d Deal) Releases() []Fill { return d.wholeFills(d.Unused - d.Released) }

// TaskReleases returns the volume that a range of tasks gives back to the orders of datasets that one task alone reads.
func (d Deal) TaskReleases(first, tasks uint64) []Fill { return d.splitFills(first, tasks) }
