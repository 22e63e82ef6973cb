package types

// DefaultGenesis has no seeds: the first is derived from the chain id.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate checks parameters, lengths and order.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	for i, s := range g.Seeds {
		if len(s.Seed) != SeedSize {
			return ErrInvalidSeed.Wrapf("seeds[%d]: %d bytes, expected %d", i, len(s.Seed), SeedSize)
		}
		if s.Height < 0 || i > 0 && s.Height <= g.Seeds[i-1].Height {
			return ErrInvalidSeed.Wrapf("seeds[%d]: height %d, expected ascending order from 0", i, s.Height)
		}
	}
	return nil
}
