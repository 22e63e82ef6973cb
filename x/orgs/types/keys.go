package types

import "cosmossdk.io/collections"

const (
	// ModuleName names the module and its store.
	ModuleName = "orgs"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName
)

// Prefixes of the module's store.
var (
	// ParamsKey holds the Params.
	ParamsKey = collections.NewPrefix(0)
	// OrganisationsPrefix: id -> Organisation.
	OrganisationsPrefix = collections.NewPrefix(1)
	// OrgByAccountPrefix: account -> id of the organisation to which it belongs, as admin, member or both.
	OrgByAccountPrefix = collections.NewPrefix(2)
	// AdmissionsPrefix: (height of admission, id).
	AdmissionsPrefix = collections.NewPrefix(3)
)
