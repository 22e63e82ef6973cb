// Package reference writes the text of --help of all commands of a program, as one page of Markdown and as manual pages.
package reference

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/commandline"
)

// commonIn is the number of commands in which a flag must be the same to be described once for all.
const commonIn = 15

// Markdown returns the reference of a program.
func Markdown(root *cobra.Command) string {
	commands := visible(root)
	common := commonFlags(commands)
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nWritten by `make reference` from what `%s --help` says; do not edit it.\n\n", root.Name(), root.Name())
	for _, cmd := range commands[1:] {
		fmt.Fprintf(&b, "- [%s](#%s): %s\n", cmd.CommandPath(), anchor(cmd), escape(cmd.Short))
	}
	if len(common) > 0 {
		b.WriteString("\n## Flags of many commands\n\n" + fenced(usages(common)))
	}
	for _, cmd := range commands {
		section(&b, cmd, common)
	}
	return hideHome(strings.TrimRight(b.String(), "\n") + "\n")
}

// section describes one command.
func section(b *strings.Builder, cmd *cobra.Command, common map[string]*pflag.Flag) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", cmd.CommandPath(), escape(text(cmd)))
	if cmd.Runnable() && cmd.Use != "" {
		b.WriteString(fenced(cmd.UseLine()))
	}
	if cmd.Example != "" {
		b.WriteString("\n" + fenced(unindent(cmd.Example)))
	}
	var shared []string
	for _, g := range commandline.FlagGroups(cmd) {
		own := map[string]*pflag.Flag{}
		g.Flags.VisitAll(func(f *pflag.Flag) {
			switch {
			case f.Hidden || f.Name == "help":
			case g.Title == "" && same(f, common[f.Name]):
				shared = append(shared, "`--"+f.Name+"`")
			default:
				own[f.Name] = f
			}
		})
		if g.Title != "" && len(own) > 0 {
			fmt.Fprintf(b, "\n%s:\n", g.Title)
		}
		if len(own) > 0 {
			b.WriteString("\n" + fenced(usages(own)))
		}
	}
	if slices.Sort(shared); len(shared) > 0 {
		fmt.Fprintf(b, "\nAnd, as [many commands](#flags-of-many-commands): %s.\n", strings.Join(shared, ", "))
	}
}

// visible returns a command and its subcommands, without hidden ones.
func visible(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "completion" && sub.Name() != "help" {
			out = append(out, visible(sub)...)
		}
	}
	return out
}

// flagsOf returns the flags of a command by name, including inherited ones.
func flagsOf(cmd *cobra.Command) map[string]*pflag.Flag {
	out := map[string]*pflag.Flag{}
	add := func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" {
			out[f.Name] = f
		}
	}
	cmd.InheritedFlags().VisitAll(add)
	cmd.LocalFlags().VisitAll(add)
	return out
}

func sortedNames(flags map[string]*pflag.Flag) []string { return slices.Sorted(maps.Keys(flags)) }

func same(a, b *pflag.Flag) bool {
	return b != nil && a.Usage == b.Usage && a.DefValue == b.DefValue && a.Shorthand == b.Shorthand && a.Value.Type() == b.Value.Type()
}

// commonFlags returns the flags that are the same in at least commonIn commands.
func commonFlags(commands []*cobra.Command) map[string]*pflag.Flag {
	type kind struct{ name, usage, def, short string }
	count := map[kind]int{}
	out := map[string]*pflag.Flag{}
	most := map[string]int{}
	for _, cmd := range commands {
		flags := flagsOf(cmd)
		for _, name := range sortedNames(flags) {
			f := flags[name]
			k := kind{name, f.Usage, f.DefValue, f.Shorthand}
			count[k]++
			if count[k] >= commonIn && count[k] > most[name] {
				most[name], out[name] = count[k], f
			}
		}
	}
	return out
}

// usages returns the descriptions of flags, in the form of --help.
func usages(flags map[string]*pflag.Flag) string {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, f := range flags {
		shown := *f
		shown.DefValue = hideHome(f.DefValue) // before lines are wrapped, which the length of the home folder would change
		set.AddFlag(&shown)
	}
	return strings.TrimRight(set.FlagUsagesWrapped(120), "\n")
}

// text returns the long description of a command, or the short one if it has no long one.
func text(cmd *cobra.Command) string {
	if cmd.Long != "" {
		return strings.TrimSpace(cmd.Long)
	}
	return strings.TrimSpace(cmd.Short)
}

func anchor(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

func fenced(text string) string { return "```\n" + strings.Trim(text, "\n") + "\n```\n" }

// unindent removes the two spaces with which help indents examples.
func unindent(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "  ")
	}
	return strings.Join(lines, "\n")
}

// escape escapes text so that Markdown shows it unchanged.
func escape(text string) string {
	return strings.NewReplacer("<", `\<`, "*", `\*`, "_", `\_`, "[", `\[`, "|", `\|`, "`", "\\`").Replace(text)
}

// hideHome replaces the home folder of the user who writes the reference by "~".
func hideHome(text string) string {
	home, err := os.UserHomeDir()
	if err != nil || home == "/" {
		return text
	}
	return strings.ReplaceAll(text, home+"/", "~/")
}
