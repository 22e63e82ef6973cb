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
	base int64
	sets []*cmttypes.ValidatorSet
}

// NewTurns begins with the set of a height, which must not change until the last height that is asked for.
func NewTurns(height int64, set *cmttypes.ValidatorSet) *Turns {
	return &Turns{base: height, sets: []*cmttypes.ValidatorSet{set.Copy()}}
}

// Proposer returns the consensus address whose turn it is. It panics for heights below that of NewTurns.
func (t *Turns) Proposer(at Turn) string {
	i := int(at.Height - t.base)
	for len(t.sets) <= i {
		t.sets = append(t.sets, t.sets[len(t.sets)-1].CopyIncrementProposerPriority(1))
	}
	set := t.sets[i]
	if at.Round > 0 {
		set = set.CopyIncrementProposerPriority(at.Round)
	}
	return string(set.GetProposer().Address)
}
