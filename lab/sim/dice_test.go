package sim

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Tilted dice make a rare event common. They weigh it so that its mean does not change.
func TestTiltedDiceKeepTheMean(t *testing.T) {
	d := NewDice(1, 1)
	const p, tries = 0.001, 20_000
	happened, sum := 0, 0.0
	for range tries {
		d.beginRehearsal()
		if d.Flip(p) {
			happened++
			sum += d.Weight
		}
	}
	require.InDelta(t, tries/2, happened, tries/50)
	require.InEpsilon(t, p, sum/tries, 0.05)

	d.beginRehearsal()
	require.False(t, d.Flip(0))
	require.True(t, d.Flip(1))
	require.Equal(t, 1.0, d.Weight, "what is certain has no weight")
}
