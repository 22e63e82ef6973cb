package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Exactly takes the arguments that are named, and says which one is missing or too many.
func Exactly(names ...string) cobra.PositionalArgs { return Between(len(names), len(names), names...) }

// Between takes so many arguments; more than there are names when most is less than 0.
func Between(least, most int, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		problem := &Problem{Next: cmd.CommandPath() + " --help", Exit: ExitUsage}
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
