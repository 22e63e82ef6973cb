package types_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/market/types"
)

func TestTags(t *testing.T) {
	many := []string{}
	for i := range 17 {
		many = append(many, fmt.Sprintf("t%02d", i))
	}
	for _, tc := range []struct {
		name string
		tags []string
		ok   bool
	}{
		{"none", nil, true},
		{"all letters", []string{"a.b-9"}, true},
		{"longest", []string{"01234567890123456789012345678901"}, true},
		{"too long", []string{"012345678901234567890123456789012"}, false},
		{"empty", []string{""}, false},
		{"capital", []string{"Tee"}, false},
		{"underscore", []string{"a_b"}, false},
		{"umlaut", []string{"ü"}, false},
		{"most", many[:16], true},
		{"too many", many, false},
		{"twice", []string{"a", "a"}, false},
		{"descending", []string{"b", "a"}, false},
	} {
		err := types.ValidateTags("tags", tc.tags)
		if tc.ok {
			require.NoError(t, err, tc.name)
			require.Equal(t, tc.tags, types.NormalTags(tc.tags), tc.name)
			continue
		}
		require.ErrorIs(t, err, types.ErrTag, tc.name)
	}
	require.Equal(t, []string{"a", "b"}, types.NormalTags([]string{"b", "a", "b"}))
	require.Nil(t, types.NormalTags([]string{}), "one form of nothing")
}
