package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/internal/requester"
	"github.com/credence-chain/credence/internal/cli"
)

// run runs a command line and returns what it printed.
func run(t *testing.T, input string, args ...string) (string, error) {
	t.Helper()
	root := rootCommand()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetIn(strings.NewReader(input))
	root.SetArgs(args)
	err := root.Execute()
	return out.String(), err
}

// The program is for people who run no node. It links neither the application, nor a keeper, nor the dependencies of the SDK's own
// commands, nor the telemetry of a node with its exporters.
func TestLinksNoNode(t *testing.T) {
	deps, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	for _, path := range strings.Fields(string(deps)) {
		for _, node := range []string{"credence/app", "credence/app/encoding", "credence/devnet", "/keeper", "cosmos-sdk/baseapp", "cosmos-sdk/client", "cometbft/consensus", "go-libp2p", "cosmos-sdk/telemetry", "otel/sdk/metric", "otelconf"} {
			require.False(t, strings.HasSuffix(path, node), path)
		}
	}
}

// A key is made, found by its name, and made again from its words. It is never replaced.
func TestKeys(t *testing.T) {
	ring := []string{"--keyring-backend", "test", "--keyring-dir", t.TempDir()}
	keys := func(input string, args ...string) (string, error) {
		return run(t, input, append(append([]string{"keys"}, args...), ring...)...)
	}
	made, err := keys("", "add", "alice")
	require.NoError(t, err)
	lines := strings.Split(made, "\n")
	require.Regexp(t, `^alice\tcred1[0-9a-z]{38}$`, lines[0])
	require.Len(t, strings.Fields(lines[2]), 24)
	shown, err := keys("", "show", "alice")
	require.NoError(t, err)
	require.Equal(t, lines[0]+"\n", shown)
	_, err = keys("", "add", "alice")
	require.ErrorContains(t, err, "left as it is")
	_, err = keys("these are no words", "recover", "nobody")
	require.ErrorContains(t, err, "12 or 24 words")
	_, err = keys("", "show", "bob")
	require.ErrorContains(t, err, `has no key "bob"`)
	_, err = keys("", "delete", "alice")
	require.NoError(t, err)
	_, err = keys("", "show", "alice")
	require.ErrorContains(t, err, `has no key "alice"`)
	again, err := keys(lines[2]+"\n", "recover", "twin")
	require.NoError(t, err)
	require.Equal(t, strings.Replace(lines[0], "alice", "twin", 1)+"\n", again)
}

// Help groups the commands by purpose. A mistyped command gets proposals of this program's own commands.
func TestHelp(t *testing.T) {
	out, err := run(t, "", "--help")
	require.NoError(t, err)
	for _, says := range []string{"Programs and their results:", "Publishing and trading:", "Accounts and networks:", "credence run app.wasm"} {
		require.Contains(t, out, says)
	}
	_, err = run(t, "", "rnu")
	require.ErrorContains(t, err, `credence has no command "rnu"; did you mean run?`)
}

// Help and proposals call every command by this program's own name.
func TestNamesItself(t *testing.T) {
	before := cli.Program
	cli.Program = "credence"
	t.Cleanup(func() { cli.Program = before })
	root := rootCommand()
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, own := range requester.Commands() {
			for _, text := range []string{cmd.Long, cmd.Example, (&cli.Problem{What: "x", Next: "credenced " + own.Name()}).Error()} {
				require.NotRegexp(t, `credenced `+own.Name()+`\b`, text, cmd.CommandPath())
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

// Each shell gets its completion script, and completion requests are answered.
func TestCompletion(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, shell := range []string{"bash", "zsh", "fish"} {
		out, err := run(t, "", "completion", shell)
		require.NoError(t, err)
		require.Contains(t, out, "__complete")
	}
	out, err := run(t, "", "__complete", "run", "--policy", "qu")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(out, "quorum\n:4\n"), out)
	out, err = run(t, "", "__complete", "keys", "")
	require.NoError(t, err)
	require.Contains(t, out, "recover\t")
}

// TestOutputNamesItself: what commands print proposes commands of the program that runs. Whoever has credence alone has no credenced.
func TestOutputNamesItself(t *testing.T) {
	before := cli.Program
	cli.Program = "credence"
	t.Cleanup(func() { cli.Program = before })
	var said strings.Builder
	cli.Tell(&said, "%s is there\n  credenced task show %s; credenced query bank params\n", "credenced run", "3f2a")
	require.Equal(t, "credenced run is there\n  credence task show 3f2a; credenced query bank params\n", said.String())

	var own []string
	for _, cmd := range requester.Commands() {
		own = append(own, cmd.Name())
	}
	printed := regexp.MustCompile(`fmt\.F?[Pp]rint.*credenced (` + strings.Join(own, "|") + `)\b`)
	files := 0
	require.NoError(t, filepath.WalkDir("../internal", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		source, err := os.ReadFile(path)
		require.Empty(t, printed.FindString(string(source)), "%s: say it with cli.Tell", path)
		return err
	}))
	require.Greater(t, files, 50)
}
