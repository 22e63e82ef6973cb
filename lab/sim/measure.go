package sim

import (
	"math"
	"runtime"
	"slices"
	"sync"
)

// runTrials runs the trials of all cells, as many at a time as there are cores, and returns the tallies of each cell in the order
// of its seeds. A trial depends on its seed alone, so tallies do not depend on the number of cores. If done is not nil, it is
// called for each cell that is ready, one cell at a time.
func runTrials(cells []Cell, seed uint64, done func(cell int, ys []Tally)) [][]Tally {
	type trial struct{ cell, seed int }
	var trials []trial
	tallies := make([][]Tally, len(cells))
	left := make([]int, len(cells))
	for i, c := range cells {
		tallies[i], left[i] = make([]Tally, c.Seeds), c.Seeds
		for s := range c.Seeds {
			trials = append(trials, trial{i, s})
		}
	}
	// The longest trials come first, so that at the end no core waits long for another.
	slices.SortStableFunc(trials, func(a, b trial) int { return cells[b.cell].World.Tasks - cells[a.cell].World.Tasks })

	next := make(chan trial)
	var group sync.WaitGroup
	var lock sync.Mutex // of left, and of done
	for range min(len(trials), runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for t := range next {
				c := cells[t.cell]
				y := c.Scheme.Run(Trial{World: c.World, Population: c.Population, Seed: seed + uint64(t.seed)})
				tallies[t.cell][t.seed] = y
				lock.Lock()
				if left[t.cell]--; left[t.cell] == 0 && done != nil {
					done(t.cell, tallies[t.cell])
				}
				lock.Unlock()
			}
		})
	}
	for _, t := range trials {
		next <- t
	}
	close(next)
	group.Wait()
	return tallies
}

// MeasureCells returns a row for each cell, in their order, from the given seed on. If done is not nil, it is called with each row
// as soon as it is known.
func MeasureCells(cells []Cell, seed uint64, done func(Row)) []Row {
	rows := make([]Row, len(cells))
	runTrials(cells, seed, func(i int, ys []Tally) {
		rows[i] = cells[i].rowOf(ys)
		if done != nil {
			done(rows[i])
		}
	})
	return rows
}

// Measure runs a cell from the given seed on.
func (c Cell) Measure(seed uint64) Row { return MeasureCells([]Cell{c}, seed, nil)[0] }

// Mean is a mean over seeds and its standard error.
type Mean struct {
	Mean  float64 `json:"mean"`
	Error float64 `json:"error"`
}

// Over returns the mean of a figure over tallies.
func Over(tallies []Tally, figure func(Tally) float64) Mean {
	n := float64(len(tallies))
	var sum, squares float64
	for _, t := range tallies {
		v := figure(t)
		sum += v
		squares += v * v
	}
	m := Mean{Mean: sum / n}
	if n > 1 {
		m.Error = math.Sqrt(max(0, squares/n-m.Mean*m.Mean) / (n - 1))
	}
	return m
}

// UpperBound returns the 95 % upper bound on the rate of an event that was seen the given number of times in independent tries.
// Without an event it is the rule of three, 3/tries.
func UpperBound(events, tries int) float64 {
	if events == 0 {
		return 3 / float64(tries)
	}
	k := float64(events)
	return (k + 1.645*math.Sqrt(k) + 1.645) / float64(tries)
}
