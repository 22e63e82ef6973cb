package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/client"
)

// exactly takes the arguments that are named, and says which one is missing or too many.
func exactly(names ...string) cobra.PositionalArgs { return between(len(names), len(names), names...) }

// between takes so many arguments; more than there are names when most is less than 0.
func between(least, most int, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		problem := &client.Problem{Next: cmd.CommandPath() + " --help", Exit: client.ExitUsage}
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

// kinds of flags that hold a whole number of at least 0.
var whole = []string{"uint", "uint32", "uint64"}

// flagError puts a mistake in a flag into words: which flag, its value and what was expected.
func flagError(cmd *cobra.Command, err error) error {
	var value *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	problem := &client.Problem{What: err.Error(), Next: cmd.CommandPath() + " --help", Exit: client.ExitUsage, Err: err}
	var own *client.Problem
	switch {
	case errors.As(err, &own): // the flag's own words
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
		if near := nearest(cmd, name); near != "" {
			problem.What += "; did you mean --" + near + "?"
		}
	}
	return problem
}

// nearest is the flag that a name was probably meant to be; "" when none is near.
func nearest(cmd *cobra.Command, name string) (near string) {
	best := 3 // so many letters at most may be wrong, missing or too many, less one
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if d := distance(name, f.Name); !f.Hidden && d < best {
			near, best = f.Name, d
		}
	})
	return near
}

// distance is how many letters have to be changed, added or taken away to make one word of another (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
