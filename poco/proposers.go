package poco

// The rotation is the order in which the validator seats propose blocks. Colluding proposers who follow one another in it choose a
// seed: each of them can withhold its block.

// MostChoices bounds ProposerChoices. No plan of replicas is left where proposers have so many.
const MostChoices = 1 << 32

// ProposerChoices returns among how many seeds of one block k colluding proposers can choose: 0! + 1! + ... + k!, at most MostChoices.
//
// When a proposer withholds its block, the next one in the rotation proposes at the same height. The proposer of the height after is
// the same as if nothing had been withheld, however many rounds this height took. So when k colluders follow one another, the first of
// their heights can have a block of each of the k. After each of these the second can have k-1, and so on: k! seeds of the last height,
// all of which they can compute at the beginning. If they like none, they withhold all blocks of the first height. An honest proposer
// ends it with a block that nobody foresees, and k-1 heights are left to them: as many choices as k-1 colluders have. With no height
// left, the honest block's seed is the last choice.
//
// No other places of the colluders in the rotation give more (TestChoicesAreTheMost in test/proposers). For some blocks after a seat
// has left, the rotation is irregular: see ChoicesAfterLeaving. Fewer than a third cannot make an honest proposal fail once messages
// arrive in time.
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

// ChoicesAfterLeaving returns the same for the blocks after a seat has left the set, at most MostChoices: 3, 16, 244, 8194 for 1 to 4
// colluders.
//
// The engine lets the seat with the highest priority propose. It adds to every seat's priority the seat's power, and takes from the
// proposer's the power of all. Of N equal seats, those that have not proposed yet in a cycle are N ahead of the others. Where the set
// falls to N' < N seats, proposing costs only N', so that these seats are N-N' ahead still, and all of them propose a second time before
// anybody else does. So k colluders can follow one another twice, in 2k slots. When the j-th height begins, 2k+1-j slots are left.
// They belong to min(k, 2k+1-j) different colluders, and the height can have a block of each. The products of these numbers from each
// height on are summed, and the honest block's seed is one more (TestChoicesAfterLeaving in test/proposers).
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
