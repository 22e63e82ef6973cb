package types

import (
	"slices"

	"github.com/credence-chain/credence/poco/contract"
)

// NormalCapabilities returns a set of capabilities as it is stored: ascending, each once.
func NormalCapabilities(names []string) []string {
	out := slices.Clone(names)
	slices.Sort(out)
	return slices.Compact(out)
}

// ValidateCapabilities checks that a set has at most contract.MaxTags names, each of the form of contract.IsTag, in ascending order and
// each once. ErrCapabilities says which is wrong; the caller puts the field in front.
func ValidateCapabilities(names []string) error {
	if len(names) > contract.MaxTags {
		return ErrCapabilities.Wrapf("%d of them, expected at most %d", len(names), contract.MaxTags)
	}
	for i, name := range names {
		if !contract.IsTag(name) {
			return ErrCapabilities.Wrapf("%q: expected 1 to %d of a-z, 0-9, '.' and '-'", name, contract.MaxTagLen)
		}
		if i > 0 && names[i-1] >= name {
			return ErrCapabilities.Wrapf("%q after %q: expected ascending order, each once", name, names[i-1])
		}
	}
	return nil
}

// MissingCapability returns the first name of want that is not in have, or "".
func MissingCapability(have, want []string) string {
	for _, name := range want {
		if !slices.Contains(have, name) {
			return name
		}
	}
	return ""
}
