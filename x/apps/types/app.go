package types

import (
	"strings"

	"cosmossdk.io/core/address"
)

// Limits of an app's fields.
const (
	MinNameLen        = 2
	MaxNameLen        = 32
	MaxDescriptionLen = 512
)

// AppID returns the id of an organisation's app: "organisation/name".
func AppID(organisation, name string) string { return organisation + "/" + name }

// Usable returns nil when the app takes new requests, otherwise ErrDeprecated or ErrSuspended.
func (a App) Usable() error {
	switch {
	case a.Suspended:
		return ErrSuspended.Wrapf("%s: the court found no one answer in %d tasks; the council may reinstate it", a.Id, a.Voids)
	case a.Deprecated:
		return ErrDeprecated.Wrapf("%s: takes no new requests", a.Id)
	}
	return nil
}

// Validate checks an app by itself; ErrInvalidApp names the field, its value and what was expected.
func (a App) Validate(codec address.Codec) error {
	org, name, ok := strings.Cut(a.Id, "/")
	if !ok || org == "" || org != a.Organisation {
		return ErrInvalidApp.Wrapf("id %q: expected organisation %q, '/' and a name", a.Id, a.Organisation)
	}
	if len(name) < MinNameLen || len(name) > MaxNameLen {
		return ErrInvalidApp.Wrapf("name %q: %d characters, expected %d to %d", name, len(name), MinNameLen, MaxNameLen)
	}
	if !only(name, lowerAndDigits+"-") {
		return ErrInvalidApp.Wrapf("name %q: expected only a-z, 0-9 and '-'", name)
	}
	if bz, err := codec.StringToBytes(a.Owner); err != nil || len(bz) == 0 {
		return ErrInvalidApp.Wrapf("owner %q of %s: expected an address", a.Owner, a.Id)
	}
	if len(a.Description) > MaxDescriptionLen {
		return ErrInvalidApp.Wrapf("description of %s: %d bytes, expected at most %d", a.Id, len(a.Description), MaxDescriptionLen)
	}
	return nil
}

const (
	lowerAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789"
	hexDigits      = "0123456789abcdef"
)

// only says whether s has no characters but those of set.
func only(s, set string) bool {
	return strings.Trim(s, set) == ""
}
