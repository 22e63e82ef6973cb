package types

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseReference(t *testing.T) {
	for _, tc := range []struct {
		name, ref, id, version string
	}{
		{"whole", "acme/count:1.0", "acme/count", "1.0"},
		{"no version", "acme/count", "", ""},
		{"empty version", "acme/count:", "", ""},
		{"no organisation", "count:1", "", ""},
		{"digest", "sha256:abcd", "", ""},
		{"empty", "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id, version, err := ParseReference(tc.ref)
			if tc.id == "" {
				require.ErrorIs(t, err, ErrInvalidVersion)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.id, id)
			require.Equal(t, tc.version, version)
			require.Equal(t, tc.ref, Reference(id, version))
		})
	}
}
