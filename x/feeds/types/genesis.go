package types

import (
	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/steps"
)

// DefaultGenesis has no feeds.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate names the first record of the state that is not valid.
func (g GenesisState) Validate(codec address.Codec) error {
	c := &genesisCheck{
		GenesisState: g, codec: codec, feeds: make(map[string]Feed, len(g.Feeds)), removed: make(map[string]bool, len(g.Removals)),
	}
	return steps.Run(g.Params.Validate, c.checkFeeds, c.checkRemovals, c.checkValues, c.checkLatest)
}

// genesisCheck checks the lists of a state. Each is compared with the lists before it.
type genesisCheck struct {
	GenesisState
	codec   address.Codec
	feeds   map[string]Feed // by id
	removed map[string]bool
}

func (c *genesisCheck) checkFeeds() error {
	names, last := make(map[string]bool, len(c.Feeds)), ""
	for i, f := range c.Feeds {
		if err := ids.CheckAscending(&last, f.Id); err != nil {
			return ErrGenesis.Wrapf("feeds[%d].id: %s", i, err)
		}
		if err := f.Validate(c.codec); err != nil {
			return ErrGenesis.Wrapf("feeds[%d].%s", i, err)
		}
		name := f.Owner() + "/" + f.Name
		if names[name] {
			return ErrGenesis.Wrapf("feeds[%d]: %s is there twice", i, name)
		}
		c.feeds[f.Id], names[name] = f, true
	}
	return nil
}

func (c *genesisCheck) checkRemovals() error {
	last := ""
	for i, id := range c.Removals {
		if err := ids.CheckAscending(&last, id); err != nil {
			return ErrGenesis.Wrapf("removals[%d]: %s", i, err)
		}
		if _, found := c.feeds[id]; found {
			return ErrGenesis.Wrapf("removals[%d]: %s is a feed still", i, id)
		}
		c.removed[id] = true
	}
	return nil
}

// checkValues checks that the values are in ascending order and that each belongs to a feed.
func (c *genesisCheck) checkValues() error {
	for i, v := range c.Values {
		if err := v.Value.Validate(); err != nil {
			return ErrGenesis.Wrapf("values[%d].%s", i, err)
		}
		if _, found := c.feeds[v.Feed]; !found && !c.removed[v.Feed] {
			return ErrGenesis.Wrapf("values[%d]: %q is no feed", i, v.Feed)
		}
		if i > 0 && !c.Values[i-1].before(v) {
			return ErrGenesis.Wrapf("values[%d]: expected them in the order of feed and age, each once", i)
		}
	}
	return nil
}

func (v FeedValue) before(next FeedValue) bool {
	return v.Feed < next.Feed || v.Feed == next.Feed && v.Value.Compare(next.Value) < 0
}

// checkLatest checks that each feed counts its own values, and has the newest as its latest.
func (c *genesisCheck) checkLatest() error {
	entries, newest := make(map[string]uint32, len(c.feeds)), make(map[string]Value, len(c.feeds))
	for _, v := range c.Values {
		entries[v.Feed]++
		newest[v.Feed] = v.Value
	}
	for i, f := range c.Feeds {
		last, has := newest[f.Id]
		if f.Entries != entries[f.Id] || has != (f.Latest != nil) || has && !proto.Equal(&last, f.Latest) {
			return ErrGenesis.Wrapf("feeds[%d]: %d entries and a latest value: expected %d, and the newest of them", i, f.Entries, entries[f.Id])
		}
	}
	return nil
}
