// Package account checks the texts of addresses. Bech32 has two texts for each address. Only the canonical one is used to find records and
// to compare restrictions.
package account

import (
	"fmt"

	"cosmossdk.io/core/address"
)

// Canonical returns the canonical text of an address.
func Canonical(codec address.Codec, text string) (string, error) {
	raw, err := codec.StringToBytes(text)
	if err != nil {
		return "", err
	}
	return codec.BytesToString(raw)
}

// Check checks that a text is an address in its canonical form.
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
