package proposers

import (
	cmttypes "github.com/cometbft/cometbft/types"
)

// A Turn is a height and a round of it: one attempt to decide a block.
type Turn struct {
	Height int64
	Round  int32
}

// Turns says whose turn it is. It holds the engine's validator set of one height, and moves it as the engine does: by one for the
// next height, however many rounds a height took, and for each round of a height.
type Turns struct {
	base   int64
	sets   []*cmttypes.ValidatorSet
	leaves map[int64][]string
}

// NewTurns begins with the set of a height. It changes by Leave alone.
func NewTurns(height int64, set *cmttypes.ValidatorSet) *Turns {
	return &Turns{base: height, sets: []*cmttypes.ValidatorSet{set.Copy()}, leaves: map[int64][]string{}}
}

// Leave has a seat, named by its consensus address, be out of the set from a height on. The application removed it two blocks before. It is
// called before a proposer of that height, or of a later one, is asked for.
func (t *Turns) Leave(height int64, address string) {
	t.leaves[height] = append(t.leaves[height], address)
}

// Proposer returns the consensus address whose turn it is. It panics for heights below that of NewTurns.
func (t *Turns) Proposer(at Turn) string {
	i := int(at.Height - t.base)
	for len(t.sets) <= i {
		t.sets = append(t.sets, t.nextSet())
	}
	set := t.sets[i]
	if at.Round > 0 {
		set = set.CopyIncrementProposerPriority(at.Round)
	}
	return string(set.GetProposer().Address)
}

// nextSet is the set of the height after the last known one. The engine changes the set first, and then moves it.
func (t *Turns) nextSet() *cmttypes.ValidatorSet {
	set := t.sets[len(t.sets)-1].Copy()
	var changes []*cmttypes.Validator
	for _, address := range t.leaves[t.base+int64(len(t.sets))] {
		_, seat := set.GetByAddress([]byte(address))
		seat.VotingPower = 0
		changes = append(changes, seat)
	}
	if err := set.UpdateWithChangeSet(changes); err != nil {
		panic(err)
	}
	set.IncrementProposerPriority(1)
	return set
}
