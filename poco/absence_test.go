package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestAbsencesAreBounded: an organisation with any number of workers stays away as often as it can. Within a window its absences are at
// most the quota plus, for each of its workers, the coolings that fit into the window. Silences of one outage count once.
func TestAbsencesAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := AbsenceRule{
			Quota:   rapid.Uint32Range(0, 5).Draw(t, "quota"),
			Window:  rapid.Int64Range(50, 2_000).Draw(t, "window"),
			Cooling: rapid.Int64Range(1, 30).Draw(t, "cooling"),
		}
		workers := rapid.IntRange(1, 5).Draw(t, "workers")
		free := make([]int64, workers) // first height at which each can be drawn
		var a Absences
		begun, height, count := int64(1), int64(1), 0
		for height-begun < rule.Window { // a patient organisation: each worker stays away as soon as it is drawn
			acted := false
			for w := range free {
				if height < free[w] {
					continue
				}
				var cooling int64
				silent := rapid.Bool().Draw(t, "silent")
				outage := silent && a.Silent != 0 && height-a.Silent < rule.Cooling
				before := a
				a, cooling = a.Note(silent, height, rule)
				if outage {
					require.Equal(t, before, a, "one outage is one absence")
				} else {
					count++
				}
				free[w] = height + max(1, cooling)
				if silent {
					free[w] = max(free[w], height+rule.Cooling) // a silence always cools down
				}
				acted = true
			}
			if !acted || rapid.Bool().Draw(t, "later") {
				height++
			}
		}
		// The absences beyond the quota cool for 2, 4, 8, ... coolings. At most w and the log2 of the window of them fit, for w workers.
		doublings := 1
		for rule.Cooling<<doublings < rule.Window && doublings < maxDoublings {
			doublings++
		}
		most := int(rule.Quota) + doublings + workers + workers*int(rule.Window/(rule.Cooling<<maxDoublings))
		require.LessOrEqual(t, count, most)
	})
}

// TestAbsencesCool: absences within the quota do not cool. Each further one cools longer, up to a bound. A new window forgets them.
func TestAbsencesCool(t *testing.T) {
	rule := AbsenceRule{Quota: 2, Window: 100, Cooling: 10}
	var a Absences
	var got []int64
	for range 14 {
		var cooling int64
		a, cooling = a.Note(false, 5, rule)
		got = append(got, cooling)
	}
	require.Equal(t, []int64{0, 0, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120, 10_240, 10_240, 10_240}, got)
	a, cooling := a.Note(false, 105, rule)
	require.Zero(t, cooling)
	require.Equal(t, Absences{Count: 1, Since: 105}, a)
}
