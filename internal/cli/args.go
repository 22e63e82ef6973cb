package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// Exactly returns the check for a command that takes exactly the named arguments. The error names the one that is missing or too many.
func Exactly(names ...string) cobra.PositionalArgs { return Between(len(names), len(names), names...) }

// Between returns the check for a command that takes least to most arguments. A negative most means that there is no upper limit.
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
