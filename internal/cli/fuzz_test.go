package cli

import (
	"math"
	"testing"
)

// FuzzUnits: no amount, fuel or size that somebody types makes its reader panic or take long.
func FuzzUnits(f *testing.F) {
	for _, text := range []string{"5CRED", "0.25 cred", "250000ucred", "2G", "512MiB", "1.", ".", "1e999999999", "0x1p9", "١", "00000000000000000000.5k"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = ParseFuel(text)
		_, _ = ParseBytes(text)
		if amount, err := ParseCRED(text); err == nil && amount < math.MaxUint64/2 {
			again, err := ParseCRED(FormatCRED(amount))
			if err != nil || again != amount {
				t.Fatalf("%q is %d, which is written as %s and read as %d: %v", text, amount, FormatCRED(amount), again, err)
			}
		}
	})
}
