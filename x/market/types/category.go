package types

// Limits of a category.
const (
	MaxCategoryLen = 16
	// MaxCategorySeconds is 30 days: even in blocks of a millisecond a window fits the protocol's 2^32 blocks.
	MaxCategorySeconds = 30 * 24 * 60 * 60
	MaxDescriptionLen  = 512
)

// ValidateCategoryID checks for 1 to 16 of a-z, 0-9 and '-'; ErrCategory otherwise.
func ValidateCategoryID(id string) error {
	if !isWord(id, 1, MaxCategoryLen, "-") {
		return ErrCategory.Wrapf("category: got %.80q, expected 1 to %d of a-z, 0-9 and '-'", id, MaxCategoryLen)
	}
	return nil
}

// Validate checks a category by itself; ErrCategory names the field, the value and what was expected. That its fuel
// limit is within the parameters is checked of each job, for parameters change.
func (c Category) Validate() error {
	if err := ValidateCategoryID(c.Id); err != nil {
		return err
	}
	switch {
	case len(c.Description) > MaxDescriptionLen:
		return ErrCategory.Wrapf("description: %d bytes, expected at most %d", len(c.Description), MaxDescriptionLen)
	case c.Seconds < 1 || c.Seconds > MaxCategorySeconds:
		return ErrCategory.Wrapf("seconds: got %d, expected 1 to %d (30 days)", c.Seconds, uint64(MaxCategorySeconds))
	case c.FuelLimit < 1 || c.FuelLimit > 1<<62:
		return ErrCategory.Wrapf("fuel_limit: got %d, expected 1 to 2^62", c.FuelLimit)
	}
	return nil
}

// Blocks returns the category's time as a number of blocks: ceil(seconds * 1000 / block_millis).
func (c Category) Blocks(p Params) int64 {
	millis, block := min(c.Seconds, MaxCategorySeconds)*1_000, max(1, p.BlockMillis)
	return int64((millis + block - 1) / block)
}
