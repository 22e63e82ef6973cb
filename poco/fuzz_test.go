package poco

import "testing"

// FuzzParseTrust: no text makes the parser of trusts panic or run long. Every trust that it accepts is within the bounds.
func FuzzParseTrust(f *testing.F) {
	for _, text := range []string{"10000", "99.99%", "13bits", "100%", "-1", "1e9", "99." + "9999999999999999999999999%", "030bits", "0x10", "1_000", "5%%"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if trust, err := ParseTrust(text); err == nil && (trust < MinTrust || trust > MaxTrust) {
			t.Fatalf("%q is %d", text, trust)
		}
	})
}
