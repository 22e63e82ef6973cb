package acceptance

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// This file has pairs of faults that hold at the same time. One of a pair strikes validators or the lines between them, and the other one
// something else, so that both together take no more validators away than the first alone.

// besides are the faults of what is no validator. The value says whether the fault needs blocks before it can end.
var besides = map[string]bool{
	"a court executor is killed":    false,
	"a worker hangs":                false,
	"a store hangs":                 true,
	"a store is killed":             true,
	"a full node hangs":             true,
	"a full node is killed":         true,
	"slow links":                    false,
	"30 % of the workers gone":      false,
	"two workers' clocks are wrong": true,
}

// standstills are the faults of validators in which no block is made.
var standstills = []string{"all validators are killed", "partition 2|2"}

// alone is in no pair: its check is that every block is full, which needs all validators.
const alone = "a flood of cheap transactions"

func faultOf(name string) fault {
	for _, f := range faults {
		if f.name == name {
			return f
		}
	}
	panic(fmt.Sprintf("no fault has the name %q", name))
}

// pairUp gives each fault of validators a partner, and each other fault at least one.
func pairUp(r *rand.Rand) (pairs [][2]string) {
	var waiting []string
	for _, i := range r.Perm(len(faults)) {
		if _, beside := besides[faults[i].name]; beside {
			waiting = append(waiting, faults[i].name)
		}
	}
	next := slices.Clone(waiting)
	for _, i := range r.Perm(len(faults)) {
		name := faults[i].name
		if _, beside := besides[name]; beside || name == alone {
			continue
		}
		fits := func(other string) bool { return !slices.Contains(standstills, name) || !besides[other] }
		at := slices.IndexFunc(next, fits)
		if at < 0 {
			next = append(next, waiting...)
			at = slices.IndexFunc(next, fits)
		}
		pairs = append(pairs, [2]string{name, next[at]})
		next = slices.Delete(next, at, at+1)
	}
	return pairs
}

// together returns the fault that consists of two.
func together(first, second fault) fault {
	return fault{first.name + ", and " + second.name, func(c *chaos, d time.Duration) (string, error) {
		c.startStores()
		c.startFull()
		return c.strikeBoth(first, second, d)
	}}
}

// strikeBoth has a second fault strike once a first one holds. The first one goes on once the second one holds too.
func (c *chaos) strikeBoth(first, second fault, d time.Duration) (string, error) {
	// Each has a copy, with random numbers of its own, so that its victims do not depend on the other's.
	one, other := *c, *c
	one.rand, other.rand = rand.New(rand.NewPCG(c.rand.Uint64(), 1)), rand.New(rand.NewPCG(c.rand.Uint64(), 2))
	oneHolds, otherHolds := newSign(), newSign()
	var held [2]bool
	one.meet = func() {
		held[0] = true
		oneHolds.raise()
		<-otherHolds.raised
	}
	other.meet = func() {
		held[1] = true
		otherHolds.raise()
	}
	var victims [2]string
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() {
		defer oneHolds.raise() // also if it has failed
		victims[0], errs[0] = first.strike(&one, d)
	})
	both.Go(func() {
		defer otherHolds.raise()
		<-oneHolds.raised
		victims[1], errs[1] = second.strike(&other, d)
	})
	both.Wait()
	if c.t.Failed() { // a failure ends only the goroutine in which it is
		c.t.FailNow()
	}
	c.programs, c.dishonest = other.programs, one.dishonest
	for _, err := range errs {
		if err != nil && !errors.Is(err, errSkipped) {
			return "", err
		}
	}
	if err := errors.Join(errs[:]...); err != nil {
		return "", err
	}
	if held != [2]bool{true, true} {
		return "", fmt.Errorf("%s, and %s: they did not hold at once", first.name, second.name)
	}
	return strings.Join(victims[:], "; "), nil
}

// sign is raised once, and seen by all who wait for it.
type sign struct {
	raise  func()
	raised chan struct{}
}

func newSign() sign {
	raised := make(chan struct{})
	return sign{sync.OnceFunc(func() { close(raised) }), raised}
}

// Each fault is in a pair, a fault that waits for blocks is in none in which there are none, and one seed has one order.
func TestPairs(t *testing.T) {
	for seed := range uint64(100) {
		pairs := pairUp(rand.New(rand.NewPCG(seed, 0)))
		require.Equal(t, pairs, pairUp(rand.New(rand.NewPCG(seed, 0))))
		met := map[string]bool{alone: true}
		for _, p := range pairs {
			_, beside := besides[p[0]]
			waits, besideToo := besides[p[1]]
			require.False(t, beside, p)
			require.True(t, besideToo, p)
			require.False(t, waits && slices.Contains(standstills, p[0]), p)
			met[p[0]], met[p[1]] = true, true
		}
		for _, f := range faults {
			require.True(t, met[f.name], "seed %d has no pair with: %s", seed, f.name)
		}
		require.Len(t, met, len(faults))
	}
}

// Both faults of a pair hold before either ends. One that fails does not leave the other waiting, and one that never holds is an error.
func TestFaultsHoldTogether(t *testing.T) {
	const long = 200 * time.Millisecond
	var begun, together atomic.Int32
	holds := func(name string, after time.Duration) fault {
		return fault{name, func(c *chaos, d time.Duration) (string, error) {
			time.Sleep(after)
			begun.Add(1)
			c.pause(d)
			if begun.Load() == 2 {
				together.Add(1)
			}
			return name, nil
		}}
	}
	slowly, quickly := holds("slow", long), holds("quick", 0)
	broken := fault{"broken", func(*chaos, time.Duration) (string, error) { return "", errors.New("broken") }}
	skipped := fault{"skipped", func(*chaos, time.Duration) (string, error) { return "", errSkipped }}
	never := fault{"never", func(*chaos, time.Duration) (string, error) { return "never", nil }}
	c := &chaos{network: &network{t: t, ctx: t.Context()}, rand: rand.New(rand.NewPCG(1, 0))}

	for _, pair := range [][2]fault{{slowly, quickly}, {quickly, slowly}} {
		begun.Store(0)
		together.Store(0)
		victims, err := c.strikeBoth(pair[0], pair[1], 0)
		require.NoError(t, err)
		require.Equal(t, pair[0].name+"; "+pair[1].name, victims)
		require.EqualValues(t, 2, together.Load(), "one was over before the other held")
	}
	for _, pair := range [][2]fault{{broken, skipped}, {skipped, broken}, {slowly, broken}} {
		_, err := c.strikeBoth(pair[0], pair[1], 0)
		require.EqualError(t, err, "broken")
	}
	_, err := c.strikeBoth(skipped, quickly, 0)
	require.ErrorIs(t, err, errSkipped)
	for _, pair := range [][2]fault{{never, quickly}, {quickly, never}} {
		_, err := c.strikeBoth(pair[0], pair[1], 0)
		require.ErrorContains(t, err, "did not hold at once")
	}
}
