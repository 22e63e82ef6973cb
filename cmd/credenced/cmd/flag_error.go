package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/internal/cli"
)

// exactly takes the arguments that are named, and says which one is missing or too many.
func exactly(names ...string) cobra.PositionalArgs { return between(len(names), len(names), names...) }

// between takes so many arguments; more than there are names when most is less than 0.
func between(least, most int, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		problem := &cli.Problem{Next: cmd.CommandPath() + " --help", Exit: cli.ExitUsage}
		whole := strings.Join(append([]string{cmd.CommandPath()}, names...), " ")
		switch {
		case len(args) < least:
			problem.What = fmt.Sprintf("%s: missing; expected %s", names[len(args)], whole)
		case most >= 0 && len(args) > most:
			problem.What = fmt.Sprintf("%q: too many arguments; expected %s", args[most], whole)
		default:
			return nil
		}
		return problem
	}
}
