package commandline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/words"
)

// whole are the kinds of flags that hold a whole number of at least 0.
var whole = []string{"uint", "uint32", "uint64"}

// FlagError describes a mistake in a flag: the flag, its value, and what was expected.
func FlagError(cmd *cobra.Command, err error) error {
	var value *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	problem := &cli.Problem{What: err.Error(), Next: cmd.CommandPath() + " --help", Exit: cli.ExitUsage, Err: err}
	var own *cli.Problem
	switch {
	case errors.As(err, &own): // the flag has a text of its own
		return own
	case errors.As(err, &value):
		flag := value.GetFlag()
		expected := value.Unwrap().Error()
		switch kind := flag.Value.Type(); {
		case slices.Contains(whole, kind):
			expected = "expected a whole number of at least 0"
		case strings.HasPrefix(kind, "int"):
			expected = "expected a whole number"
		case kind == "bool":
			expected = "expected nothing, or true or false behind ="
		}
		problem.What = fmt.Sprintf("--%s %q: %s", flag.Name, value.GetValue(), expected)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		name := unknown.GetSpecifiedName()
		problem.What = fmt.Sprintf("--%s: there is no such flag", name)
		if near := nearestFlag(cmd, name); near != "" {
			problem.What += "; did you mean --" + near + "?"
		}
	}
	return problem
}

// nearestFlag returns the flag that the user probably meant by a name; "" when none is near.
func nearestFlag(cmd *cobra.Command, name string) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return words.Nearest(name, names)
}

// UsageError marks an error as that of a command line that cannot be read.
func UsageError(err error) error {
	var problem *cli.Problem
	if err == nil {
		return nil
	}
	if errors.As(err, &problem) {
		if problem.Exit == 0 {
			problem.Exit = cli.ExitUsage
		}
		return err
	}
	return &cli.Problem{What: err.Error(), Exit: cli.ExitUsage, Err: err}
}
