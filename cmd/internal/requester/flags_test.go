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

// The common flags of "run" and "order create request" have one definition, so that a flag has the same description and default in
// both.
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

// Every setting of a context is a flag of "run". A command that makes a context takes no --context.
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

// In the help of commands on jobs, every flag is in exactly one group, and the group has a title.
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
