package types

import (
	"slices"

	"github.com/credence-chain/credence/internal/words"
)

// Limits of a set of tags.
const (
	MaxTags   = 16
	MaxTagLen = 32
)

// TagTEE is the capability of a trusted execution environment. Tags that begin with TagTEEFramework name one by its
// maker; a dataset's are ignored, for the framework is the app's business.
const (
	TagTEE          = "tee"
	TagTEEFramework = "tee."
)

// NormalTags returns the tags sorted and each once.
func NormalTags(tags []string) []string {
	if len(tags) == 0 {
		return nil
	}
	out := slices.Clone(tags)
	slices.Sort(out)
	return slices.Compact(out)
}

// ValidateTags checks a set of capability names: at most 16, sorted, each once, each 1 to 32 bytes of a-z, 0-9, '.' and
// '-'. ErrTag otherwise.
func ValidateTags(field string, tags []string) error {
	if len(tags) > MaxTags {
		return ErrTag.Wrapf("%s: got %d, expected at most %d", field, len(tags), MaxTags)
	}
	for i, t := range tags {
		if !isWord(t, 1, MaxTagLen, ".-") {
			return ErrTag.Wrapf("%s[%d]: got %.80q, expected 1 to %d of a-z, 0-9, '.' and '-'", field, i, t, MaxTagLen)
		}
		if i > 0 && tags[i-1] >= t {
			return ErrTag.Wrapf("%s[%d]: got %q after %q, expected ascending order, each once", field, i, t, tags[i-1])
		}
	}
	return nil
}

// missingTag returns the first tag that a sorted set does not hold.
func missingTag(set, tags []string) (tag string, missing bool) {
	for _, t := range tags {
		if _, found := slices.BinarySearch(set, t); !found {
			return t, true
		}
	}
	return "", false
}

// isWord says whether s is from least to most bytes of a-z, 0-9 and the signs.
func isWord(s string, least, most int, signs string) bool {
	return isBetween(len(s), least, most) && words.IsMade(s, signs)
}
