// Package ids turns ids into text and back: 32 raw bytes in the state, 64 hexadecimal digits where people and JSON read.
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
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != Size || hex.EncodeToString(raw) != text {
		return id, fmt.Errorf("%.80q: expected %d lower-case hexadecimal digits", text, 2*Size)
	}
	return [Size]byte(raw), nil
}

// digestPrefix says of which function a digest is.
const digestPrefix = "sha256:"

// FormatDigest returns the text of a digest: "sha256:" and 64 hexadecimal digits.
func FormatDigest(d [Size]byte) string { return digestPrefix + Format(d) }

// ParseDigest reads the text of a digest: "sha256:" and 64 lower-case hexadecimal digits.
func ParseDigest(text string) (d [Size]byte, err error) {
	digits, found := strings.CutPrefix(text, digestPrefix)
	if d, err = Parse(digits); err != nil || !found {
		return [Size]byte{}, fmt.Errorf("%.80q: expected %q and %d lower-case hexadecimal digits", text, digestPrefix, 2*Size)
	}
	return d, nil
}

// Follow checks the id of a list that is in the order of its ids, each once, and moves last, the id before it, on.
func Follow(last *string, id string) error {
	if _, err := Parse(id); err != nil {
		return err
	}
	if id <= *last {
		return fmt.Errorf("%s: expected ascending order, each once", id)
	}
	*last = id
	return nil
}
