package utc

import (
	"testing"
	"time"
)

// FuzzParse: an accepted text is the moment that Go's own reader finds in it.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"491231235959Z", "20240229120000Z", "2024-02-29T12:00:00Z", "19000229000000Z", "00000101000000Z"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for form, read := range map[string]func() (int64, error){
			"20060102150405Z":      func() (int64, error) { return ParseLong([]byte(text)) },
			"2006-01-02T15:04:05Z": func() (int64, error) { return ParseText(text) },
		} {
			got, err := read()
			if err != nil {
				continue
			}
			want, err := time.Parse(form, text)
			if err != nil || want.Unix() != got {
				t.Fatalf("%q: got %d, expected %d: %v", text, got, want.Unix(), err)
			}
		}
		_, _ = ParseShort([]byte(text))
	})
}
