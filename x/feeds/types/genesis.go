package types

import (
	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/ids"
)

// DefaultGenesis has no feeds.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate names the first thing in the state that cannot be.
func (g GenesisState) Validate(codec address.Codec) error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	feeds, names, last := make(map[string]Feed, len(g.Feeds)), make(map[string]bool, len(g.Feeds)), ""
	for i, f := range g.Feeds {
		if err := ids.Follow(&last, f.Id); err != nil {
			return ErrGenesis.Wrapf("feeds[%d].id: %s", i, err)
		}
		if err := f.Validate(codec); err != nil {
			return ErrGenesis.Wrapf("feeds[%d].%s", i, err)
		}
		name := f.Owner() + "/" + f.Name
		if names[name] {
			return ErrGenesis.Wrapf("feeds[%d]: %s is there twice", i, name)
		}
		feeds[f.Id], names[name] = f, true
	}
	removed := make(map[string]bool, len(g.Removals))
	last = ""
	for i, id := range g.Removals {
		if err := ids.Follow(&last, id); err != nil {
			return ErrGenesis.Wrapf("removals[%d]: %s", i, err)
		}
		if _, found := feeds[id]; found {
			return ErrGenesis.Wrapf("removals[%d]: %s is a feed still", i, id)
		}
		removed[id] = true
	}
	return g.validateValues(feeds, removed)
}

// validateValues checks that values are in order and of a feed, and that each feed counts its own and has the newest as its latest.
func (g GenesisState) validateValues(feeds map[string]Feed, removed map[string]bool) error {
	entries, newest := make(map[string]uint32, len(feeds)), make(map[string]Value, len(feeds))
	for i, v := range g.Values {
		if err := v.Value.Validate(); err != nil {
			return ErrGenesis.Wrapf("values[%d].%s", i, err)
		}
		if _, found := feeds[v.Feed]; !found && !removed[v.Feed] {
			return ErrGenesis.Wrapf("values[%d]: %q is no feed", i, v.Feed)
		}
		if i > 0 {
			before := g.Values[i-1]
			if before.Feed > v.Feed || before.Feed == v.Feed && before.Value.Compare(v.Value) >= 0 {
				return ErrGenesis.Wrapf("values[%d]: expected them in the order of feed and age, each once", i)
			}
		}
		entries[v.Feed]++
		newest[v.Feed] = v.Value
	}
	for i, f := range g.Feeds {
		last, has := newest[f.Id]
		if f.Entries != entries[f.Id] || has != (f.Latest != nil) || has && !proto.Equal(&last, f.Latest) {
			return ErrGenesis.Wrapf("feeds[%d]: %d entries and a latest value: expected %d, and the newest of them", i, f.Entries, entries[f.Id])
		}
	}
	return nil
}
