package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestOutage(t *testing.T) {
	for _, c := range []struct {
		name   string
		missed []Outage // in the order in which the tasks end
		want   int      // strikes
		record Outage
	}{
		{"one", []Outage{{5, 20}}, 1, Outage{5, 20}},
		{"four slots, one outage", []Outage{{5, 20}, {8, 20}, {9, 22}, {19, 40}}, 1, Outage{5, 20}},
		{"its court was the slower", []Outage{{9, 22}, {5, 20}}, 1, Outage{5, 20}},
		{"came back and went", []Outage{{5, 20}, {20, 30}}, 2, Outage{20, 30}},
		{"came back and went, told in the other order", []Outage{{20, 30}, {5, 20}}, 2, Outage{20, 30}},
		{"a chain of overlaps is not one outage", []Outage{{5, 20}, {15, 30}, {25, 40}}, 2, Outage{25, 40}},
		{"committed after the first that it missed", []Outage{{15, 40}, {5, 20}, {30, 50}}, 2, Outage{30, 50}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var record Outage
			strikes := 0
			for _, m := range c.missed {
				next, strike := record.Strike(m)
				if record = next; strike {
					strikes++
				}
			}
			require.Equal(t, c.want, strikes)
			require.Equal(t, c.record, record)
		})
	}
}

// TestOutageLaws: a worker goes out once, with any number of commitments from before. It has one strike, in whatever order its tasks end. A
// worker that comes back and goes out again has two.
func TestOutageLaws(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		out := func(name string, from int64) (all []Outage, end int64) { // it committed in blocks from..from+9, and the windows end later
			for range rapid.IntRange(1, 5).Draw(r, name) {
				o := Outage{from + rapid.Int64Range(0, 9).Draw(r, "committed"), from + 10 + rapid.Int64Range(0, 9).Draw(r, "missed")}
				all, end = append(all, o), max(end, o.Missed)
			}
			return all, end
		}
		first, back := out("first", 1)
		count := func(missed []Outage) (strikes int) {
			var record Outage
			for _, m := range rapid.Permutation(missed).Draw(r, "order") {
				next, strike := record.Strike(m)
				if record = next; strike {
					strikes++
				}
			}
			return strikes
		}
		require.Equal(r, 1, count(first))
		second, _ := out("second", back)
		require.GreaterOrEqual(r, count(append(first, second...)), 2)
	})
}
