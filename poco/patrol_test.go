package poco

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDrawPatrol: each task is drawn with the governed chance, and no seed draws all tasks or none.
func TestDrawPatrol(t *testing.T) {
	const n = 20_000
	drawn := 0
	var task [32]byte
	for i := range n {
		task[0], task[1] = byte(i), byte(i>>8)
		if DrawPatrol([]byte("seed"), task, 50) {
			drawn++
		}
		require.False(t, DrawPatrol([]byte("seed"), task, 0))
		require.True(t, DrawPatrol([]byte("seed"), task, 1_000))
	}
	// 1,000 expected, a standard deviation of 31.
	require.InDelta(t, 1_000, drawn, 150)
	require.NotEqual(t, drawsOf("seed"), drawsOf("another"))
}

func drawsOf(seed string) (out []bool) {
	for i := range 200 {
		out = append(out, DrawPatrol([]byte(seed), [32]byte{byte(i)}, 500))
	}
	return out
}

// TestBoundErrors compares the formula with the exact Poisson limit. With a mean of E + 3 + 2 sqrt(E), at most 5 % of samples have E errors
// or fewer.
func TestBoundErrors(t *testing.T) {
	require.EqualValues(t, 1_000_000, BoundErrors(0, 0))
	require.EqualValues(t, 1_000_000, BoundErrors(2, 0))
	require.EqualValues(t, 30_000, BoundErrors(100, 0), "the rule of three")
	require.EqualValues(t, 60_000, BoundErrors(100, 1))
	require.EqualValues(t, 110_000, BoundErrors(100, 4))
	require.EqualValues(t, 1_000_000, BoundErrors(1, math.MaxUint64))
	for errors := range uint64(300) {
		const audits = 1 << 20
		mean := float64(BoundErrors(audits, errors)) / 1e6 * audits
		tail, term := 0.0, math.Exp(-mean)
		for k := uint64(0); k <= errors; k++ {
			tail += term
			term *= mean / float64(k+1)
		}
		require.LessOrEqual(t, tail, 0.05, "%d errors", errors)
	}
}

func TestBoundColluders(t *testing.T) {
	require.EqualValues(t, 1_000_000, BoundColluders(0, 0))
	// 3/300 = 0.01, of which the root is 0.1.
	require.EqualValues(t, 100_000, BoundColluders(300, 0))
	require.True(t, slices.IsSortedFunc([]uint64{300, 100, 10}, func(a, b uint64) int { return int(BoundColluders(a, 0)) - int(BoundColluders(b, 0)) }))
}
