package types

import (
	"github.com/cometbft/cometbft/crypto"

	"cosmossdk.io/core/address"
)

// DefaultGenesis has no seats; a chain cannot start from it.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate checks the whole state. It accepts a state without seats, since a genesis file is built step by step.
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
	if err := g.validateWaiting(codec, known); err != nil {
		return err
	}
	if err := g.validatePause(known); err != nil {
		return err
	}
	return g.validatePast()
}

// validateWaiting checks the changes and the offers that wait: each is of a known seat, each seat has at most one, and they are in
// order.
func (g GenesisState) validateWaiting(codec address.Codec, known map[string]bool) error {
	for i, c := range g.Changes {
		if !known[c.OrgId] {
			return ErrNotFound.Wrapf("changes[%d]: %s", i, c.OrgId)
		}
		if i > 0 && g.Changes[i-1].OrgId >= c.OrgId {
			return ErrInvalidSeat.Wrapf("changes[%d]: %s: expected ascending order of org_id, each once", i, c.OrgId)
		}
		if _, is := ChangeKind_name[int32(c.Kind)]; !is || c.Kind == CHANGE_KIND_UNSPECIFIED {
			return ErrInvalidSeat.Wrapf("changes[%d] of %s: kind %d, expected one that there is", i, c.OrgId, c.Kind)
		}
		if (c.Heir != nil) != (c.Kind == CHANGE_KIND_HAND_OVER) {
			return ErrInvalidSeat.Wrapf("changes[%d] of %s: heir: expected just of a hand-over", i, c.OrgId)
		}
		if c.Heir != nil {
			if err := c.Heir.Validate(codec); err != nil {
				return err
			}
		}
	}
	for i, o := range g.Offers {
		if !known[o.OrgId] {
			return ErrNotFound.Wrapf("offers[%d]: %s", i, o.OrgId)
		}
		if i > 0 && g.Offers[i-1].OrgId >= o.OrgId {
			return ErrInvalidSeat.Wrapf("offers[%d]: %s: expected ascending order of org_id, each once", i, o.OrgId)
		}
		if err := o.Heir.Validate(codec); err != nil {
			return err
		}
	}
	return nil
}

// validatePast checks the old keys and the turnover.
func (g GenesisState) validatePast() error {
	addresses := make(map[string]bool, len(g.Seats))
	for _, s := range g.Seats {
		addresses[string(s.ConsensusAddress())] = true
	}
	for i, o := range g.OldKeys {
		if len(o.Address) != crypto.AddressSize || o.OrgId == "" {
			return ErrInvalidSeat.Wrapf("old_keys[%d]: address of %d bytes of seat %q, expected %d bytes and a seat", i, len(o.Address), o.OrgId, crypto.AddressSize)
		}
		if addresses[string(o.Address)] {
			return ErrTaken.Wrapf("old_keys[%d]: address %X is of a seat, or there twice", i, o.Address)
		}
		addresses[string(o.Address)] = true
	}
	for i, t := range g.Turnover {
		if t.Power < 0 || i > 0 && g.Turnover[i-1].Height >= t.Height {
			return ErrInvalidSeat.Wrapf("turnover[%d]: power %d at height %d, expected no less than 0 and ascending heights", i, t.Power, t.Height)
		}
	}
	return nil
}
