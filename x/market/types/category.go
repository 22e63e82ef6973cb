package types

import "cmp"

// Limits of a category.
const (
	MaxCategoryLen = 16
	// MaxCategorySeconds is 30 days: even in blocks of a millisecond a window fits the protocol's 2^32 blocks.
	MaxCategorySeconds = 30 * 24 * 60 * 60
	MaxDescriptionLen  = 512
)

// ValidateCategoryID checks that an id is 1 to 16 of a-z, 0-9 and '-'. ErrCategory otherwise.
func ValidateCategoryID(id string) error {
	if !isWord(id, 1, MaxCategoryLen, "-") {
		return ErrCategory.Wrapf("category: got %.80q, expected 1 to %d of a-z, 0-9 and '-'", id, MaxCategoryLen)
	}
	return nil
}

// validateCategoryOrNone checks the id of a category; "" names none.
func validateCategoryOrNone(id string) error {
	if id == "" {
		return nil
	}
	return ValidateCategoryID(id)
}

// Validate checks a category by itself; ErrCategory names the field, the value and what was expected. It does not compare the fuel limit
// with the parameters, because these change: each job is checked against them.
func (c Category) Validate() error {
	return cmp.Or(
		ValidateCategoryID(c.Id),
		c.validateDescription(),
		within(ErrCategory, "seconds", c.Seconds, 1, MaxCategorySeconds, " (30 days)"),
		within(ErrCategory, "fuel_limit", c.FuelLimit, 1, 1<<62),
	)
}

func (c Category) validateDescription() error {
	if len(c.Description) > MaxDescriptionLen {
		return ErrCategory.Wrapf("description: %d bytes, expected at most %d", len(c.Description), MaxDescriptionLen)
	}
	return nil
}

// Blocks returns the category's time as a number of blocks: ceil(seconds * 1000 / block_millis).
func (c Category) Blocks(p Params) int64 {
	millis, block := min(c.Seconds, MaxCategorySeconds)*1_000, max(1, p.BlockMillis)
	return int64((millis + block - 1) / block)
}
