package types

import "cosmossdk.io/core/address"

// DefaultGenesis has no apps.
func DefaultGenesis() *GenesisState { return &GenesisState{} }

// Validate checks every record, their order, that every version has its app and every app a version.
func (g GenesisState) Validate(codec address.Codec) error {
	versions := make(map[string]int, len(g.Apps))
	for i, a := range g.Apps {
		if err := a.Validate(codec); err != nil {
			return err
		}
		if i > 0 && g.Apps[i-1].Id >= a.Id {
			return ErrInvalidGenesis.Wrapf("apps[%d]: %s: expected ascending order of id, each once", i, a.Id)
		}
		versions[a.Id] = 0
	}
	for i, v := range g.Versions {
		if err := v.Validate(); err != nil {
			return err
		}
		if _, ok := versions[v.App]; !ok {
			return ErrInvalidGenesis.Wrapf("versions[%d]: app %q is not there", i, v.App)
		}
		if i > 0 {
			p := g.Versions[i-1]
			if p.App > v.App || (p.App == v.App && p.Version >= v.Version) {
				return ErrInvalidGenesis.Wrapf("versions[%d]: %s: expected ascending order of app and version, each once", i, v.Reference())
			}
		}
		versions[v.App]++
	}
	for i, a := range g.Apps {
		if versions[a.Id] == 0 {
			return ErrInvalidGenesis.Wrapf("apps[%d]: %s: expected a version of it", i, a.Id)
		}
	}
	return nil
}
