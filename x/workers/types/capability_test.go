package types_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco/contract"
	"github.com/credence-chain/credence/x/workers/types"
)

func TestCapabilities(t *testing.T) {
	var many []string
	for i := range contract.MaxTags + 1 {
		many = append(many, fmt.Sprintf("cap-%02d", i))
	}
	for _, tc := range []struct {
		name string
		set  []string
		says string // "" for valid
	}{
		{"none", nil, ""},
		{"a set", []string{"gpu", "tee", "tee.sgx-2"}, ""},
		{"as many as may be", many[:16], ""},
		{"one more", many, "17 of them, expected at most 16"},
		{"as long as may be", []string{strings.Repeat("a", 32)}, ""},
		{"one longer", []string{strings.Repeat("a", 33)}, "expected 1 to 32 of a-z"},
		{"empty", []string{""}, "expected 1 to 32 of a-z"},
		{"capital", []string{"GPU"}, "expected 1 to 32 of a-z"},
		{"underscore", []string{"a_b"}, "expected 1 to 32 of a-z"},
		{"space", []string{"a b"}, "expected 1 to 32 of a-z"},
		{"twice", []string{"gpu", "gpu"}, "each once"},
		{"unordered", []string{"tee", "gpu"}, "expected ascending"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := types.ValidateCapabilities(tc.set)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrCapabilities)
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestNormalCapabilities(t *testing.T) {
	given := []string{"tee", "gpu", "tee"}
	require.Equal(t, []string{"gpu", "tee"}, types.NormalCapabilities(given))
	require.Equal(t, []string{"tee", "gpu", "tee"}, given, "it is not changed")
	require.Empty(t, types.NormalCapabilities(nil))
}

func TestMissingCapability(t *testing.T) {
	for _, tc := range []struct {
		have, want []string
		missing    string
	}{
		{nil, nil, ""},
		{[]string{"gpu"}, nil, ""},
		{[]string{"gpu", "tee"}, []string{"tee"}, ""},
		{[]string{"gpu"}, []string{"gpu", "tee"}, "tee"},
		{nil, []string{"gpu"}, "gpu"},
	} {
		require.Equal(t, tc.missing, types.MissingCapability(tc.have, tc.want))
	}
}
