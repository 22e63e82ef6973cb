package commandline

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// FlagGroup is a group of flags in the help of a command.
type FlagGroup struct {
	Title string
	Flags *pflag.FlagSet
}

// groupsOf is the annotation of a command that has its groups, one on each line: the title, a colon, and the names of the flags.
const groupsOf = "credence_flag_groups"

// GroupFlags makes the help of a command show its flags in groups. Each group is a title, a colon, and the names of its flags; the command
// need not have all of them. Flags in no group come last.
func GroupFlags(cmd *cobra.Command, groups ...string) {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[groupsOf] = strings.Join(groups, "\n")
	cmd.SetUsageFunc(func(cmd *cobra.Command) error { return printUsage(cmd.OutOrStderr(), cmd) })
}

// FlagGroups returns the flags of a command as its help shows them: in groups, with flags in no group last under "Other flags". If the
// command has no groups, all flags are in one group without a title.
func FlagGroups(cmd *cobra.Command) []FlagGroup {
	var groups []FlagGroup
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	all.AddFlagSet(cmd.LocalFlags())
	all.AddFlagSet(cmd.InheritedFlags())
	rest, title := pflag.NewFlagSet("", pflag.ContinueOnError), ""
	rest.AddFlagSet(all)
	if described := cmd.Annotations[groupsOf]; described != "" {
		title = "Other flags"
		rest = pflag.NewFlagSet("", pflag.ContinueOnError)
		var named []string
		for _, line := range strings.Split(described, "\n") {
			of, names, _ := strings.Cut(line, ":")
			g := FlagGroup{of, pflag.NewFlagSet("", pflag.ContinueOnError)}
			g.Flags.SortFlags = false
			for _, name := range strings.Fields(names) {
				if f := all.Lookup(name); f != nil {
					g.Flags.AddFlag(f)
					named = append(named, name)
				}
			}
			groups = append(groups, g)
		}
		all.VisitAll(func(f *pflag.Flag) {
			if !slices.Contains(named, f.Name) {
				rest.AddFlag(f)
			}
		})
	}
	groups = append(groups, FlagGroup{title, rest})
	return slices.DeleteFunc(groups, func(g FlagGroup) bool { return !g.Flags.HasAvailableFlags() })
}

// printUsage writes the usage of a command with groups.
func printUsage(out io.Writer, cmd *cobra.Command) error {
	fmt.Fprintf(out, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(out, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, g := range FlagGroups(cmd) {
		if _, err := fmt.Fprintf(out, "\n%s:\n%s", g.Title, g.Flags.FlagUsagesWrapped(120)); err != nil {
			return err
		}
	}
	return nil
}
