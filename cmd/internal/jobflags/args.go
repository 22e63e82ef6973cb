package jobflags

import (
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
)

// AddArgs adds the two flags for the program's arguments. Both add to the same list, in the order of the command line.
func AddArgs(f *pflag.FlagSet, args *[]string) {
	f.Var((*oneArg)(args), "arg", "an argument of the program, just as it is; repeatable. Or put them behind --")
	f.Var((*manyArgs)(args), "args", "arguments of the program, separated by commas; one with commas or quotes goes into an --arg")
}

// oneArg takes each value as one argument.
type oneArg []string

func (a *oneArg) Set(text string) error { *a = append(*a, text); return nil }
func (a *oneArg) Type() string          { return "string" }
func (a *oneArg) String() string        { return formatList(*a) }

// manyArgs takes each value as a list of arguments with commas between them. An argument that contains a comma can be put in double quotes,
// as in a CSV file.
type manyArgs []string

func (a *manyArgs) Set(text string) error {
	if text == "" {
		return nil
	}
	fields, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil || strings.ContainsAny(text, "\r\n") {
		// Malformed quotes are refused: a guess at their meaning could give the program other arguments than the user meant.
		return &cli.Problem{
			What: fmt.Sprintf("--args %s: commas separate arguments, and quotes within one have no meaning here", cli.ShellQuote(text)),
			Next: "give each argument with an --arg of its own, or all of them behind --; they are then taken just as they are",
			Exit: cli.ExitUsage,
		}
	}
	*a = append(*a, fields...)
	return nil
}
func (a *manyArgs) Type() string   { return "strings" }
func (a *manyArgs) String() string { return formatList(*a) }

// formatList returns the list as pflag shows it. An empty list is the empty text, so that help shows no default.
func formatList(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return "[" + strings.Join(args, ",") + "]"
}
