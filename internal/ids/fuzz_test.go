package ids

import "testing"

// FuzzParse: an id has exactly one text.
func FuzzParse(f *testing.F) {
	f.Add(Format([Size]byte{1, 2, 3}))
	f.Fuzz(func(t *testing.T, text string) {
		if id, err := Parse(text); err == nil && Format(id) != text {
			t.Fatalf("%q is read as %s", text, Format(id))
		}
	})
}
