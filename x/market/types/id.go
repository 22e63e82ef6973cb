package types

import "encoding/hex"

// IDSize is the length of an id in bytes; its text is twice as long.
const IDSize = 32

// FormatID returns the text of an id.
func FormatID(id [IDSize]byte) string { return hex.EncodeToString(id[:]) }

// ParseID reads the text of an id: 64 lower-case hexadecimal digits. ErrID otherwise.
func ParseID(text string) (id [IDSize]byte, err error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != IDSize || hex.EncodeToString(raw) != text {
		return id, ErrID.Wrapf("%.80q: expected %d lower-case hexadecimal digits", text, 2*IDSize)
	}
	return [IDSize]byte(raw), nil
}
