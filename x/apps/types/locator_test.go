package types

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValidateLocators(t *testing.T) {
	for _, tc := range []struct {
		name, locator string
		valid         bool
	}{
		{"https", "https://a.example/blobs", true},
		{"http and port", "http://10.0.0.1:8080", true},
		{"longest", "https://a.example/" + strings.Repeat("b", 238), true},
		{"too long", "https://a.example/" + strings.Repeat("b", 239), false},
		{"empty", "", false},
		{"no scheme", "a.example", false},
		{"another scheme", "file:///etc", false},
		{"no host", "https:///blobs", false},
		{"user", "https://me@a.example", false},
		{"query", "https://a.example?x=1", false},
		{"empty query", "https://a.example?", false},
		{"fragment", "https://a.example#x", false},
		{"space", "https://a.example/a b", false},
		{"beyond ASCII", "https://a.example/é", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := validateLocators([]string{"https://ok.example", tc.locator})
			if tc.valid {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, ErrInvalidVersion)
			require.ErrorContains(t, err, "locators[1]")
		})
	}
}
