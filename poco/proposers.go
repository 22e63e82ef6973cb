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
// honest block's seed is the last choice. No other order of turns gives more (TestChoicesAreTheMost in test/proposers). An honest
// proposal cannot be made to fail by fewer than a third, once messages arrive in time.
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
