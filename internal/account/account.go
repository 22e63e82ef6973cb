// Package account checks addresses in text. Bech32 has two texts for one address; records are found, and restrictions
// compared, by the canonical one.
package account

import (
	"fmt"

	"cosmossdk.io/core/address"
)

// Canonical returns the one text of an address that records are found by.
func Canonical(codec address.Codec, text string) (string, error) {
	raw, err := codec.StringToBytes(text)
	if err != nil {
		return "", err
	}
	return codec.BytesToString(raw)
}

// Check checks for an address in its canonical text.
func Check(codec address.Codec, text string) error {
	same, err := Canonical(codec, text)
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	if same != text {
		return fmt.Errorf("%q: expected it written as %q", text, same)
	}
	return nil
}
