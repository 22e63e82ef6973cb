package poco

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func anyEntropy(t *rapid.T) Entropy {
	return Entropy{
		Beacon: rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "beacon"), Task: [32]byte{rapid.Byte().Draw(t, "task")},
		Attempt: rapid.Uint32().Draw(t, "attempt"), Wave: rapid.Uint32Range(1, 2).Draw(t, "wave"),
	}
}

// plainOrganisations draws from a list of those that may be drawn, without tricks: the last takes an excluded or drawn
// one's place.
func plainOrganisations(e Entropy, size uint64, excluded []uint64, first, count uint32) []uint64 {
	list := make([]uint64, size)
	for i := range list {
		list[i] = uint64(i)
	}
	remove := func(i uint64) uint64 {
		v := list[i]
		list[i] = list[len(list)-1]
		list = list[:len(list)-1]
		return v
	}
	for _, p := range excluded {
		remove(p)
	}
	var out []uint64
	for s := range count {
		out = append(out, remove(e.Below(first+s, uint64(len(list)))))
	}
	return out
}

func TestDrawnOrganisations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEntropy(t)
		size := rapid.Uint64Range(1, 60).Draw(t, "size")
		excluded := rapid.SliceOfNDistinct(rapid.Uint64Range(0, size-1), 0, int(min(size, 3)), rapid.ID).Draw(t, "excluded")
		slices.SortFunc(excluded, func(a, b uint64) int { return int(b) - int(a) })
		left := size - uint64(len(excluded))
		count := rapid.Uint32Range(0, uint32(left)).Draw(t, "count")
		first := rapid.Uint32Range(0, 3).Draw(t, "first seat")

		got, err := e.Organisations(size, excluded, first, count)
		require.NoError(t, err)
		require.Equal(t, plainOrganisations(e, size, excluded, first, count), slices.Clip(append([]uint64(nil), got...)))
		seen := map[uint64]bool{}
		for _, p := range got {
			require.Less(t, p, size)
			require.False(t, seen[p], "%d is drawn twice", p)
			require.NotContains(t, excluded, p)
			seen[p] = true
		}
		fewer, err := e.Organisations(size, excluded, first, count/2)
		require.NoError(t, err)
		require.Equal(t, got[:count/2], fewer, "a longer draw changes the shorter one")
		_, err = e.Organisations(size, excluded, first, uint32(left)+1)
		require.ErrorContains(t, err, "eligible organisations")
	})
}

func TestDrawRefusesUnorderedExclusions(t *testing.T) {
	for _, excluded := range [][]uint64{{1, 2}, {2, 2}, {7}} {
		_, err := Entropy{}.Organisations(7, excluded, 0, 1)
		require.ErrorContains(t, err, "descending order", "%v", excluded)
	}
	require.Panics(t, func() { Entropy{}.Below(0, 0) })
}

// chiSquare is the statistic of counts against a uniform distribution.
func chiSquare(counts []int) float64 {
	total := 0
	for _, c := range counts {
		total += c
	}
	want, sum := float64(total)/float64(len(counts)), 0.0
	for _, c := range counts {
		sum += (float64(c) - want) * (float64(c) - want) / want
	}
	return sum
}

// TestDrawIsUniform: with fixed seeds, so that it is no gamble. 27.88 is the 99.9 % quantile at 9 degrees of freedom.
func TestDrawIsUniform(t *testing.T) {
	const size, draws, quantile = 10, 20_000, 27.88
	counts := make([][]int, 4) // by seat: organisations; the last counts members
	for i := range counts {
		counts[i] = make([]int, size)
	}
	pairs := map[[2]uint64]int{}
	lottery := 0
	for i := range draws {
		e := Entropy{Beacon: []byte(fmt.Sprint("beacon ", i)), Task: [32]byte{1}, Attempt: 1, Wave: 2}
		got, err := e.Organisations(size, nil, 1, 3)
		require.NoError(t, err)
		for seat, p := range got {
			counts[seat][p]++
		}
		pairs[[2]uint64{got[0], got[1]}]++
		counts[3][e.Member(1, size)]++
		if e.Lottery(5) {
			lottery++
		}
	}
	for i, c := range counts {
		require.Less(t, chiSquare(c), quantile, "column %d: %v", i, c)
	}
	require.Len(t, pairs, size*(size-1), "some ordered pairs never come")
	require.InDelta(t, draws*5/16, lottery, 200) // three standard deviations
	require.False(t, Entropy{}.Lottery(0))
}

// TestDrawsAreIndependent: task, attempt, wave and seat each change what is drawn.
func TestDrawsAreIndependent(t *testing.T) {
	base := Entropy{Beacon: []byte("seed"), Task: [32]byte{1}, Attempt: 1, Wave: 1}
	others := []Entropy{base, base, base, base}
	others[0].Beacon, others[1].Task, others[2].Attempt, others[3].Wave = []byte("other"), [32]byte{2}, 2, 2
	const huge = 1 << 60
	for i, o := range others {
		require.NotEqual(t, base.Below(0, huge), o.Below(0, huge), "field %d", i)
	}
	require.NotEqual(t, base.Below(0, huge), base.Below(1, huge))
	require.NotEqual(t, base.Below(0, huge), base.Member(0, huge))
}

// TestDrawCostDoesNotGrowWithSize: memory would show a walk over the organisations.
func TestDrawCostDoesNotGrowWithSize(t *testing.T) {
	cost := func(size uint64) float64 {
		return testing.AllocsPerRun(20, func() {
			_, err := Entropy{Beacon: []byte("b")}.Organisations(size, []uint64{5, 3}, 1, 5)
			require.NoError(t, err)
		})
	}
	small := cost(10)
	require.InDelta(t, small, cost(1<<40), 40) // the hash may have to be repeated
}
