package types

import (
	"slices"

	"cosmossdk.io/core/address"
)

// MaxAudience bounds the entries of all lists of an audience together, since a check reads them all.
const MaxAudience = 32

// IsEmpty says whether the audience names nobody, which means anyone.
func (a Audience) IsEmpty() bool {
	return len(a.Accounts) == 0 && len(a.Organisations) == 0 && len(a.Roles) == 0
}

// Meets says whether an account is in the audience. It is if the audience lists the account, its organisation ("" for none), or
// one of roles, which are the roles that this organisation holds while active. Everybody is in an empty audience. Accounts are
// compared by their text, which must be the canonical one.
func (a Audience) Meets(account, organisation string, roles []Role) bool {
	if a.IsEmpty() || slices.Contains(a.Accounts, account) {
		return true
	}
	if organisation == "" {
		return false
	}
	return slices.Contains(a.Organisations, organisation) ||
		slices.ContainsFunc(a.Roles, func(r Role) bool { return slices.Contains(roles, r) })
}

// Validate checks an audience by itself: at most MaxAudience entries in all, canonical addresses, ids of the right form,
// roles that an organisation may hold, each entry once. ErrAudience names the entry and what was expected.
func (a Audience) Validate(codec address.Codec) error {
	if n := len(a.Accounts) + len(a.Organisations) + len(a.Roles); n > MaxAudience {
		return ErrAudience.Wrapf("%d entries, expected at most %d", n, MaxAudience)
	}
	for i, account := range a.Accounts {
		bz, err := codec.StringToBytes(account)
		if err != nil {
			return ErrAudience.Wrapf("accounts[%d]: %q: %s", i, account, err)
		}
		// Accounts are compared by their text, so each must have only one text.
		if text, err := codec.BytesToString(bz); err != nil || text != account {
			return ErrAudience.Wrapf("accounts[%d]: %q: expected it written as %q", i, account, text)
		}
		if slices.Contains(a.Accounts[:i], account) {
			return ErrAudience.Wrapf("accounts[%d]: %q: expected each once", i, account)
		}
	}
	for i, org := range a.Organisations {
		if err := ValidateID(org); err != nil {
			return ErrAudience.Wrapf("organisations[%d]: %s", i, err)
		}
		if slices.Contains(a.Organisations[:i], org) {
			return ErrAudience.Wrapf("organisations[%d]: %q: expected each once", i, org)
		}
	}
	for i, role := range a.Roles {
		if !role.Holdable() {
			return ErrAudience.Wrapf("roles[%d]: %s: expected a role that an organisation holds", i, role)
		}
		if slices.Contains(a.Roles[:i], role) {
			return ErrAudience.Wrapf("roles[%d]: %s: expected each once", i, role)
		}
	}
	return nil
}
