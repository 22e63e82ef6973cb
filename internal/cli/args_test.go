package cli_test

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
)

func TestFlagErrors(t *testing.T) {
	for _, tc := range []struct {
		args []string
		why  string
	}{
		{[]string{"--number", "x"}, `--number "x": expected a whole number of at least 0`},
		{[]string{"--limit", "x"}, `--limit "x": expected a whole number`},
		{[]string{"--yes=maybe"}, `--yes "maybe": expected nothing, or true or false behind =`},
		{[]string{"--numbr", "1"}, "--numbr: there is no such flag; did you mean --number?\n  Next: sell --help"},
		{[]string{"--secrte", "1"}, "--secrte: there is no such flag\n"},
		{[]string{"--yas"}, "--yas: there is no such flag; did you mean --yes?"},
		{[]string{"--gas"}, "--gas: there is no such flag\n"},
		{[]string{"-x"}, "unknown shorthand flag: 'x' in -x\n  Next: sell --help"},
		{[]string{"--number"}, "flag needs an argument: --number"},
		{nil, "WHAT: missing; expected sell WHAT HOW"},
		{[]string{"this"}, "HOW: missing; expected sell WHAT HOW"},
		{[]string{"this", "so", "there"}, `"there": too many arguments; expected sell WHAT HOW`},
	} {
		cmd := &cobra.Command{Use: "sell", Args: cli.Exactly("WHAT", "HOW"), RunE: func(*cobra.Command, []string) error { return nil }, SilenceErrors: true, SilenceUsage: true}
		cmd.SetFlagErrorFunc(commandline.FlagError)
		f := cmd.Flags()
		f.Uint64("number", 0, "")
		f.Int("limit", 0, "")
		f.Bool("yes", false, "")
		f.String("secret", "", "")
		require.NoError(t, f.MarkHidden("secret"))
		cmd.SetArgs(append([]string{}, tc.args...))
		require.ErrorContains(t, cmd.Execute(), tc.why)
	}
}
