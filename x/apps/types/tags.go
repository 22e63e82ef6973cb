package types

import (
	"slices"

	"github.com/credence-chain/credence/poco/contract"
)

// NormalTags returns a set of tags in its one form: ascending, each once, nil when there are none. ErrInvalidTags when one of
// them is no tag (contract.IsTag), or when the set has more than contract.MaxTags.
func NormalTags(tags []string) ([]string, error) {
	for i, t := range tags {
		if !contract.IsTag(t) {
			return nil, ErrInvalidTags.Wrapf("tags[%d]: %.80q, expected 1 to %d of a-z, 0-9, '.' and '-'", i, t, contract.MaxTagLen)
		}
	}
	out := slices.Clone(tags)
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > contract.MaxTags {
		return nil, ErrInvalidTags.Wrapf("tags: %d, expected at most %d", len(out), contract.MaxTags)
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// ValidateTags checks that tags are in the form that NormalTags returns. ErrInvalidTags otherwise.
func ValidateTags(tags []string) error {
	normal, err := NormalTags(tags)
	if err != nil {
		return err
	}
	if !slices.Equal(normal, tags) {
		return ErrInvalidTags.Wrapf("tags %q: expected ascending order, each once", tags)
	}
	return nil
}
