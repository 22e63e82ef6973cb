package jobflags

import (
	"io"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/commandline"
)

func TestArgsFlags(t *testing.T) {
	parse := func(line ...string) ([]string, error) {
		var args []string
		f := pflag.NewFlagSet("x", pflag.ContinueOnError)
		f.SetOutput(io.Discard)
		AddArgs(f, &args)
		return args, f.Parse(line)
	}
	for _, tc := range []struct {
		line []string
		want []string
	}{
		{[]string{"--args", "-width,640"}, []string{"-width", "640"}},
		{[]string{"--args", "a", "--args", "b,c"}, []string{"a", "b", "c"}},
		{[]string{"--args", `"a,b",c`}, []string{"a,b", "c"}}, // a quoted comma does not split
		{[]string{"--arg", `{"a": 1, "b": "x, y"}`, "--arg", "", "--arg", "it's"}, []string{`{"a": 1, "b": "x, y"}`, "", "it's"}},
		{[]string{"--args", "a", "--arg", "b", "--args", "c"}, []string{"a", "b", "c"}},
	} {
		got, err := parse(tc.line...)
		require.NoError(t, err, tc.line)
		require.Equal(t, tc.want, got)
	}
	for _, bad := range []string{`say "hi"`, `{"a":1,"b":2}`, `"open`, "two\nlines"} {
		_, err := parse("--args", bad)
		require.Error(t, err, bad)
		problem := commandline.FlagError(&cobra.Command{Use: "run"}, err)
		require.ErrorContains(t, problem, "quotes within one have no meaning here")
		require.ErrorContains(t, problem, "with an --arg of its own")
		require.Equal(t, cli.ExitUsage, cli.ExitStatus(problem))
	}
}
