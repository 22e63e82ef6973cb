package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCourtRecord(t *testing.T) {
	rule := CourtStrikes{Most: 3, Window: 100}
	type fault struct {
		silent         bool
		called, height int64
	}
	for _, c := range []struct {
		name   string
		faults []fault
		count  uint32
		jails  int
	}{
		{"silent in three courts, one after the other", []fault{{true, 10, 20}, {true, 21, 30}, {true, 31, 40}}, 0, 1},
		{"silent in three courts at once: one outage", []fault{{true, 10, 20}, {true, 11, 21}, {true, 19, 29}}, 1, 0},
		{"called when the last was counted: another outage", []fault{{true, 10, 20}, {true, 20, 30}}, 2, 0},
		{"wrong in three courts at once: each is a fault", []fault{{false, 10, 20}, {false, 10, 20}, {false, 10, 20}}, 0, 1},
		{"forgotten after the window", []fault{{true, 10, 20}, {true, 21, 30}, {true, 110, 125}}, 1, 0},
		{"long courts have a longer window", []fault{{true, 10, 70}, {true, 71, 131}, {true, 132, 192}}, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			record, jails := CourtRecord{Since: c.faults[0].height}, 0
			for _, f := range c.faults {
				var jail bool
				if record, jail = record.Note(f.silent, f.called, f.height, rule); jail {
					jails++
				}
			}
			require.Equal(t, c.count, record.Count)
			require.Equal(t, c.jails, jails)
		})
	}
}

// TestOneOutageNeverJails: the silences of a seat during one outage count as one, in any number of courts.
func TestOneOutageNeverJails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := CourtStrikes{Most: rapid.Uint32Range(2, 5).Draw(t, "most"), Window: rapid.Int64Range(1, 100).Draw(t, "window")}
		height := rapid.Int64Range(1, 50).Draw(t, "first")
		record, jail := CourtRecord{Since: height}.Note(true, 0, height, rule)
		require.False(t, jail)
		for range rapid.IntRange(0, 20).Draw(t, "courts") {
			called := rapid.Int64Range(0, record.Silent-1).Draw(t, "called")
			height += rapid.Int64Range(0, 20).Draw(t, "blocks")
			record, jail = record.Note(true, called, height, rule)
			require.False(t, jail)
			require.EqualValues(t, 1, record.Count)
		}
	})
}
