package sim

import "math"

// crowd holds the workers of a trial: whether they collude, and whether they can be drawn now. The list begins with one worker of
// each organisation, World.Organisations in all. The other workers (sybils) of colluding organisations follow.
type crowd struct {
	world   World
	collude []bool
	org     []int
	strikes []int
	struck  []int // task at which the last strike came
	busy    []int // tasks that the worker has now
	cooling []int // first task for which the worker can be drawn again
	banned  []bool
	paused  []bool
	silent  []bool // drawn, it answers nothing: a storm is over it

	now      int
	pausedAt int // the honest worker whose absence changes next
	known    census
}

// census is the number of the first workers that could be drawn when they were last counted. It is valid until a worker is struck,
// pauses or comes back, or the next cool-down ends.
type census struct {
	workers, all, colluding int
	until                   int
}

func newCrowd(w World, d *Dice) *crowd {
	n := w.Organisations + w.Colluding*(max(w.Sybils, 1)-1)
	c := &crowd{
		world: w, collude: make([]bool, n), org: make([]int, n), strikes: make([]int, n), cooling: make([]int, n),
		struck: make([]int, n), busy: make([]int, n),
		banned: make([]bool, n), paused: make([]bool, n), silent: make([]bool, n),
	}
	honest := w.Organisations - w.Colluding
	for i := range n {
		c.org[i] = i
		if i >= w.Organisations {
			c.org[i] = honest + (i-w.Organisations)%w.Colluding
		}
		c.collude[i] = c.org[i] >= honest
		c.paused[i] = !c.collude[i] && w.AbsentShare > 0 && d.Float64() < w.AbsentShare
	}
	return c
}

// moveTo advances the crowd to a task: storms begin and end, and absent organisations change.
func (c *crowd) moveTo(task int, d *Dice) {
	w := c.world
	c.now = task
	if w.StormEvery > 0 {
		switch task % w.StormEvery {
		case 0:
			for i := range c.silent {
				c.silent[i] = !c.collude[i] && d.Float64() < w.StormShare
			}
		case w.StormLength:
			clear(c.silent)
		}
	}
	if honest := w.Organisations - w.Colluding; w.AbsentLength > 0 && honest > 0 && task%max(1, w.AbsentLength/honest) == 0 {
		c.paused[c.pausedAt] = d.Float64() < w.AbsentShare
		c.known = census{}
		c.pausedAt = (c.pausedAt + 1) % honest
	}
}

// isDrawable says whether a worker can be drawn now.
func (c *crowd) isDrawable(i int) bool {
	return !c.banned[i] && !c.paused[i] && c.cooling[i] <= c.now && (c.world.Slots == 0 || c.busy[i] < c.world.Slots)
}

// outFor returns for how many tasks more a worker can neither answer nor open a commitment, because of a storm or an outage; 0 when it
// can.
func (c *crowd) outFor(i int) (tasks int) {
	w := c.world
	if c.silent[i] {
		tasks = w.StormLength - c.now%w.StormEvery
	}
	if honest := w.Organisations - w.Colluding; w.OutageEvery > 0 && i < honest {
		since := (c.now + i*(w.OutageEvery/honest)) % w.OutageEvery
		tasks = max(tasks, w.OutageLength-since)
	}
	return max(0, tasks)
}

// takeSlots gives workers a task more, or one less.
func (c *crowd) takeSlots(who []int, more int) {
	if c.world.Slots == 0 {
		return
	}
	for _, i := range who {
		c.busy[i] += more
	}
	c.known = census{}
}

// countDrawable returns how many of the first n workers can be drawn, and how many of these collude.
func (c *crowd) countDrawable(n int) (all, colluding int) {
	if c.known.workers == n && c.now < c.known.until {
		return c.known.all, c.known.colluding
	}
	until := math.MaxInt
	for i := range n {
		if c.isDrawable(i) {
			all++
			if c.collude[i] {
				colluding++
			}
		} else if c.cooling[i] > c.now {
			until = min(until, c.cooling[i])
		}
	}
	c.known = census{n, all, colluding, until}
	return all, colluding
}

// strikeWorker records a proven wrong answer: the worker cools down, is banned, or comes back at once under a new name. It returns
// whether the worker was banned, even if it comes back under another name.
func (c *crowd) strikeWorker(i int) (banned bool) {
	if f := c.world.Forgiveness; f > 0 && c.now-c.struck[i] >= f {
		c.strikes[i] = 0
	}
	c.strikes[i]++
	c.struck[i] = c.now
	c.known = census{}
	switch {
	case c.strikes[i] < max(c.world.Strikes, 1):
		c.cooling[i] = c.now + c.world.Cooling
		return false
	case c.world.ReEntry:
		c.strikes[i] = 0
	default:
		c.banned[i] = true
	}
	return true
}

// pickWorker draws one of the first n workers that was not drawn before, each with the same chance. With tilted dice it draws a
// colluder with the chance tiltedChance. It returns false if no worker is left.
func (c *crowd) pickWorker(n int, before []Seat, d *Dice) (int, bool) {
	taken := func(i int) bool {
		for _, s := range before {
			if s.Worker == i {
				return true
			}
		}
		return false
	}
	// A few tries almost always find a worker (of the class that the dice chose, when they are tilted).
	colluding := false
	if d.tilted {
		all, bad := c.countDrawable(n)
		for _, s := range before {
			if c.isDrawable(s.Worker) {
				all--
				if c.collude[s.Worker] {
					bad--
				}
			}
		}
		if all <= 0 {
			return 0, false
		}
		colluding = d.Flip(float64(bad) / float64(all))
	}
	fits := func(i int) bool {
		return c.isDrawable(i) && !taken(i) && (!d.tilted || c.collude[i] == colluding)
	}
	for range 16 * n {
		if i := d.IntN(n); fits(i) {
			return i, true
		}
	}
	var left []int
	for i := range n {
		if fits(i) {
			left = append(left, i)
		}
	}
	if len(left) == 0 {
		return 0, false
	}
	return left[d.IntN(len(left))], true
}
