package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/poco"
)

func TestFormatReplicaPrice(t *testing.T) {
	require.Equal(t, "0.05 CRED", FormatReplicaPrice(50_000, poco.UsePrice{}))
	require.Equal(t, "0.0005 CRED for each Gfuel that is used, at most 0.05 CRED", FormatReplicaPrice(50_000, poco.UsePrice{PerGfuel: 500}))
	require.Equal(t, "0.01 CRED and 0.0005 CRED for each second that the job declares, at most 0.05 CRED",
		FormatReplicaPrice(50_000, poco.UsePrice{Base: 10_000, PerSecond: 500}))
}
