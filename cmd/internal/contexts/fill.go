package contexts

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/credence-chain/credence/internal/devinfo"
)

// Flag is the flag that names the context of one command. Env is the environment variable that names the context of a shell.
const (
	Flag = "context"
	Env  = "CREDENCE_CONTEXT"
)

// Offer gives the flag --context to those commands, and subcommands, that ask a chain or open a keyring. Before such a command runs, the
// context fills in the flags that the user left out.
func Offer(commands ...*cobra.Command) {
	for _, cmd := range commands {
		Offer(cmd.Commands()...)
		f := cmd.Flags()
		if f.Lookup(Flag) != nil || f.Lookup("node") == nil && f.Lookup("keyring-backend") == nil {
			continue
		}
		f.String(Flag, "", "context that fills in what other flags leave out (default: the one in use)")
		before := cmd.PreRunE
		cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
			if err := Fill(cmd); err != nil || before == nil {
				return err
			}
			return before(cmd, args)
		}
	}
}

// chosen is the context of a command, and how it was chosen.
type chosen struct {
	name string
	// by is "--context", "CREDENCE_CONTEXT", "CREDENCE_DEVNET" or "current".
	by string
	*Context
}

// choose finds the context for a command. If the environment names a devnet and no context, that devnet is meant, and not the context in
// use.
func choose(flags *pflag.FlagSet) (chosen, error) {
	file, err := Load()
	if err != nil {
		return chosen{}, err
	}
	c := chosen{name: cmp.Or(file.Current, Devnet), by: "current"}
	if f := flags.Lookup(Flag); f != nil && f.Changed {
		c.name, c.by = f.Value.String(), "--"+Flag
	} else if by := overriding(); by != "" {
		c.name, c.by = cmp.Or(os.Getenv(Env), Devnet), by
	}
	c.Context, err = file.find(c.by, c.name)
	return c, err
}

// overriding returns the environment variable that goes before the context in use; "" if none is set.
func overriding() string {
	for _, name := range []string{Env, devinfo.EnvInfo} {
		if os.Getenv(name) != "" {
			return name
		}
	}
	return ""
}

// place is one of the places from which settings come.
type place func(setting) []string

// Fill sets the flags of a command that the user left out: first from the environment, then from the context. If --context is given, the
// environment is ignored. Errors are a *cli.Problem.
func Fill(cmd *cobra.Command) error {
	flags := cmd.Flags()
	c, err := choose(flags)
	if err != nil {
		return err
	}
	given := place(func(s setting) []string { return givenIn(flags, s) })
	ofContext := place(func(s setting) []string { return s.values(c.Context) })
	places := []place{given, fromEnvironment, ofContext}
	if c.by == "--"+Flag {
		places = []place{given, ofContext}
	}
	for _, p := range parts {
		if err := p.fill(flags, places); err != nil {
			return fmt.Errorf("context %s: %w", c.name, err)
		}
	}
	return nil
}

// givenIn returns the value of a setting on the command line. The flag --home of credenced also gives the keyring's folder.
func givenIn(flags *pflag.FlagSet, s setting) []string {
	names := []string{s.flag}
	if s.flag == "keyring-dir" {
		names = append(names, "home")
	}
	for _, name := range names {
		if f := flags.Lookup(name); f != nil && f.Changed {
			return []string{f.Value.String()}
		}
	}
	return nil
}

func fromEnvironment(s setting) []string {
	return strings.FieldsFunc(os.Getenv(s.env), func(r rune) bool { return r == ',' })
}

// fill sets the flags of one group. places is ordered by precedence; the first is the command line, whose flags are set already.
func (p part) fill(flags *pflag.FlagSet, places []place) error {
	known := map[string]bool{}
	for i, from := range places {
		for _, s := range p.settings {
			values := from(s)
			if len(values) == 0 || known[s.flag] {
				continue
			}
			known[s.flag] = true
			if i == 0 || s.elsewhere && i < len(places)-1 {
				continue
			}
			if err := set(flags, s.flag, values); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(p.heads, func(head string) bool { return known[head] }) {
			return nil
		}
	}
	return nil
}

// set sets a flag of the command as if the user had given it. It does nothing if the command does not have the flag.
func set(flags *pflag.FlagSet, name string, values []string) error {
	if flags.Lookup(name) == nil {
		return nil
	}
	for _, value := range values {
		if err := flags.Set(name, value); err != nil {
			return fmt.Errorf("--%s %q: %w", name, value, err)
		}
	}
	return nil
}
