package types

import (
	"slices"

	"github.com/credence-chain/credence/internal/words"
	"github.com/credence-chain/credence/poco/contract"
)

const (
	// TagTEE is the capability of a trusted execution environment.
	TagTEE = "tee"
	// TagTEEFramework begins each tag that names such an environment by its maker. A dataset's tags of this kind are
	// ignored, because the app alone depends on the framework.
	TagTEEFramework = "tee."
)

// NormalTags returns the tags in ascending order, each once; nil when there are none.
func NormalTags(tags []string) []string {
	if len(tags) == 0 {
		return nil
	}
	out := slices.Clone(tags)
	slices.Sort(out)
	return slices.Compact(out)
}

// ValidateTags checks that tags are at most contract.MaxTags, each of the form of contract.IsTag, in ascending order and each
// once. ErrTag otherwise.
func ValidateTags(field string, tags []string) error {
	if len(tags) > contract.MaxTags {
		return ErrTag.Wrapf("%s: got %d, expected at most %d", field, len(tags), contract.MaxTags)
	}
	for i, t := range tags {
		if !contract.IsTag(t) {
			return ErrTag.Wrapf("%s[%d]: got %.80q, expected 1 to %d of a-z, 0-9, '.' and '-'", field, i, t, contract.MaxTagLen)
		}
		if i > 0 && tags[i-1] >= t {
			return ErrTag.Wrapf("%s[%d]: got %q after %q, expected ascending order, each once", field, i, t, tags[i-1])
		}
	}
	return nil
}

// missingTag returns the first of the tags that the set does not hold. The set is in ascending order.
func missingTag(set, tags []string) (tag string, missing bool) {
	for _, t := range tags {
		if _, found := slices.BinarySearch(set, t); !found {
			return t, true
		}
	}
	return "", false
}

// isWord says whether s has least to most bytes, each of them one of a-z, 0-9 and the signs.
func isWord(s string, least, most int, signs string) bool {
	return isBetween(len(s), least, most) && words.IsMade(s, signs)
}
