package jobflags

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/commandline"
)

// TestFewFlagsComeFirst: a newcomer sees at most eight flags before all others.
func TestFewFlagsComeFirst(t *testing.T) {
	cmd := &cobra.Command{Use: "run"}
	Group(cmd)
	described := strings.Fields(cmd.Annotations["credence_flag_groups"])
	require.Equal(t, "First:", described[0])
	for _, name := range described {
		if name = strings.TrimSuffix(name, ":"); cmd.Flags().Lookup(name) == nil {
			cmd.Flags().Bool(name, false, "")
		}
	}
	first := commandline.FlagGroups(cmd)[0]
	require.Equal(t, "First", first.Title)
	var names []string
	first.Flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	require.NotEmpty(t, names)
	require.LessOrEqual(t, len(names), 8, "%v", names)
}
