package proposers

import (
	"crypto/sha256"
	"fmt"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// ring returns the regular rotation of n seats. The coalition holds the seats whose bits are set.
func ring(n int, coalition uint) func(Slot) bool {
	return func(at Slot) bool { return coalition>>((at.Height+int64(at.Round))%int64(n))&1 == 1 }
}

// TestChoicesAreTheMost: a coalition of fewer than a third of the seats has at most the choices that the chain counts, wherever its seats
// stand in the rotation. If the seats stand next to one another, it has all of these choices.
func TestChoicesAreTheMost(t *testing.T) {
	for n := 1; n <= 16; n++ {
		k := int(poatypes.Colluders(n))
		most := 0
		for coalition := uint(0); coalition < 1<<n; coalition++ {
			if bits.OnesCount(coalition) > k {
				continue
			}
			for target := 2 * n; target < 3*n; target++ {
				g := Game{Target: int64(target), Ours: ring(n, coalition)}
				most = max(most, g.CountChoices(Slot{Height: int64(target - n)}))
			}
		}
		require.EqualValues(t, poco.ProposerChoices(uint64(k)), most, "%d seats", n)
	}
}

// TestTheGameIsPlayedBest: only this test knows the seeds. The coalition gets a good seed as often as its number of choices says, and no
// other moves get one more often.
func TestTheGameIsPlayedBest(t *testing.T) {
	const tries, chance = 4_000, 1.0 / 8
	for _, c := range []struct {
		seats     int
		coalition uint
		choices   int
	}{{4, 0b1, 2}, {7, 0b1, 2}, {7, 0b11, 4}, {7, 0b101, 2}, {10, 0b111, 10}} {
		won, target := 0, int64(2*c.seats+bits.Len(c.coalition)-1)
		for try := range tries {
			g := Game{
				Target: target, Chance: chance, Ours: ring(c.seats, c.coalition),
				Next: func(seed []byte, at Slot) []byte {
					h := sha256.Sum256(fmt.Appendf(nil, "%x %d", seed, (at.Height+int64(at.Round))%int64(c.seats)))
					return h[:]
				},
				Good: func(seed []byte) bool { return seed[0] < 256*chance },
			}
			require.Equal(t, c.choices, g.CountChoices(Slot{Height: target - 3}))
			seed := fmt.Appendf(nil, "%d", try)
			for at := (Slot{Height: target - 3}); at.Height <= target; {
				if g.Ours(at) && g.Withholds(at, seed) {
					at.Round++
					continue
				}
				seed = g.Next(seed, at)
				at = Slot{Height: at.Height + 1}
			}
			if g.Good(seed) {
				won++
			}
		}
		want := Game{Target: target, Chance: chance, Ours: ring(c.seats, c.coalition)}.Value(Slot{Height: target - 3})
		require.InDelta(t, want, float64(won)/tries, 0.03, "%d seats, coalition %b", c.seats, c.coalition)
	}
}
