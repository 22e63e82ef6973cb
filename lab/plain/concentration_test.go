package plain_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/lab/plain"
)

// The step of the supermartingale is exact at the chance x. It falls below 1 for any smaller chance.
func TestConcentrationStep(t *testing.T) {
	last := 1.0
	for x := 0.001; x < 0.5; x += 0.001 {
		k := plain.ConcentrationRate(x)
		step := func(p float64) float64 { return p*2 + (1-p)*math.Exp(-k*x/(1-x)) }
		require.InDelta(t, 1, step(x), 1e-9, "x %v", x)
		require.Less(t, step(x/2), 1.0, "x %v", x)
		require.Greater(t, k, last, "the rate grows with x, so that the largest x of all plans bounds them")
		last = k
	}
	require.InDelta(t, 1, plain.ConcentrationRate(1e-9), 1e-6)
	require.Equal(t, 1.0, plain.ConcentrationRate(0))
	require.True(t, math.IsInf(plain.ConcentrationRate(0.5), 1))
	require.InDelta(t, 6.64, plain.Concentration(0, 0.01), 0.01)
}
