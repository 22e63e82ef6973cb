package requester

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/jobflags"
)

// What run and order create request have in common is one definition: the same name is the same flag with the same words.
func TestCommonFlagsAreTheSame(t *testing.T) {
	find := func(words ...string) *pflag.FlagSet {
		root := &cobra.Command{}
		root.AddCommand(Commands()...)
		cmd, rest, err := root.Find(words)
		require.NoError(t, err)
		require.Empty(t, rest)
		return cmd.Flags()
	}
	common := pflag.NewFlagSet("job", pflag.ContinueOnError)
	(&jobflags.Flags{}).Add(common)
	request := find("order", "create", "request")
	run := find("run")
	n := 0
	common.VisitAll(func(f *pflag.Flag) {
		n++
		for _, of := range []*pflag.FlagSet{run, request} {
			other := of.Lookup(f.Name)
			require.NotNil(t, other, f.Name)
			require.Equal(t, f.Usage, other.Usage)
			require.Equal(t, f.DefValue, other.DefValue)
		}
	})
	require.Greater(t, n, 20)
}
