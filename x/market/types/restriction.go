package types

import (
	"slices"

	"cosmossdk.io/core/address"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// MaxRestrictions bounds the entries of all restrictions of one order together, because matching reads them all.
const MaxRestrictions = 32

// Party is one counterpart of an order, with everything by which restrictions can name it.
type Party struct {
	// Account is its address in the canonical spelling.
	Account string
	// Organisation is the one that the account belongs to; empty for none.
	Organisation string
	// Roles are those of the organisation; none unless it is active.
	Roles []orgstypes.Role
}

// In says whether an audience includes the party. An empty audience includes everybody.
func (p Party) In(a orgstypes.Audience) bool { return a.Meets(p.Account, p.Organisation, p.Roles) }

// Entries returns how many entries the restriction has.
func (r Restriction) Entries() int { return len(r.Ids) + audienceEntries(r.Audience) }

func audienceEntries(a orgstypes.Audience) int {
	return len(a.Accounts) + len(a.Organisations) + len(a.Roles)
}

// Meets says whether the restriction takes a counterpart: it is empty, it lists the counterpart's id, or its audience includes the
// owner. The id of an app or dataset is "organisation/name:version"; "organisation/name" in the list means every version.
func (r Restriction) Meets(id string, owner Party) bool {
	if r.Entries() == 0 || appstypes.Names(r.Ids, id) {
		return true
	}
	return !r.Audience.IsEmpty() && owner.In(r.Audience)
}

// listed says what the ids of a list name: apps and datasets, or pools.
type listed bool

const (
	listsAssets listed = false
	listsPools  listed = true
)

// validateField checks a restriction's shape; ErrRestriction names the field, the value and what was expected.
func (r Restriction) validateField(field string, of listed, codec address.Codec) error {
	if err := validateIDs(field+".ids", of, r.Ids); err != nil {
		return err
	}
	return validateAudience(field+".audience", r.Audience, codec)
}

func validateAudience(field string, a orgstypes.Audience, codec address.Codec) error {
	if err := a.Validate(codec); err != nil {
		return ErrRestriction.Wrapf("%s.%s", field, err)
	}
	return nil
}

// validateIDs checks a list of pools, or of apps or datasets with or without version.
func validateIDs(field string, of listed, ids []string) error {
	if len(ids) > MaxRestrictions {
		return ErrRestriction.Wrapf("%s: got %d, expected at most %d", field, len(ids), MaxRestrictions)
	}
	check := appstypes.ValidateNamed
	if of == listsPools {
		check = workerstypes.ValidatePoolID
	}
	for i, id := range ids {
		if err := check(id); err != nil {
			return ErrRestriction.Wrapf("%s[%d]: %s", field, i, err)
		}
		if slices.Contains(ids[:i], id) {
			return ErrRestriction.Wrapf("%s[%d]: %q is there twice", field, i, id)
		}
	}
	return nil
}
