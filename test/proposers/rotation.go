package proposers

import (
	cmttypes "github.com/cometbft/cometbft/types"
)

// A Slot is a height and a round of it: one attempt to decide a block, by one proposer.
type Slot struct {
	Height int64
	Round  int32
}

// Rotation says who proposes in which slot. It holds the engine's validator set of one height, and moves it as the engine does: by one for the
// next height, however many rounds a height took, and for each round of a height.
type Rotation struct {
	base   int64
	sets   []*cmttypes.ValidatorSet
	leaves map[int64][]string
}

// NewRotation begins with the set of a height. It changes by Leave alone.
func NewRotation(height int64, set *cmttypes.ValidatorSet) *Rotation {
	return &Rotation{base: height, sets: []*cmttypes.ValidatorSet{set.Copy()}, leaves: map[int64][]string{}}
}

// Leave has a seat, named by its consensus address, be out of the set from a height on. The application removed it two blocks before. It is
// called before a proposer of that height, or of a later one, is asked for.
func (r *Rotation) Leave(height int64, address string) {
	r.leaves[height] = append(r.leaves[height], address)
}

// Proposer returns the consensus address of the seat that proposes in a slot. It panics for heights below that of NewRotation.
func (r *Rotation) Proposer(at Slot) string {
	i := int(at.Height - r.base)
	for len(r.sets) <= i {
		r.sets = append(r.sets, r.nextSet())
	}
	set := r.sets[i]
	if at.Round > 0 {
		set = set.CopyIncrementProposerPriority(at.Round)
	}
	return string(set.GetProposer().Address)
}

// nextSet is the set of the height after the last known one. The engine changes the set first, and then moves it.
func (r *Rotation) nextSet() *cmttypes.ValidatorSet {
	set := r.sets[len(r.sets)-1].Copy()
	var changes []*cmttypes.Validator
	for _, address := range r.leaves[r.base+int64(len(r.sets))] {
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
