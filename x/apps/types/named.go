package types

import (
	"fmt"
	"slices"
	"strings"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// Lists of orders and vouchers name apps and datasets by "organisation/name", which means every version, or by
// "organisation/name:version".

// IsAssetID says whether id has the form "organisation/name".
func IsAssetID(id string) bool {
	org, name, ok := strings.Cut(id, "/")
	return ok && orgstypes.ValidateID(org) == nil &&
		len(name) >= MinNameLen && len(name) <= MaxNameLen && hasOnly(name, lowerAndDigits+"-")
}

// IsReference says whether ref has the form "organisation/name:version".
func IsReference(ref string) bool {
	id, version, ok := strings.Cut(ref, ":")
	return ok && IsAssetID(id) && validateVersionName(version) == nil
}

// ValidateNamed checks that id names an app or a dataset, with or without a version.
func ValidateNamed(id string) error {
	if !IsAssetID(id) && !IsReference(id) {
		return fmt.Errorf("got %.80q, expected \"organisation/name\" or \"organisation/name:version\"", id)
	}
	return nil
}

// Names says whether a list names the version ref, "organisation/name:version": by ref itself, or by "organisation/name".
func Names(list []string, ref string) bool {
	id, _, _ := strings.Cut(ref, ":")
	return slices.Contains(list, ref) || slices.Contains(list, id)
}
