package types

import (
	"strings"

	errorsmod "cosmossdk.io/errors"

	"cosmossdk.io/core/address"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// Limits of an asset's fields.
const (
	MinNameLen        = 2
	MaxNameLen        = 32
	MaxDescriptionLen = 512
)

// Asset has the fields that apps and datasets share.
type Asset struct {
	// ID is "organisation/name" with the organisation that published the asset first. It stays when the asset is transferred.
	ID string
	// Organisation is the owner's.
	Organisation string
	// Owner is the account that is paid the price.
	Owner string
	// PendingOwner is the account that may take the asset over; empty when it is offered to nobody.
	PendingOwner string
	// Description is for people.
	Description string
	// Deprecated assets take no new requests.
	Deprecated bool
	// Dataset is true for a dataset and false for an app.
	Dataset bool
}

// AssetID returns the id of an organisation's app or dataset: "organisation/name".
func AssetID(organisation, name string) string { return organisation + "/" + name }

// Word returns "app" or "dataset".
func (a Asset) Word() string {
	if a.Dataset {
		return "dataset"
	}
	return "app"
}

// Invalid is the error of a bad record of this kind.
func (a Asset) Invalid() *errorsmod.Error {
	if a.Dataset {
		return ErrInvalidDataset
	}
	return ErrInvalidApp
}

// Validate checks an asset by itself; ErrInvalidApp or ErrInvalidDataset names the field, its value and what was
// expected.
func (a Asset) Validate(codec address.Codec) error {
	invalid := a.Invalid()
	org, name, ok := strings.Cut(a.ID, "/")
	if !ok || orgstypes.ValidateID(org) != nil {
		return invalid.Wrapf("id %q: expected an organisation's id, '/' and a name", a.ID)
	}
	if len(name) < MinNameLen || len(name) > MaxNameLen {
		return invalid.Wrapf("name %q: %d characters, expected %d to %d", name, len(name), MinNameLen, MaxNameLen)
	}
	if !hasOnly(name, lowerAndDigits+"-") {
		return invalid.Wrapf("name %q: expected only a-z, 0-9 and '-'", name)
	}
	if err := orgstypes.ValidateID(a.Organisation); err != nil {
		return invalid.Wrapf("organisation of %s: %s", a.ID, err)
	}
	if !isCanonical(codec, a.Owner) {
		return invalid.Wrapf("owner %q of %s: expected an address", a.Owner, a.ID)
	}
	if a.PendingOwner != "" && !isCanonical(codec, a.PendingOwner) {
		return invalid.Wrapf("pending_owner %q of %s: expected an address, or nothing", a.PendingOwner, a.ID)
	}
	if len(a.Description) > MaxDescriptionLen {
		return invalid.Wrapf("description of %s: %d bytes, expected at most %d", a.ID, len(a.Description), MaxDescriptionLen)
	}
	return nil
}

// isCanonical says whether text is an address in its canonical spelling. Owners are compared as texts, so that only this one is allowed.
func isCanonical(codec address.Codec, text string) bool {
	bz, err := codec.StringToBytes(text)
	if err != nil || len(bz) == 0 {
		return false
	}
	back, err := codec.BytesToString(bz)
	return err == nil && back == text
}

const lowerAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789"

// hasOnly says whether s has no characters but those of set.
func hasOnly(s, set string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(set, r) }) < 0
}
