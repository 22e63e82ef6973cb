package poco

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestWindow(t *testing.T) {
	rates := WindowRates{BaseBlocks: 120, FuelPerBlock: 20_000_000, ModuleBytesPerBlock: 100_000, InputBytesPerBlock: 500_000}
	for _, tc := range []struct {
		name     string
		work     Work
		expAll   int64
		expReady int64 // the part of it before the program runs
	}{
		{"nothing to do", Work{}, 120, 120},
		{"time beside fuel", Work{Fuel: 40_000_000, RunBlocks: 300}, 420, 120},
		{"less time than fuel", Work{Fuel: 40_000_000, RunBlocks: 1}, 122, 120},
		{"a begun block counts whole", Work{Fuel: 1, ModuleBytes: 1, InputBytes: 1}, 123, 122},
		{"exact blocks", Work{Fuel: 40_000_000, ModuleBytes: 100_000, InputBytes: 1_000_000}, 125, 123},
		{"one more of each", Work{Fuel: 40_000_001, ModuleBytes: 100_001, InputBytes: 1_000_001}, 128, 125},
		// This case cost honest workers their stakes when only fuel counted: 50 blocks for 21 processor seconds of compiling.
		{"a large module and little fuel", Work{Fuel: 1_000_000_000, ModuleBytes: 19_700_000}, 120 + 50 + 197, 120 + 197},
		{"all that there is", Work{Fuel: math.MaxUint64, ModuleBytes: math.MaxUint64, InputBytes: math.MaxUint64}, MaxWindow, MaxWindow},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if all, ready := rates.Window(tc.work), rates.Preparation(tc.work); all != tc.expAll || ready != tc.expReady {
				t.Errorf("got %d blocks, %d of them before it runs; expected %d and %d", all, ready, tc.expAll, tc.expReady)
			}
		})
	}
	if got := (WindowRates{BaseBlocks: 1}).Window(Work{Fuel: 1}); got != MaxWindow {
		t.Errorf("without a pace: got %d blocks, expected the bound: no division by zero", got)
	}
}

// TestWindowGrows: more work never gets less time, and no task gets less than the base.
func TestWindowGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, most uint64) uint64 { return rapid.Uint64Range(1, most).Draw(t, name) }
		rates := WindowRates{
			BaseBlocks: int64(draw("base", 1<<20)), FuelPerBlock: draw("fuel rate", 1<<62),
			ModuleBytesPerBlock: draw("module rate", 1<<50), InputBytesPerBlock: draw("input rate", 1<<50),
		}
		less := Work{Fuel: draw("fuel", 1<<62), ModuleBytes: draw("module", 1<<40), InputBytes: draw("inputs", 1<<50)}
		more := Work{Fuel: less.Fuel + draw("more fuel", 1<<62), ModuleBytes: less.ModuleBytes + draw("more module", 1<<40), InputBytes: less.InputBytes + draw("more inputs", 1<<50)}
		a, b := rates.Window(less), rates.Window(more)
		if a > b || a < rates.BaseBlocks || b > MaxWindow {
			t.Fatalf("got %d blocks for %+v and %d for %+v", a, less, b, more)
		}
	})
}

// TestWindowOfThoseWhoFollow: the other workers and the court get three times as long as the first worker took, if that is more than the
// pinned window.
func TestWindowOfThoseWhoFollow(t *testing.T) {
	for _, took := range []int64{1, 3, 4, 9} {
		t.Run(fmt.Sprint(took), func(t *testing.T) {
			m := newMachine(t, testTerms())
			m.do(FirstDrawn{Height: 1, Seat: Seat{Who: "w1", Org: "o1"}})
			m.do(Committed{Height: 1 + took, Who: "w1", Attempt: 1, Commitment: [32]byte{1}})
			if m.task.Took != took {
				t.Fatalf("the first worker took %d blocks, expected %d", m.task.Took, took)
			}
			m.do(PlanMade{Height: 1 + took, Plan: Plan{Replicas: 2}})
			m.do(SecondDrawn{Height: 20, Plan: Plan{Replicas: 2}, Seats: []Seat{{Who: "w2", Org: "o2"}}})
			want := max(10, 3*took) // 10 is pinned for both benches
			if got := m.task.Deadline - 20; got != want {
				t.Errorf("wave 2 has %d blocks, expected %d", got, want)
			}
			m.do(Due{Height: m.task.Deadline}) // the worker is silent
			m.do(Due{Height: m.task.Deadline}) // no worker reveals, so the court is called
			m.do(CourtOpened{Height: 100, Seats: []Seat{{Who: "v1", Org: "v1", Power: 1}}})
			if got := m.task.Deadline - 100; got != want {
				t.Errorf("the court has %d blocks, expected %d", got, want)
			}
		})
	}
}

// TestLastDecline: the last height for which LastDecline answers yes is the last at which the chain takes a decline.
func TestLastDecline(t *testing.T) {
	for _, window := range []int64{1, 2, 3, 10, 11} {
		terms := testTerms()
		terms.CommitBlocks = window
		m := newMachine(t, terms)
		m.do(FirstDrawn{Height: 5, Seat: Seat{Who: "w1", Org: "o1"}})
		last := terms.LastDecline(m.task.Deadline)
		if want := 5 + window - max(1, window/2); last != want {
			t.Errorf("window %d from height 5: the last decline is at %d, expected %d, the middle", window, last, want)
		}
		for height := int64(5); height < m.task.Deadline; height++ {
			_, _, err := m.task.Apply(Declined{Height: height, Who: "w1", Attempt: 1})
			if late := errors.Is(err, ErrWindowClosed); late != (height > last) || err != nil && !late {
				t.Errorf("window %d, height %d, last %d: %v", window, height, last, err)
			}
		}
	}
}

// machine feeds events to a task and ignores its effects.
type machine struct {
	t    *testing.T
	task Task
}

func newMachine(t *testing.T, terms Terms) *machine {
	task, err := NewTask([32]byte{0xaa}, terms, 1)
	if err != nil {
		t.Fatal(err)
	}
	return &machine{t, task}
}

func (m *machine) do(ev Event) {
	m.t.Helper()
	next, _, err := m.task.Apply(ev)
	if err != nil {
		m.t.Fatalf("%T in phase %s: %v", ev, m.task.Phase, err)
	}
	m.task = next
}
