package poco

import (
	"fmt"
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

// chiSquare returns the statistic of counts against a uniform distribution.
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

// TestDrawIsUniform uses fixed seeds, so that its result never changes. 27.88 is the 99.9 % quantile at 9 degrees of freedom.
func TestDrawIsUniform(t *testing.T) {
	const size, draws, quantile = 10, 20_000, 27.88
	counts := make([][]int, 4) // by seat: organisations; the last counts members
	for i := range counts {
		counts[i] = make([]int, size)
	}
	pairs := map[[2]uint64]int{}
	tickets := []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	lottery := 0
	for i := range draws {
		e := Entropy{Beacon: []byte(fmt.Sprint("beacon ", i)), Task: [32]byte{1}, Attempt: 1, Wave: 2}
		var got [3]uint64
		for seat := range got {
			got[seat] = e.Least(uint32(seat), tickets)
			counts[seat][got[seat]]++
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
	require.Len(t, pairs, size*size, "some pairs of seats never come")
	require.InDelta(t, draws*5/16, lottery, 200) // three standard deviations
	require.False(t, Entropy{}.Lottery(0))
}

// TestDrawsAreIndependent: the task, the attempt, the wave and the seat each change the draw.
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

// TestLeastIgnoresTheList: neither the order of the tickets nor the removal of some tickets changes the result for the others.
func TestLeastIgnoresTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEntropy(t)
		tickets := rapid.SliceOfNDistinct(rapid.Uint64Range(0, 1000), 1, 20, rapid.ID).Draw(t, "tickets")
		seat := rapid.Uint32Range(0, 24).Draw(t, "seat")
		least := e.Least(seat, tickets)
		require.Contains(t, tickets, least)
		require.Equal(t, least, e.Least(seat, rapid.Permutation(tickets).Draw(t, "shuffled")))
		fewer := rapid.SliceOfNDistinct(rapid.SampledFrom(tickets), 0, len(tickets), rapid.ID).Draw(t, "fewer")
		require.Equal(t, least, e.Least(seat, append(fewer, least)))
	})
}

func TestDrawFromNobodyPanics(t *testing.T) {
	require.Panics(t, func() { Entropy{}.Below(0, 0) })
}
