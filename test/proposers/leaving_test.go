package proposers

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	cmted "github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// engineSet returns a set of n seats of equal power as the engine keeps it, in the order of their addresses, which is their rotation.
func engineSet(n int) *cmttypes.ValidatorSet {
	seats := make([]*cmttypes.Validator, n)
	for i := range seats {
		seats[i] = cmttypes.NewValidator(cmted.GenPrivKeyFromSecret([]byte{byte(n), byte(i)}).PubKey(), poatypes.DefaultPower)
	}
	return cmttypes.NewValidatorSet(seats)
}

// table says who proposes, by height and round. A seat is given by its place among the addresses.
type table [][]int

// leaving is a seat that is out of the engine's set from a height on.
type leaving struct{ seat, height int }

// tabulate asks the engine's set for the rotation of a chain from which seats leave.
func tabulate(n, heights int, leavings ...leaving) table {
	set := engineSet(n)
	place := map[string]int{}
	for i, seat := range set.Validators {
		place[string(seat.Address)] = i
	}
	rotation := NewRotation(0, set)
	for _, l := range leavings {
		rotation.Leave(int64(l.height), string(set.Validators[l.seat].Address))
	}
	out := make(table, heights)
	for h := range out {
		for r := range n {
			out[h] = append(out[h], place[rotation.Proposer(Slot{int64(h), int32(r)})])
		}
	}
	return out
}

// play returns the game of a coalition over a table of proposers.
func (t table) play(coalition uint, target int) Game {
	return Game{
		Target: int64(target),
		Ours:   func(at Slot) bool { return coalition>>t[at.Height][at.Round]&1 == 1 },
		Seat:   func(at Slot) string { return string(rune(t[at.Height][at.Round])) },
	}
}

// TestChoicesAfterLeaving: any seat leaves, at any place of a cycle. In the blocks after that, a coalition of fewer than a third of the
// seats has at most the choices that the chain counts, and soon no more than in a regular rotation. Where the number of colluders is the
// same before and after, some coalition has all of these choices.
func TestChoicesAfterLeaving(t *testing.T) {
	for n := 4; n <= 11; n++ {
		colluders, remaining := int(poatypes.Colluders(n)), int(poatypes.Colluders(n-1))
		most := 0
		for leave := n; leave < 2*n; leave++ {
			last := leave + 2*n + 4*colluders
			for gone := range n {
				rotation := tabulate(n, last+1, leaving{gone, leave})
				for coalition := uint(0); coalition < 1<<n; coalition++ {
					if size := bits.OnesCount(coalition); size > colluders || size-int(coalition>>gone&1) > remaining || size < remaining {
						continue
					}
					for target := leave - 2; target <= last; target++ {
						choices := rotation.play(coalition, target).CountChoices(Slot{Height: int64(max(0, target-2*colluders-1))})
						most = max(most, choices)
						if target > leave+4*colluders { // within the window of x/beacon
							require.LessOrEqual(t, choices, int(poco.ProposerChoices(uint64(remaining))), "%d seats, %d leaves at %d, coalition %b, target %d", n, gone, leave, coalition, target)
						}
					}
				}
			}
		}
		t.Logf("%d to %d seats: %d choices", n, n-1, most)
		require.LessOrEqual(t, most, int(poco.ChoicesAfterLeaving(uint64(colluders))), "%d seats", n)
		if colluders == remaining {
			require.EqualValues(t, poco.ChoicesAfterLeaving(uint64(colluders)), most, "%d seats", n)
		}
	}
}

// TestChoicesAfterTwoLeft: two seats leave, at once or one after the other. They give no more choices than one leaving seat, counted from
// the larger set until the rotation is regular again after the second. Six and nine seats have as many colluders as four and seven.
func TestChoicesAfterTwoLeft(t *testing.T) {
	random := rand.New(rand.NewPCG(61, 2))
	for _, row := range []struct{ seats, tries int }{{6, 2_000}, {9, 500}} {
		n, k, most := row.seats, int(poatypes.Colluders(row.seats)), 0
		for range row.tries {
			first, second := leaving{random.IntN(n), n + random.IntN(n)}, leaving{}
			second.seat, second.height = (first.seat+1+random.IntN(n-1))%n, first.height+random.IntN(2*n)
			last := second.height + 4*n
			rotation := tabulate(n, last+1, first, second)
			for coalition := uint(0); coalition < 1<<n; coalition++ {
				if bits.OnesCount(coalition) != k || coalition>>first.seat&1 == 1 || coalition>>second.seat&1 == 1 {
					continue
				}
				for target := first.height; target <= last; target++ {
					choices := rotation.play(coalition, target).CountChoices(Slot{Height: int64(target - 2*k - 1)})
					most = max(most, choices)
					if target > second.height+4*k {
						require.LessOrEqual(t, choices, int(poco.ProposerChoices(uint64(k))), "%d seats, %v and %v, coalition %b, target %d", n, first, second, coalition, target)
					}
				}
			}
		}
		require.EqualValues(t, poco.ChoicesAfterLeaving(uint64(k)), most, "%d seats", n)
	}
}
