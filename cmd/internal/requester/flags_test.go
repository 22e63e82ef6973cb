package requester

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/contexts"
	"github.com/credence-chain/credence/cmd/internal/jobflags"
	"github.com/credence-chain/credence/internal/commandline"
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

// Whatever a context can be given, run is told. A context is told nothing by another.
func TestContextsSetFlagsThatThereAre(t *testing.T) {
	root := &cobra.Command{}
	root.AddCommand(Commands()...)
	run, _, err := root.Find([]string{"run"})
	require.NoError(t, err)
	add, _, err := root.Find([]string{"context", "add"})
	require.NoError(t, err)
	add.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "use" && f.Name != "replace" {
			require.NotNil(t, run.Flags().Lookup(f.Name), f.Name)
		}
	})
	require.NotNil(t, run.Flags().Lookup(contexts.Flag))
	require.Nil(t, add.Flags().Lookup(contexts.Flag))
}

// The help of commands on jobs has every flag in a group that says what it is about, once.
func TestFlagsAreGrouped(t *testing.T) {
	root := &cobra.Command{Use: "credence"}
	root.AddCommand(Commands()...)
	for _, words := range [][]string{{"run"}, {"order", "create", "request"}} {
		cmd, _, err := root.Find(words)
		require.NoError(t, err)
		seen := 0
		groups := commandline.FlagGroups(cmd)
		for _, g := range groups {
			require.NotEqual(t, "Other flags", g.Title, "%v: %s", words, g.Flags.FlagUsages())
			g.Flags.VisitAll(func(*pflag.Flag) { seen++ })
		}
		all := 0
		cmd.LocalFlags().VisitAll(func(*pflag.Flag) { all++ })
		require.Equal(t, all, seen, words)

		var out strings.Builder
		root.SetOut(&out)
		root.SetArgs(append(words, "--help"))
		require.NoError(t, root.Execute())
		require.Less(t, strings.Index(out.String(), "--max-price"), strings.Index(out.String(), "\nThe program:\n"))
	}
}
