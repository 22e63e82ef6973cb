package types

import (
	"fmt"
	"slices"

	"cosmossdk.io/core/address"

	"github.com/credence-chain/credence/internal/words"
)

// Limits on what one record holds, so that reading it stays cheap.
const (
	MinIDLen   = 2
	MaxIDLen   = 32
	MaxNameLen = 128
	MaxAdmins  = 16
	MaxMembers = 256
	MaxOffered = 16 // offers that wait; each action of a member reads them with the record
)

// ValidateID checks that id is 2 to 32 of a-z, 0-9 and '-'.
func ValidateID(id string) error {
	if len(id) < MinIDLen || len(id) > MaxIDLen {
		return ErrInvalidOrganisation.Wrapf("id %q: expected %d to %d characters", id, MinIDLen, MaxIDLen)
	}
	if !words.IsMade(id, "-") {
		return ErrInvalidOrganisation.Wrapf("id %q: expected only a-z, 0-9 and '-'", id)
	}
	return nil
}

// ValidateRoles checks that an organisation may hold these roles, and that they ascend, each once.
func ValidateRoles(roles []Role) error {
	for i, r := range roles {
		if !r.Holdable() {
			return ErrInvalidOrganisation.Wrapf("roles[%d]: %s is not a role an organisation holds", i, r)
		}
		if i > 0 && roles[i-1] >= r {
			return ErrInvalidOrganisation.Wrapf("roles[%d]: %s: expected ascending order, each once", i, r)
		}
	}
	return nil
}

// SortRoles returns the roles in ascending order, each once.
func SortRoles(roles []Role) []Role {
	out := slices.Clone(roles)
	slices.Sort(out)
	return slices.Compact(out)
}

// Validate checks an organisation by itself: shape, limits, addresses.
func (o Organisation) Validate(codec address.Codec) error {
	if err := ValidateID(o.Id); err != nil {
		return err
	}
	if o.Name == "" || len(o.Name) > MaxNameLen {
		return ErrInvalidOrganisation.Wrapf("name of %s: %d bytes, expected 1 to %d", o.Id, len(o.Name), MaxNameLen)
	}
	if len(o.Admins) == 0 || len(o.Admins) > MaxAdmins {
		return ErrInvalidOrganisation.Wrapf("admins of %s: %d, expected 1 to %d", o.Id, len(o.Admins), MaxAdmins)
	}
	if len(o.Members) > MaxMembers {
		return ErrInvalidOrganisation.Wrapf("members of %s: %d, expected at most %d", o.Id, len(o.Members), MaxMembers)
	}
	if len(o.Offered) > MaxOffered {
		return ErrInvalidOrganisation.Wrapf("offered of %s: %d offers of membership wait, expected at most %d", o.Id, len(o.Offered), MaxOffered)
	}
	for field, list := range o.eachList() {
		if err := validateAccounts(codec, list); err != nil {
			return ErrInvalidOrganisation.Wrapf("%s of %s: %s", field, o.Id, err)
		}
	}
	for _, a := range o.Offered {
		if o.Has(a) {
			return ErrInvalidOrganisation.Wrapf("offered of %s: %q belongs to it already", o.Id, a)
		}
	}
	if o.Status != STATUS_ACTIVE && o.Status != STATUS_REVOKED {
		return ErrInvalidOrganisation.Wrapf("status of %s: %s, expected active or revoked", o.Id, o.Status)
	}
	if o.AdmittedHeight < 0 {
		return ErrInvalidOrganisation.Wrapf("admitted_height of %s: %d is negative", o.Id, o.AdmittedHeight)
	}
	return ValidateRoles(o.Roles)
}

// eachList yields the account lists by field name, in the order of the fields.
func (o Organisation) eachList() func(yield func(string, []string) bool) {
	return func(yield func(string, []string) bool) {
		_ = yield("admins", o.Admins) && yield("members", o.Members) && yield("offered", o.Offered)
	}
}

// Accounts returns every account of the organisation once: the admins, then the members that are not admins.
func (o Organisation) Accounts() []string {
	out := slices.Clone(o.Admins)
	for _, m := range o.Members {
		if !slices.Contains(o.Admins, m) {
			out = append(out, m)
		}
	}
	return out
}

// Has says whether an account, in its canonical text, belongs to the organisation as admin or member.
func (o Organisation) Has(account string) bool {
	return slices.Contains(o.Admins, account) || slices.Contains(o.Members, account)
}

// AddMembers adds accounts to the members, except those that are members already.
func (o *Organisation) AddMembers(accounts ...string) {
	for _, a := range accounts {
		if !slices.Contains(o.Members, a) {
			o.Members = append(o.Members, a)
		}
	}
}

// Holds says whether the organisation is active and has the role.
func (o Organisation) Holds(r Role) bool {
	return o.Status == STATUS_ACTIVE && slices.Contains(o.Roles, r)
}

func validateAccounts(codec address.Codec, list []string) error {
	for i, a := range list {
		bz, err := codec.StringToBytes(a)
		if err != nil {
			return fmt.Errorf("%q: %w", a, err)
		}
		// Accounts are found by their text, so each must have only one text.
		if text, err := codec.BytesToString(bz); err != nil || text != a {
			return fmt.Errorf("%q: expected it written as %q", a, text)
		}
		if slices.Contains(list[:i], a) {
			return fmt.Errorf("%q is there twice", a)
		}
	}
	return nil
}
