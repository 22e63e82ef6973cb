package types

import (
	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/ids"
)

// DefaultGenesis has no deals.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks every record, the sequence of each list, and that the queues hold deals alone. The market checks that the requests of
// deals exist.
func (g GenesisState) Validate(codec address.Codec) error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	deals, last := make(map[string]Deal, len(g.Deals)), ""
	for i, d := range g.Deals {
		if err := ids.CheckAscending(&last, d.Id); err != nil {
			return ErrGenesis.Wrapf("deals[%d].id: %s", i, err)
		}
		if err := d.Validate(codec); err != nil {
			return ErrGenesis.Wrapf("deals[%d].%s", i, err)
		}
		deals[d.Id] = d
	}
	if err := g.validatePruned(codec, deals); err != nil {
		return err
	}
	if err := g.validateOpening(deals); err != nil {
		return err
	}
	for i, r := range g.Releases {
		if _, found := deals[r.Deal]; !found || r.Height < 0 {
			return ErrGenesis.Wrapf("releases[%d]: height %d, deal %q: expected a height of at least 0, and a deal", i, r.Height, r.Deal)
		}
	}
	return nil
}

// validatePruned checks the compact records, and that no deal has both a compact and a whole record.
func (g GenesisState) validatePruned(codec address.Codec, deals map[string]Deal) error {
	last := ""
	for i, p := range g.Pruned {
		if err := ids.CheckAscending(&last, p.Id); err != nil {
			return ErrGenesis.Wrapf("pruned[%d].id: %s", i, err)
		}
		if _, whole := deals[p.Id]; whole {
			return ErrGenesis.Wrapf("pruned[%d].id: %s stands among the deals", i, p.Id)
		}
		if err := p.validate(codec); err != nil {
			return ErrGenesis.Wrapf("pruned[%d].%s", i, err)
		}
	}
	return nil
}

func (g GenesisState) validateOpening(deals map[string]Deal) error {
	opening := make(map[string]bool, len(g.Opening))
	for i, id := range g.Opening {
		d, found := deals[id]
		if !found || opening[id] || d.Opened == d.Size_ || d.Resumes != 0 {
			return ErrGenesis.Wrapf("opening[%d]: %s: expected a deal with tasks to open, each once, and none that resumes later", i, id)
		}
		opening[id] = true
	}
	for _, d := range g.Deals {
		if d.Opened < d.Size_ && !d.Cancelled && d.Resumes == 0 && !opening[d.Id] {
			return ErrGenesis.Wrapf("opening: %s has tasks to open and is missing", d.Id)
		}
	}
	return nil
}
