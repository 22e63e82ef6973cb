package types

import "cosmossdk.io/core/address"

// DefaultGenesis has no organisations.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate checks each organisation, their order, and that no account belongs to two of them.
func (g GenesisState) Validate(codec address.Codec) error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	owner := make(map[string]string)
	for i, o := range g.Organisations {
		if err := o.Validate(codec); err != nil {
			return err
		}
		if i > 0 && g.Organisations[i-1].Id >= o.Id {
			return ErrInvalidOrganisation.Wrapf("organisations[%d]: %s: expected ascending order of id, each once", i, o.Id)
		}
		for _, a := range o.Accounts() {
			if other, taken := owner[a]; taken {
				return ErrTaken.Wrapf("%s: in %s and in %s", a, other, o.Id)
			}
			owner[a] = o.Id
		}
	}
	return nil
}
