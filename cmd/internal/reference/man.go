package reference

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/cli"
)

// NewManCommand returns the command "man", which writes the manual pages of the program to which it is added.
func NewManCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man FOLDER", Short: "Write a page for man of every command", Args: cli.Exactly("FOLDER"), PersistentPreRunE: cli.NoPrepare,
		Long: `Write a page for man of every command into a folder, such as ~/.local/share/man/man1. Afterwards "man PROGRAM" and
"man PROGRAM-COMMAND" show them.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			pages := visible(cmd.Root())
			for _, page := range pages {
				if err := os.WriteFile(filepath.Join(args[0], anchor(page)+".1"), []byte(Man(page)), 0o644); err != nil {
					return err
				}
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%d pages are in %s\n", len(pages), args[0])
			return err
		},
	}
}

// Man returns the manual page of a command, in roff.
func Man(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %q 1 \"\" %q \"\"\n.nh\n.ad l\n", strings.ToUpper(anchor(cmd)), cmd.Root().Name())
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(anchor(cmd)), roff(cmd.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n%s\n", roff(cmd.UseLine()))
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s\n", paragraphs(text(cmd)))
	flags := flagsOf(cmd)
	if len(flags) > 0 {
		b.WriteString(".SH OPTIONS\n")
		for _, name := range sortedNames(flags) {
			b.WriteString(option(flags[name]))
		}
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(unindent(cmd.Example)))
	}
	if others := neighbours(cmd); len(others) > 0 {
		fmt.Fprintf(&b, ".SH SEE ALSO\n%s\n", strings.Join(others, ", "))
	}
	return hideHome(b.String())
}

// option returns a flag and its description.
func option(f *pflag.Flag) string {
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	kind, usage := pflag.UnquoteUsage(f)
	if kind != "" {
		name += " " + kind
	}
	if f.DefValue != "" && f.DefValue != "[]" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "0s" {
		usage += " (default " + f.DefValue + ")"
	}
	return fmt.Sprintf(".TP\n%s\n%s\n", roff(name), roff(usage))
}

// neighbours returns the names of the pages of the parent command and the subcommands.
func neighbours(cmd *cobra.Command) (out []string) {
	if cmd.HasParent() {
		out = append(out, roff(anchor(cmd.Parent()))+"(1)")
	}
	for _, sub := range cmd.Commands() {
		if slices.Contains(visible(cmd), sub) {
			out = append(out, roff(anchor(sub))+"(1)")
		}
	}
	return out
}

// paragraphs formats a text and keeps its empty lines and its indented lines.
func paragraphs(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		switch {
		case line == "":
			lines[i] = ".PP"
		case strings.HasPrefix(line, " "):
			lines[i] = ".br\n" + roff(line)
		default:
			lines[i] = roff(line)
		}
	}
	return strings.Join(lines, "\n")
}

// roff escapes text so that man shows it unchanged.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
