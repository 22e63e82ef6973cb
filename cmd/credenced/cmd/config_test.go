package cmd

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSetTOML(t *testing.T) {
	const text = "# comment\nname = \"a\"\n\n[grpc]\n# the address\naddress = \"x\"\nenable = true\n\n[api]\naddress = \"y\"\n"
	for _, tc := range []struct{ name, key, value, want, err string }{
		{"top", "name", "b", "# comment\nname = \"b\"\n\n[grpc]\n# the address\naddress = \"x\"\nenable = true\n\n[api]\naddress = \"y\"\n", ""},
		{"first section", "grpc.enable", "false", "# comment\nname = \"a\"\n\n[grpc]\n# the address\naddress = \"x\"\nenable = false\n\n[api]\naddress = \"y\"\n", ""},
		{"second section", "api.address", "z", "# comment\nname = \"a\"\n\n[grpc]\n# the address\naddress = \"x\"\nenable = true\n\n[api]\naddress = \"z\"\n", ""},
		{"unknown", "api.enable", "true", "", "no key"},
		{"unknown section", "p2p.address", "true", "", "no key"},
		{"a section's key is not on top", "address", "true", "", "no key"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := setTOML(text, tc.key, tc.value)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}
