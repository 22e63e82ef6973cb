package poco

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCrowdSize(t *testing.T) {
	for _, c := range []struct {
		name  string
		crowd Crowd
		size  uint64
	}{
		{"before the first draw", Crowd{Eligible: 9, Barred: 2}, 7},
		{"the first worker counts", Crowd{Eligible: 9, Barred: 3, Seated: 1}, 7},
		{"latecomers do not", Crowd{Eligible: 9, Barred: 3, Came: 4, Seated: 1}, 3},
		{"more came than can be drawn", Crowd{Eligible: 9, Barred: 3, Came: 40, Seated: 1}, 1},
		{"nobody", Crowd{}, 0},
	} {
		require.Equal(t, c.size, c.crowd.Size(), c.name)
	}
}

// TestACrowdCountsNobodyWhoIsNotDrawn: among those eligible now, any number of those who came may be; the rest are at least
// as many as are counted, whatever the numbers.
func TestACrowdCountsNobodyWhoIsNotDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Crowd{
			Eligible: rapid.Uint64Range(0, 1_000).Draw(t, "eligible"), Came: rapid.Uint64Range(0, 1_000).Draw(t, "came"),
			Seated: rapid.Uint64Range(0, 24).Draw(t, "seated"),
		}
		c.Barred = rapid.Uint64Range(0, c.Eligible).Draw(t, "barred")
		late := rapid.Uint64Range(0, min(c.Came, c.Eligible-c.Barred)).Draw(t, "eligible latecomers")
		require.LessOrEqual(t, c.Size(), c.Eligible-c.Barred-late+c.Seated)
		require.GreaterOrEqual(t, c.Size(), c.Seated)
	})
}
