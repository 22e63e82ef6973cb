package poco

// MostChoices bounds ProposerChoices. No plan of replicas is left where proposers have so many.
const MostChoices = 1 << 32

// ProposerChoices returns among how many seeds of one block k colluding proposers can choose: 0! + 1! + ... + k!, at most MostChoices.
//
// Proposers take turns, and when one withholds its block the next one in turn proposes at the same height. The height after begins with
// the next in turn all the same, however many rounds this one took. So when k colluders follow one another, the first of their
// heights can have k of their blocks, the second k-1 of them after each of these, and so on: k! seeds of the last height, all of
// which they can compute at the beginning. If they like none they withhold all blocks of the first height. An honest one ends it with a
// block that nobody foresees, and k-1 heights are left to them: as many choices as k-1 of them have. With no height left, the
// honest block's seed is the last choice. No other place of the colluders in the ring of turns gives more (TestChoicesAreTheMost in
// test/proposers). For a while after a seat has left the turns are no ring: ChoicesAfterLeaving. An honest proposal cannot be made to
// fail by fewer than a third, once messages arrive in time.
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
// The engine gives the turn to the seat with the highest priority, adds its power to every seat's, and takes the power of all from the one
// whose turn it was. Of equal seats, those that had no turn yet in a cycle of N are N ahead of the others. Where the set falls to N' < N
// seats, a turn costs only N', so that they are N-N' ahead still, and all have a second turn before anybody else has one. So k
// colluders can follow one another twice: the j-th of 2k heights has the blocks of as many of them as there are different ones among the
// 2k+1-j turns left, min(k, 2k+1-j). Their products from each height on are summed, and the honest block's seed is one more
// (TestChoicesAfterLeaving in test/proposers).
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
