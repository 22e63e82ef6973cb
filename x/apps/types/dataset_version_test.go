package types

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValidateMediaType(t *testing.T) {
	for _, tc := range []struct {
		name, media string
		valid       bool
	}{
		{"none", "", true},
		{"csv", "text/csv", true},
		{"vendor", "application/vnd.apache.parquet", true},
		{"suffix", "image/svg+xml", true},
		{"digit first", "model/3mf", true},
		{"longest", "text/" + strings.Repeat("a", 122), true},
		{"too long", "text/" + strings.Repeat("a", 123), false},
		{"no subtype", "text", false},
		{"empty subtype", "text/", false},
		{"empty type", "/csv", false},
		{"two slashes", "text/a/b", false},
		{"parameter", "text/csv; header=present", false},
		{"parameter without space", "text/csv;header=present", false},
		{"capitals", "Text/CSV", false},
		{"range", "text/*", false},
		{"first of the subtype", "text/.csv", false},
		{"newline", "text/csv\n", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := ValidateMediaType(tc.media)
			if tc.valid {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrInvalidMediaType)
		})
	}
}

func TestValidateSchema(t *testing.T) {
	hex := strings.Repeat("0f", 32)
	for _, tc := range []struct {
		name, schema string
		valid        bool
	}{
		{"none", "", true},
		{"digest", "sha256:" + hex, true},
		{"bare", hex, false},
		{"short", "sha256:" + hex[1:], false},
		{"long", "sha256:" + hex + "0", false},
		{"capitals", "sha256:" + strings.ToUpper(hex), false},
		{"no hex", "sha256:" + hex[1:] + "g", false},
		{"URL", "https://a.example/schema", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := ValidateSchema(tc.schema)
			if tc.valid {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrInvalidSchema)
			require.ErrorContains(t, err, "schema")
		})
	}
}
