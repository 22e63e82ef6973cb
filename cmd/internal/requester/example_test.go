package requester

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// The examples in --help of orders, publishing, runs and tasks are valid: the commands take their flags and their number of arguments.
func TestExamplesAreTaken(t *testing.T) {
	seen := 0
	var walk func(of *cobra.Command)
	walk = func(of *cobra.Command) {
		for _, line := range strings.Split(of.Example, "\n") {
			line, _, _ = strings.Cut(line, "#")
			line, _, _ = strings.Cut(strings.ReplaceAll(line, "$(date +%s)", "1"), " > ")
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			root := &cobra.Command{Use: "credenced"}
			root.AddCommand(Commands()...)
			words := strings.Fields(line)
			require.Equal(t, "credenced", words[0], line)
			cmd, rest, err := root.Find(words[1:])
			require.NoError(t, err, line)
			require.NoError(t, cmd.ParseFlags(rest), line)
			require.NoError(t, cmd.ValidateArgs(cmd.Flags().Args()), line)
			require.True(t, cmd.Runnable(), line)
			seen++
		}
		for _, c := range of.Commands() {
			walk(c)
		}
	}
	for _, cmd := range Commands() {
		walk(cmd)
	}
	require.Greater(t, seen, 40)
}
