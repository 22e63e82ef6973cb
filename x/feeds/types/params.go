package types

// Upper bounds of the parameters.
const (
	MostFeeds    = 10_000
	MostHistory  = 10_000
	MostRemovals = 10_000
)

// DefaultParams let an owner have a hundred feeds of a hundred values: 10 MB at 1 KiB each.
func DefaultParams() Params { return Params{MaxFeeds: 100, MaxHistory: 100, RemovalsPerBlock: 100} }

// Validate names the first parameter that is out of its range.
func (p Params) Validate() error {
	switch {
	case p.MaxFeeds > MostFeeds:
		return ErrInvalidParams.Wrapf("max_feeds: got %d, expected at most %d; 0 takes no new ones", p.MaxFeeds, MostFeeds)
	case p.MaxHistory < 1 || p.MaxHistory > MostHistory:
		return ErrInvalidParams.Wrapf("max_history: got %d, expected 1 to %d", p.MaxHistory, MostHistory)
	case p.RemovalsPerBlock < 1 || p.RemovalsPerBlock > MostRemovals:
		return ErrInvalidParams.Wrapf("removals_per_block: got %d, expected 1 to %d", p.RemovalsPerBlock, MostRemovals)
	}
	return nil
}
