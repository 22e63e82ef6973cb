// Package ids turns ids into text and back: 32 raw bytes in the state, 64 hexadecimal digits where people and JSON read.
// Parse is the one function that reads 64 digits; digests stand on it too (artifact.ParseDigest).
package ids

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Size is the length of an id in bytes; its text is twice as long.
const Size = 32

// Format returns the text of an id.
func Format(id [Size]byte) string { return hex.EncodeToString(id[:]) }

// FormatRaw returns the text of an id that is the key of a record.
func FormatRaw(id []byte) string { return Format([Size]byte(id)) }

// Parse reads the text of an id: 64 lower-case hexadecimal digits.
func Parse(text string) (id [Size]byte, err error) {
	if len(text) == 2*Size && strings.ToLower(text) == text {
		if _, err := hex.Decode(id[:], []byte(text)); err == nil {
			return id, nil
		}
	}
	return [Size]byte{}, fmt.Errorf("%.80q: expected %d lower-case hexadecimal digits", text, 2*Size)
}

// CheckAscending checks the next id of a list: it must be an id, and greater than *last, the id before it. It then sets *last to id.
func CheckAscending(last *string, id string) error {
	if _, err := Parse(id); err != nil {
		return err
	}
	if id <= *last {
		return fmt.Errorf("%s: expected ascending order, each once", id)
	}
	*last = id
	return nil
}
