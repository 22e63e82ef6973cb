package ids

import "testing"

// FuzzParse: an id and a digest have one text each.
func FuzzParse(f *testing.F) {
	f.Add(Format([Size]byte{1, 2, 3}))
	f.Add(FormatDigest([Size]byte{0xab}))
	f.Add("sha256:")
	f.Fuzz(func(t *testing.T, text string) {
		if id, err := Parse(text); err == nil && Format(id) != text {
			t.Fatalf("%q is read as %s", text, Format(id))
		}
		if digest, err := ParseDigest(text); err == nil && FormatDigest(digest) != text {
			t.Fatalf("%q is read as %s", text, FormatDigest(digest))
		}
	})
}
