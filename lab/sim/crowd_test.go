package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCrowdBansAndBringsBack(t *testing.T) {
	w := Standard(100, 10)
	w.Strikes, w.Cooling = 2, 5
	c := newCrowd(w, NewDice(1, 1))
	all, colluding := c.countDrawable(w.Organisations)
	require.Equal(t, []int{200, 40}, []int{all, colluding})

	bad := w.Organisations - 1
	require.True(t, c.collude[bad])
	c.strikeWorker(bad)
	require.False(t, c.isDrawable(bad), "it cools down")
	c.moveTo(5, NewDice(1, 1))
	require.True(t, c.isDrawable(bad))
	c.strikeWorker(bad)
	c.moveTo(500, NewDice(1, 1))
	require.False(t, c.isDrawable(bad), "banned at the second")

	c.world.ReEntry = true
	c.strikes[bad-1] = 1
	c.strikeWorker(bad - 1)
	require.True(t, c.isDrawable(bad-1), "back under a new name")
}

// Every present worker is equally likely to be drawn. No worker is drawn twice, and no absent worker is drawn.
func TestCrowdPicksEvenly(t *testing.T) {
	w := Standard(100, 10)
	w.Organisations, w.Colluding, w.Sybils = 10, 4, 3
	d := NewDice(1, 1)
	c := newCrowd(w, d)
	require.Len(t, c.collude, 18, "each colluding organisation has two workers more")
	c.banned[0] = true
	var seen [18]int
	const tries = 17_000
	for range tries {
		i, ok := c.pickWorker(18, []Seat{{Worker: 1}}, d)
		require.True(t, ok)
		seen[i]++
	}
	require.Zero(t, seen[0]+seen[1])
	for i := 2; i < 18; i++ {
		require.InDelta(t, tries/16, seen[i], 150)
	}

	// In a tilted draw a colluder comes every second time, with the weight of its share.
	var weight, honest float64
	for range tries {
		d.beginRehearsal()
		i, ok := c.pickWorker(10, nil, d)
		require.True(t, ok)
		if c.collude[i] {
			weight += d.Weight
		} else {
			honest += d.Weight
		}
	}
	require.InEpsilon(t, 4./9, weight/tries, 0.05)
	require.InEpsilon(t, 5./9, honest/tries, 0.05)

	for i := range c.banned {
		c.banned[i] = true
	}
	_, ok := c.pickWorker(18, nil, d)
	require.False(t, ok, "nobody is left")
}

// The stored census of drawable workers equals a new count, after workers are struck, cool down, pause or come back.
func TestCensusIsACount(t *testing.T) {
	w := Standard(100, 10)
	w.Strikes, w.Cooling, w.AbsentShare, w.AbsentLength = 3, 7, 0.3, 400
	d := NewDice(4, 1)
	c := newCrowd(w, d)
	changed, last := 0, -1
	for task := range 3_000 {
		c.moveTo(task, d)
		if d.Flip(0.1) {
			c.strikeWorker(d.IntN(w.Organisations))
		}
		n := []int{w.Organisations, 150}[d.IntN(2)]
		all, colluding := c.countDrawable(n)
		wantAll, wantColluding := 0, 0
		for i := range n {
			if c.isDrawable(i) {
				wantAll++
				if c.collude[i] {
					wantColluding++
				}
			}
		}
		require.Equal(t, []int{wantAll, wantColluding}, []int{all, colluding}, "task %d", task)
		if all != last {
			changed, last = changed+1, all
		}
	}
	require.Greater(t, changed, 100)
}
