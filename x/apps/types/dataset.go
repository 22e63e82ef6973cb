package types

import "cosmossdk.io/core/address"

// Usable returns nil when the dataset takes new requests, otherwise ErrDeprecated.
func (d Dataset) Usable() error {
	if d.Deprecated {
		return ErrDeprecated.Wrapf("dataset %s: takes no new requests", d.Id)
	}
	return nil
}

// Asset returns the fields that the dataset shares with apps.
func (d Dataset) Asset() Asset {
	return Asset{
		ID: d.Id, Organisation: d.Organisation, Owner: d.Owner, PendingOwner: d.PendingOwner,
		Description: d.Description, Deprecated: d.Deprecated, Dataset: true,
	}
}

// With returns the dataset with all fields of the asset except its id.
func (d Dataset) With(x Asset) Dataset {
	d.Organisation, d.Owner, d.PendingOwner = x.Organisation, x.Owner, x.PendingOwner
	d.Description, d.Deprecated = x.Description, x.Deprecated
	return d
}

// Validate checks a dataset by itself; ErrInvalidDataset names the field, its value and what was expected.
func (d Dataset) Validate(codec address.Codec) error { return d.Asset().Validate(codec) }
