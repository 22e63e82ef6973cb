package sim

import (
	"math"
	"runtime"
	"sync"
)

// Measure runs a trial for seeds from, from+1, ... and returns their tallies in the order of the seeds, however many
// cores took part.
func Measure(s Scheme, w World, p Population, from uint64, seeds int) []Tally {
	out := make([]Tally, seeds)
	next := make(chan int)
	var group sync.WaitGroup
	for range min(seeds, runtime.GOMAXPROCS(0)) {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range next {
				out[i] = s.Run(Trial{World: w, Population: p, Seed: from + uint64(i)})
			}
		}()
	}
	for i := range seeds {
		next <- i
	}
	close(next)
	group.Wait()
	return out
}

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

// UpperBound is the 95 % upper bound on a rate of which an event was seen so often in so many independent tries; with no
// event it is the rule of three, 3/tries.
func UpperBound(events, tries int) float64 {
	if events == 0 {
		return 3 / float64(tries)
	}
	k := float64(events)
	return (k + 1.645*math.Sqrt(k) + 1.645) / float64(tries)
}
