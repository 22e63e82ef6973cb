package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Every cell of a study has its own key, so that kept rows cannot be mistaken for others.
func TestStudyHasNoCellTwice(t *testing.T) {
	for _, size := range []Size{Smoke, Bounded, Full} {
		seen := map[string]bool{}
		for _, c := range Study(size) {
			require.False(t, seen[c.Key()], c.Key())
			seen[c.Key()] = true
		}
	}
}
