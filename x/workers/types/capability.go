package types

import (
	"slices"

	"github.com/credence-chain/credence/internal/words"
)

// Limits of a set of capabilities.
const (
	MaxCapabilities  = 16
	MaxCapabilityLen = 32
)

// NormalCapabilities returns a set of capabilities as it is stored: ascending, each once.
func NormalCapabilities(names []string) []string {
	out := slices.Clone(names)
	slices.Sort(out)
	return slices.Compact(out)
}

// ValidateCapabilities checks a set: at most MaxCapabilities names, ascending, each once, each 1 to 32 of a-z, 0-9, '.'
// and '-'. ErrCapabilities says which is wrong.
func ValidateCapabilities(names []string) error {
	if len(names) > MaxCapabilities {
		return ErrCapabilities.Wrapf("%d of them, expected at most %d", len(names), MaxCapabilities)
	}
	for i, name := range names {
		if name == "" || len(name) > MaxCapabilityLen {
			return ErrCapabilities.Wrapf("%q: expected 1 to %d characters", name, MaxCapabilityLen)
		}
		if !words.IsMade(name, ".-") {
			return ErrCapabilities.Wrapf("%q: expected only a-z, 0-9, '.' and '-'", name)
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
