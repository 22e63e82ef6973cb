package poco

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestConvictions(t *testing.T) {
	rule := ConvictionRule{Organisations: 3, Window: 100}
	for _, c := range []struct {
		name string
		note []Conviction
		exp  bool
	}{
		{"two organisations", []Conviction{{"a", 1}, {"b", 2}}, false},
		{"three", []Conviction{{"a", 1}, {"b", 2}, {"c", 3}}, true},
		{"one, however often", []Conviction{{"a", 1}, {"a", 2}, {"a", 3}, {"a", 4}, {"a", 5}}, false},
		{"the first is too old", []Conviction{{"a", 1}, {"b", 2}, {"c", 101}}, false},
		{"just in time", []Conviction{{"a", 1}, {"b", 2}, {"c", 100}}, true},
		{"one counts from its last", []Conviction{{"a", 1}, {"b", 50}, {"a", 60}, {"c", 140}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var known []Conviction
			review := false
			for _, n := range c.note {
				require.False(t, review)
				known, review = rule.Note(known, n)
			}
			require.Equal(t, c.exp, review)
			require.Equal(t, c.exp, known == nil)
		})
	}
}

// TestConvictionsStayFew: fewer convictions are kept than a review needs, and each is of another organisation, in every course of events.
func TestConvictionsStayFew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := ConvictionRule{Organisations: rapid.Uint32Range(2, 5).Draw(t, "k"), Window: rapid.Int64Range(1, 20).Draw(t, "window")}
		var known []Conviction
		height := int64(1)
		for range rapid.IntRange(0, 50).Draw(t, "convictions") {
			height += rapid.Int64Range(0, 10).Draw(t, "blocks")
			known, _ = rule.Note(known, Conviction{fmt.Sprint(rapid.IntRange(0, 6).Draw(t, "org")), height})
			require.Less(t, len(known), int(rule.Organisations))
			seen := map[string]bool{}
			for _, k := range known {
				require.False(t, seen[k.Org])
				seen[k.Org] = true
			}
		}
	})
}
