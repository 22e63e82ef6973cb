package types

import "cosmossdk.io/core/address"

// DefaultGenesis has no seats; a chain cannot start from it.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate checks parameters, seats and missed votes. It accepts a state without seats: genesis files are built up.
func (g GenesisState) Validate(codec address.Codec) error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := ValidateSeats(codec, g.Seats); err != nil {
		return err
	}
	known := make(map[string]bool, len(g.Seats))
	active := 0
	for _, s := range g.Seats {
		known[s.OrgId] = true
		if s.Active() {
			active++
		}
	}
	if len(g.Seats) > 0 && active == 0 {
		return ErrInvalidSeat.Wrapf("none of %d seats is active", len(g.Seats))
	}
	for i, m := range g.Missed {
		if !known[m.OrgId] {
			return ErrNotFound.Wrapf("missed[%d]: %s", i, m.OrgId)
		}
		if m.Slot < 0 || m.Slot >= g.Params.DowntimeWindow {
			return ErrInvalidSeat.Wrapf("missed[%d] of %s: slot %d, expected 0 to %d", i, m.OrgId, m.Slot, g.Params.DowntimeWindow-1)
		}
	}
	return nil
}
