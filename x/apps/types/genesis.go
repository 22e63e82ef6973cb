package types

import (
	"fmt"

	"cosmossdk.io/core/address"
)

// DefaultGenesis has neither apps nor datasets.
func DefaultGenesis() *GenesisState { return &GenesisState{} }

// Validate checks every record and the sequence of each list. No id may belong to both an app and a dataset. Every version must have its
// app or dataset, and every app and dataset a version.
func (g GenesisState) Validate(codec address.Codec) error {
	apps := listing{field: "apps", versionsField: "versions", versions: make(map[string]int, len(g.Apps))}
	for _, a := range g.Apps {
		if err := apps.addAsset(codec, a.Asset()); err != nil {
			return err
		}
	}
	for _, v := range g.Versions {
		if err := v.Validate(); err != nil {
			return err
		}
		if err := apps.addVersion(v.App, v.Version); err != nil {
			return err
		}
	}
	if err := apps.checkComplete(); err != nil {
		return err
	}
	datasets := listing{field: "datasets", versionsField: "dataset_versions", versions: make(map[string]int, len(g.Datasets))}
	for i, d := range g.Datasets {
		if _, taken := apps.versions[d.Id]; taken {
			return ErrInvalidGenesis.Wrapf("datasets[%d]: %s: the name is an app's", i, d.Id)
		}
		if err := datasets.addAsset(codec, d.Asset()); err != nil {
			return err
		}
	}
	for _, v := range g.DatasetVersions {
		if err := v.Validate(); err != nil {
			return err
		}
		if err := datasets.addVersion(v.Dataset, v.Version); err != nil {
			return err
		}
	}
	return datasets.checkComplete()
}

// listing checks a list of assets and the list of their versions, record by record.
type listing struct {
	field, versionsField string
	ids                  []string
	versions             map[string]int // number of versions of each id
	read                 int            // number of versions that were read
	id, version          string         // those of the version that was read last
}

func (l *listing) addAsset(codec address.Codec, a Asset) error {
	if err := a.Validate(codec); err != nil {
		return err
	}
	if i := len(l.ids); i > 0 && l.ids[i-1] >= a.ID {
		return ErrInvalidGenesis.Wrapf("%s[%d]: %s: expected ascending order of id, each once", l.field, i, a.ID)
	}
	l.ids, l.versions[a.ID] = append(l.ids, a.ID), 0
	return nil
}

func (l *listing) addVersion(id, version string) error {
	at := fmt.Sprintf("%s[%d]", l.versionsField, l.read)
	if _, ok := l.versions[id]; !ok {
		return ErrInvalidGenesis.Wrapf("%s: %q is not in %s", at, id, l.field)
	}
	if l.read > 0 && (l.id > id || (l.id == id && l.version >= version)) {
		return ErrInvalidGenesis.Wrapf("%s: %s: expected ascending order of name and version, each once", at, Reference(id, version))
	}
	l.versions[id]++
	l.id, l.version, l.read = id, version, l.read+1
	return nil
}

func (l *listing) checkComplete() error {
	for i, id := range l.ids {
		if l.versions[id] == 0 {
			return ErrInvalidGenesis.Wrapf("%s[%d]: %s: expected a version of it", l.field, i, id)
		}
	}
	return nil
}
