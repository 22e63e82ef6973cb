package types

import "slices"

// Limits of a set of tags.
const (
	MaxTags   = 16
	MaxTagLen = 32
)

// NormalTags returns the set of tags in its one form: sorted, each once, nil when there are none. A tag names a
// capability: 1 to 32 of a-z, 0-9, '.' and '-'. ErrInvalidTags names the first that is none, or says that there are more
// than 16.
func NormalTags(tags []string) ([]string, error) {
	for i, t := range tags {
		if len(t) == 0 || len(t) > MaxTagLen {
			return nil, ErrInvalidTags.Wrapf("tags[%d]: %q has %d bytes, expected 1 to %d", i, t, len(t), MaxTagLen)
		}
		if !hasOnly(t, lowerAndDigits+".-") {
			return nil, ErrInvalidTags.Wrapf("tags[%d]: %q, expected only a-z, 0-9, '.' and '-'", i, t)
		}
	}
	out := slices.Clone(tags)
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > MaxTags {
		return nil, ErrInvalidTags.Wrapf("tags: %d, expected at most %d", len(out), MaxTags)
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// ValidateTags checks that tags are a set in its one form, as NormalTags returns it.
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
