package words

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"price", "price", 0}, {"", "price", 5}, {"prise", "price", 1}, {"pirce", "price", 2}, {"volumes", "volume", 1}, {"only-ap", "only-app", 1}} {
		require.Equal(t, tc.want, editDistance(tc.a, tc.b), tc)
		require.Equal(t, tc.want, editDistance(tc.b, tc.a), tc)
	}
}

// A word is near if fewer than 3 letters of it are wrong, or 2 if it is short.
func TestNearest(t *testing.T) {
	among := []string{"north", "south", "sea"}
	for name, want := range map[string]string{"nroth": "north", "south": "south", "souht": "south", "se": "sea", "sky": "", "east": "", "": ""} {
		require.Equal(t, want, Nearest(name, among), name)
	}
}
