package types

import (
	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/ids"
)

// DefaultGenesis has no vouchers.
func DefaultGenesis() *GenesisState { return &GenesisState{Params: DefaultParams()} }

// Validate checks every record and the order of the list.
func (g GenesisState) Validate(codec address.Codec) error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	last := ""
	for i, v := range g.Vouchers {
		if err := ids.CheckAscending(&last, v.Id); err != nil {
			return ErrGenesis.Wrapf("vouchers[%d].id: %s", i, err)
		}
		if err := v.Validate(codec); err != nil {
			return ErrGenesis.Wrapf("vouchers[%d].%s", i, err)
		}
	}
	return nil
}
