package types

// MaxBlocks bounds the delays, in blocks: more than a year.
const MaxBlocks = 10_000_000

// DefaultParams assume blocks of five seconds. They give a week to look at a verifier, and a day to agree that one must stop.
func DefaultParams() Params { return Params{DelayBlocks: 120_960, VoteBlocks: 17_280} }

// Validate returns ErrInvalidParams for the first parameter that is out of bounds.
func (p Params) Validate() error {
	if p.DelayBlocks < 0 || p.DelayBlocks > MaxBlocks {
		return ErrInvalidParams.Wrapf("delay_blocks: got %d, expected 0 to %d", p.DelayBlocks, MaxBlocks)
	}
	if p.VoteBlocks < 1 || p.VoteBlocks > MaxBlocks {
		return ErrInvalidParams.Wrapf("vote_blocks: got %d, expected 1 to %d", p.VoteBlocks, MaxBlocks)
	}
	return nil
}
