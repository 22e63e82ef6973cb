package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/x/apps/types"
)

func TestValidateNamed(t *testing.T) {
	for _, tc := range []struct {
		id               string
		asset, reference bool
	}{
		{"acme/echo", true, false},
		{"acme/echo:1.0_a-b", false, true},
		{"acme/echo:", false, false},
		{"acme", false, false},
		{"acme/", false, false},
		{"/echo", false, false},
		{"a/echo", false, false},
		{"acme/e", false, false},
		{"Acme/echo", false, false},
		{"acme/ec.ho", false, false},
		{"acme/echo/x", false, false},
		{"acme/" + strings.Repeat("e", 33), false, false},
		{"acme/echo:" + strings.Repeat("1", 33), false, false},
		{"acme/echo:1:2", false, false},
	} {
		t.Run(tc.id, func(t *testing.T) {
			require.Equal(t, tc.asset, types.IsAssetID(tc.id))
			require.Equal(t, tc.reference, types.IsReference(tc.id))
			require.Equal(t, tc.asset || tc.reference, types.ValidateNamed(tc.id) == nil)
		})
	}
}

func TestNames(t *testing.T) {
	list := []string{"acme/echo", "base/rates:7"}
	for ref, named := range map[string]bool{
		"acme/echo:1": true, "acme/echo": true, "base/rates:7": true, "base/rates:8": false, "base/rates": false, "acme/echoes:1": false,
	} {
		require.Equal(t, named, types.Names(list, ref), ref)
	}
	require.False(t, types.Names(nil, "acme/echo:1"))
}
