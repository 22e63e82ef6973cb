// Package commandline describes mistakes in a command line, for all commands of all programs. It says what is wrong, what the
// user probably meant, and what to do next.
package commandline

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/credence-chain/credence/internal/cli"
)

// HelpOut makes all commands, those of the SDK included, describe mistakes in a command line as this package does.
func HelpOut(root *cobra.Command) {
	root.SetFlagErrorFunc(FlagError) // inherited
	root.Args, root.RunE = ofGroup, showHelp
	for _, cmd := range root.Commands() {
		helpOutBelow(cmd)
	}
}

func helpOutBelow(cmd *cobra.Command) {
	checkFlagsOf(cmd)
	switch check := cmd.Args; {
	case cmd.HasSubCommands() && check == nil:
		cmd.Args, cmd.RunE, cmd.Run = ofGroup, showHelp, nil
	case check != nil:
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			err := UsageError(check(cmd, args))
			if err == nil || !cmd.HasSubCommands() || len(args) == 0 {
				return inWords(cmd, err)
			}
			return ofGroup(cmd, args)
		}
	}
	for _, sub := range cmd.Commands() {
		helpOutBelow(sub)
	}
}

// checkFlagsOf makes the command check which flags are missing, and which do not go together. Cobra would check it next, and its error would
// have no hint and the exit status of any failure.
func checkFlagsOf(cmd *cobra.Command) {
	before, beforeWithout := cmd.PreRunE, cmd.PreRun
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case before != nil:
			if err := before(cmd, args); err != nil {
				return err
			}
		case beforeWithout != nil:
			beforeWithout(cmd, args)
		}
		if err := cmp.Or(cmd.ValidateRequiredFlags(), cmd.ValidateFlagGroups()); err != nil {
			return &cli.Problem{What: err.Error(), Next: cmd.CommandPath() + " --help", Exit: cli.ExitUsage, Err: err}
		}
		return nil
	}
}

// inWords completes cobra's errors about arguments, which count the arguments and name none.
func inWords(cmd *cobra.Command, err error) error {
	if p, ok := err.(*cli.Problem); ok && p.Next == "" {
		p.What += "; expected " + cmd.UseLine()
		p.Next = cmd.CommandPath() + " --help"
	}
	return err
}

// ofGroup checks the arguments of a group of commands. A group takes none, so an argument is a command that does not exist.
func ofGroup(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	problem := &cli.Problem{
		What: fmt.Sprintf("%s has no command %q", cmd.CommandPath(), args[0]),
		Next: cmd.CommandPath() + " --help", Exit: cli.ExitUsage,
	}
	if cmd.SuggestionsMinimumDistance <= 0 {
		cmd.SuggestionsMinimumDistance = 2
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		problem.What += "; did you mean " + near[0]
		for _, other := range near[1:] {
			problem.What += ", or " + other
		}
		problem.What += "?"
	}
	return problem
}

func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }
