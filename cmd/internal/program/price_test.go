package program

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
)

// "publish price" wants one way of selling, and says so before it asks a node.
func TestPriceIsGivenOnce(t *testing.T) {
	for _, tc := range []struct {
		args []string
		why  string
	}{
		{[]string{"price", "studio/count:1.0"}, "--price and --by-order: both are missing"},
		{[]string{"price", "studio/count:1.0", "--price", "1CRED", "--by-order"}, "--price and --by-order: a version that is sold by order alone"},
		{[]string{"price", "studio/count:1.0", "--price", "cheap"}, "--price"},
		{[]string{"price"}, "ORGANISATION/NAME:VERSION: missing"},
	} {
		cmd := NewPublishCommand()
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(tc.args)
		require.ErrorContains(t, cli.Explain(cmd.Execute()), tc.why)
	}
}
