package types

import (
	"strings"

	errorsmod "cosmossdk.io/errors"
)

// within refuses a number that is out of its bounds. The error is of the given kind and names the field. Notes are added to what was
// expected.
func within[N uint32 | uint64 | int64](kind *errorsmod.Error, field string, got, least, most N, notes ...string) error {
	note := strings.Join(notes, "")
	switch {
	case least <= got && got <= most:
		return nil
	case least == 0:
		return kind.Wrapf("%s: got %d, expected at most %d%s", field, got, most, note)
	}
	return kind.Wrapf("%s: got %d, expected %d to %d%s", field, got, least, most, note)
}
