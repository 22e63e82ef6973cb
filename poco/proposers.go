package poco

// The rotation is the order in which the validator seats propose blocks. Colluding proposers who follow one another in it choose a
// seed: each of them can withhold its block.

// MostChoices bounds ProposerChoices. If proposers have so many choices, no plan of replicas is possible.
const MostChoices = 1 << 32

// ProposerChoices returns the number of seeds of one block among which k colluding proposers can choose: 0! + 1! + ... + k!, at
// most MostChoices.
//
// When a proposer withholds its block, the next one in the rotation proposes at the same height. The proposer of the next height is
// the same as if nothing had been withheld, however many rounds this height took. So when k colluders follow one another, the first
// of their heights can have a block of each of the k. After each of these the second height can have a block of k-1 colluders, and
// so on: the last height has k! possible seeds, and they can compute all of them at the beginning. If they like none, they withhold
// all blocks of the first height. An honest proposer ends this height with a block that nobody foresees, and k-1 heights are left
// to them: as many choices as k-1 colluders have. When no height is left, the seed of the honest block is the last choice.
//
// No other places of the colluders in the rotation give more choices (TestChoicesAreTheMost in test/proposers). For some blocks
// after a seat has left, the rotation is irregular: see ChoicesAfterLeaving. Fewer than a third of the seats cannot make an honest
// proposal fail once messages arrive in time.
func ProposerChoices(k uint64) uint64 {
	sum, factorial := uint64(1), uint64(1)
	for i := uint64(1); i <= k; i++ {
		factorial *= i
		if sum += factorial; sum >= MostChoices {
			return MostChoices
		}
	}
	return sum
}

// ChoicesAfterLeaving returns the same number for the blocks after a seat has left the set, at most MostChoices: 3, 16, 244, 8194
// for 1 to 4 colluders.
//
// Why colluders may follow one another twice: the engine lets the seat with the highest priority propose. In each round every seat's
// priority grows by the seat's power, and the proposer's falls by the power of all seats. Take N seats of power 1. Each proposes once
// in a cycle of N rounds, and at any moment the seats that have not proposed in this cycle are ahead of the others by N. Now a seat
// leaves, and N' < N seats remain. From then on proposing costs only N'. A seat that was ahead by N is still ahead by N-N' after it
// has proposed. So the seats that were ahead all propose a second time before any other seat proposes. If these are the k colluders,
// they have 2k rounds in a row.
//
// How many choices this gives: with each height the colluders use up one round. When r of their rounds are left, these belong to
// min(k, r) different colluders, and the height can have a block of each of them. So from here on they can compute
// min(k, r) * min(k, r-1) * ... * 1 seeds. If they like none, they withhold all blocks of this height. As above, an honest proposer
// then ends the height, and r-1 rounds are left. The result is the sum of these products for r from 2k down to 1, and one more for the
// seed of the last honest block (TestChoicesAfterLeaving in test/proposers).
func ChoicesAfterLeaving(k uint64) uint64 {
	sum, product := uint64(1), uint64(1)
	for left := uint64(1); left <= 2*k; left++ {
		product *= min(k, left)
		if sum += product; sum >= MostChoices {
			return MostChoices
		}
	}
	return sum
}
