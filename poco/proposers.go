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
// The engine lets the seat with the highest priority propose. It adds to every seat's priority the seat's power, and takes from the
// proposer's priority the power of all seats. With N equal seats, those that have not proposed yet in a cycle are N ahead of the
// others. When the set shrinks to N' < N seats, proposing costs only N'. These seats are then still N-N' ahead, and all of them
// propose a second time before any other seat does. So k colluders can follow one another twice, in 2k slots. When the j-th height
// begins, 2k+1-j slots are left. They belong to min(k, 2k+1-j) different colluders, and the height can have a block of each. For
// each height the product of these numbers from this height on is taken. The result is the sum of the products, and one more for
// the honest block's seed (TestChoicesAfterLeaving in test/proposers).
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
