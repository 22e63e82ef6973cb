package poco

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// pick draws up to count of the drawable tickets.
func pick(t require.TestingT, e Entropy, given uint64, drawable func(uint64) bool, count int) (out []uint64) {
	r := e.Ranking(TicketSpace(given))
	for len(out) < count {
		ticket, found, err := r.Pick(func(ticket uint64) (bool, error) {
			return ticket < given && drawable(ticket) && !slices.Contains(out, ticket), nil
		})
		require.NoError(t, err)
		if !found {
			break
		}
		out = append(out, ticket)
	}
	return out
}

func all(uint64) bool { return true }

// TestNobodyShapesADraw: a coalition takes some of its organisations out of a draw. The draw of the remaining organisations keeps its
// order, and the freed seats go to the next tickets in that order. The coalition never has more of its own organisations drawn.
func TestNobodyShapesADraw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEntropy(t)
		// With fewer than ten tickets, too few could remain and a seat could stay empty, about once in some million runs.
		given := rapid.Uint64Range(10, 60).Draw(t, "tickets")
		ours := map[uint64]bool{}
		for _, i := range rapid.SliceOfDistinct(rapid.Uint64Range(0, given-1), rapid.ID).Draw(t, "the coalition's") {
			ours[i] = len(ours) < int(given)/4
		}
		out := map[uint64]bool{}
		for i := range given {
			out[i] = ours[i] && rapid.Bool().Draw(t, "taken out")
		}
		whole := pick(t, e, given, all, 4)
		shaped := pick(t, e, given, func(ticket uint64) bool { return !out[ticket] }, 4)
		require.Len(t, whole, 4)
		require.Len(t, shaped, 4)
		stay := slices.DeleteFunc(slices.Clone(whole), func(ticket uint64) bool { return out[ticket] })
		require.Equal(t, stay, shaped[:len(stay)])
		own := func(drawn []uint64) (n int) {
			for _, ticket := range drawn {
				if ours[ticket] {
					n++
				}
			}
			return n
		}
		require.LessOrEqual(t, own(shaped), own(whole))
		// The freed seats went to the next tickets, in their order.
		longer := pick(t, e, given, all, int(given))
		require.Equal(t, whole, longer[:4])
		rest := slices.DeleteFunc(longer, func(ticket uint64) bool { return out[ticket] })
		require.Equal(t, shaped, rest[:4])
	})
}

// TestTicketsAreUniform: every ticket comes first equally often, for any number of tickets that are given out or drawable. The seeds are
// fixed. 27.88 is the 99.9 % quantile at 9 degrees of freedom.
func TestTicketsAreUniform(t *testing.T) {
	for _, given := range []uint64{10, 16, 17, 32} {
		counts := [3][]int{make([]int, 10), make([]int, 10), make([]int, 10)}
		for i := range 20_000 {
			e := Entropy{Beacon: []byte(fmt.Sprint("beacon ", i)), Task: [32]byte{2}, Attempt: 1, Wave: 2}
			got := pick(t, e, given, func(ticket uint64) bool { return ticket < 10 }, 3)
			require.Len(t, got, 3)
			for seat, ticket := range got {
				counts[seat][ticket]++
			}
		}
		for seat, c := range counts {
			require.Less(t, chiSquare(c), 27.88, "%d tickets, seat %d: %v", given, seat, c)
		}
	}
}

func TestTicketSpace(t *testing.T) {
	for given, want := range map[uint64]uint64{0: 1, 1: 1, 2: 2, 3: 4, 4: 4, 5: 8, 1 << 40: 1 << 40, 1<<40 + 1: 1 << 41} {
		require.Equal(t, want, TicketSpace(given), "%d tickets", given)
	}
}

// TestRankings: each field of the entropy changes the order, a failure is returned to the caller, and the search ends.
func TestRankings(t *testing.T) {
	base := Entropy{Beacon: []byte("seed"), Task: [32]byte{1}, Attempt: 1, Wave: 1}
	others := []Entropy{base, base, base, base}
	others[0].Beacon, others[1].Task, others[2].Attempt, others[3].Wave = []byte("other"), [32]byte{2}, 2, 2
	for i, o := range others {
		require.NotEqual(t, pick(t, base, 1<<60, all, 1), pick(t, o, 1<<60, all, 1), "field %d", i)
	}
	looked, r := 0, base.Ranking(16)
	none := func(uint64) (bool, error) { looked++; return false, nil }
	_, found, err := r.Pick(none)
	require.NoError(t, err)
	require.False(t, found)
	require.Equal(t, MaxMisses, looked)
	boom := errors.New("boom")
	_, _, err = r.Pick(func(uint64) (bool, error) { return false, boom })
	require.ErrorIs(t, err, boom)
}
