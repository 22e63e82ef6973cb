package types

import "cosmossdk.io/core/address"

// Usable returns nil when the app takes new requests, otherwise ErrDeprecated or ErrSuspended.
func (a App) Usable() error {
	switch {
	case a.Suspended:
		return ErrSuspended.Wrapf("%s: the court found no one answer in %d tasks, and %d times workers of several organisations wrong; the council may reinstate it", a.Id, a.Voids, a.Reviews)
	case a.Deprecated:
		return ErrDeprecated.Wrapf("app %s: takes no new requests", a.Id)
	}
	return nil
}

// Asset returns the fields that the app shares with datasets.
func (a App) Asset() Asset {
	return Asset{
		ID: a.Id, Organisation: a.Organisation, Owner: a.Owner, PendingOwner: a.PendingOwner,
		Description: a.Description, Deprecated: a.Deprecated,
	}
}

// With returns the app with all fields of the asset except its id.
func (a App) With(x Asset) App {
	a.Organisation, a.Owner, a.PendingOwner = x.Organisation, x.Owner, x.PendingOwner
	a.Description, a.Deprecated = x.Description, x.Deprecated
	return a
}

// Validate checks an app by itself; ErrInvalidApp names the field, its value and what was expected.
func (a App) Validate(codec address.Codec) error { return a.Asset().Validate(codec) }
