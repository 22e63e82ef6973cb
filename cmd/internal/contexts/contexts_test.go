package contexts

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/internal/cli"
	"github.com/credence-chain/credence/internal/devinfo"
)

// alone gives the test a user configuration of its own, and clears the environment variables. It returns the folder of the
// configuration.
func alone(t *testing.T) (configuration string) {
	t.Helper()
	configuration = t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", configuration)
	t.Setenv(Env, "")
	t.Setenv(devinfo.EnvInfo, "")
	for _, p := range parts {
		for _, s := range p.settings {
			t.Setenv(s.env, "")
		}
	}
	return configuration
}

// manage runs a command below "context" and returns its output.
func manage(t *testing.T, args ...string) (string, error) {
	t.Helper()
	root := &cobra.Command{Use: "credenced", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(NewCommand())
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(append([]string{"context"}, args...))
	err := root.Execute()
	return out.String(), err
}

// told returns the flags that a command with all flags of contexts gets from this command line and the context.
func told(t *testing.T, args ...string) (map[string]string, error) {
	t.Helper()
	got := map[string]string{}
	cmd := &cobra.Command{Use: "work", SilenceErrors: true, SilenceUsage: true, RunE: func(cmd *cobra.Command, _ []string) error {
		for _, p := range parts {
			for _, s := range p.settings {
				if f := cmd.Flags().Lookup(s.flag); f.Changed {
					got[s.flag] = f.Value.String()
				}
			}
		}
		return nil
	}}
	f := cmd.Flags()
	for _, list := range []string{"node", "store", "holder"} {
		f.StringSlice(list, nil, "")
	}
	for _, text := range []string{"chain-id", "from", "key-file", "key-passphrase-file", "keyring-backend", "keyring-dir", "home"} {
		f.String(text, "", "")
	}
	Offer(cmd)
	cmd.SetArgs(args)
	cmd.SetOut(&bytes.Buffer{})
	err := cmd.Execute()
	return got, err
}

// A flag beats the environment, which beats the context in use. A context that the command line names beats the environment. If another
// node is named, nothing of the context's network is used. If another key is named, nothing of its key is used.
func TestWhatCounts(t *testing.T) {
	type settings = map[string]string
	type environment = map[string]string
	for _, tc := range []struct {
		name string
		env  environment
		args []string
		want settings
	}{
		{"the context in use", nil, nil, settings{"node": "[a:1,b:1]", "chain-id": "one", "store": "[http://one]", "from": "alice", "keyring-backend": "file", "keyring-dir": "/ring"}},
		{"another node", nil, []string{"--node", "c:1"}, settings{"node": "[c:1]", "from": "alice", "keyring-backend": "file", "keyring-dir": "/ring"}},
		{"another chain id is what the context's nodes have to have", nil, []string{"--chain-id", "two"}, settings{"node": "[a:1,b:1]", "chain-id": "two", "store": "[http://one]", "from": "alice", "keyring-backend": "file", "keyring-dir": "/ring"}},
		{"another key of the same keyring", nil, []string{"--from", "bob"}, settings{"node": "[a:1,b:1]", "chain-id": "one", "store": "[http://one]", "from": "bob", "keyring-backend": "file", "keyring-dir": "/ring"}},
		{"a file with a key", nil, []string{"--key-file", "k"}, settings{"node": "[a:1,b:1]", "chain-id": "one", "store": "[http://one]", "key-file": "k", "keyring-backend": "file", "keyring-dir": "/ring"}},
		{"another home", nil, []string{"--home", "/node"}, settings{"node": "[a:1,b:1]", "chain-id": "one", "store": "[http://one]", "from": "alice", "keyring-backend": "file"}},
		{"the environment's node", environment{"CREDENCE_NODE": "e:1,f:1", "CREDENCE_STORE": "http://e"}, nil, settings{"node": "[e:1,f:1]", "store": "[http://e]", "from": "alice", "keyring-backend": "file", "keyring-dir": "/ring"}},
		{"a flag before the environment", environment{"CREDENCE_NODE": "e:1", "CREDENCE_STORE": "http://e", "CREDENCE_FROM": "erin"}, []string{"--node", "c:1"}, settings{"node": "[c:1]", "from": "erin", "keyring-backend": "file", "keyring-dir": "/ring"}},
		{"whoever opens the keyring reads its environment", environment{"CREDENCED_KEYRING_BACKEND": "os", "CREDENCED_HOME": "/env"}, nil, settings{"node": "[a:1,b:1]", "chain-id": "one", "store": "[http://one]", "from": "alice"}},
		{"a context that the environment names", environment{Env: "two"}, nil, settings{"node": "[t:1]", "key-file": "/two.key"}},
		{"a context that the command line names", environment{Env: "one"}, []string{"--context", "two"}, settings{"node": "[t:1]", "key-file": "/two.key"}},
		{"which beats the environment", environment{"CREDENCE_NODE": "e:1", "CREDENCE_FROM": "erin"}, []string{"--context", "two"}, settings{"node": "[t:1]", "key-file": "/two.key"}},
		{"the devnet", environment{"CREDENCE_NODE": "e:1"}, []string{"--context", Devnet}, settings{}},
		{"a devnet of the environment", environment{devinfo.EnvInfo: "/some/devnet.json"}, nil, settings{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			alone(t)
			_, err := manage(t, "add", "one", "--node", "a:1", "--node", "b:1", "--chain-id", "one", "--store", "http://one", "--from", "alice", "--keyring-backend", "file", "--keyring-dir", "/ring", "--use")
			require.NoError(t, err)
			_, err = manage(t, "add", "two", "--node", "t:1", "--key-file", "/two.key")
			require.NoError(t, err)
			for name, value := range tc.env {
				t.Setenv(name, value)
			}
			got, err := told(t, tc.args...)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

// Without a file of contexts, commands work as if there were no contexts.
func TestWithoutContexts(t *testing.T) {
	alone(t)
	got, err := told(t, "--node", "a:1")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"node": "[a:1]"}, got)
	_, err = told(t, "--context", "none")
	require.ErrorContains(t, err, `--context "none": there is no context of this name in `)
	t.Setenv(Env, "lost")
	_, err = told(t)
	require.ErrorContains(t, err, `CREDENCE_CONTEXT "lost": there is no context`)
	require.Equal(t, cli.ExitUsage, cli.ExitStatus(err))
}

// Only the user can read the file. A context is added once, replaced only on request, listed, shown and removed.
func TestCommands(t *testing.T) {
	path := filepath.Join(alone(t), "credence", "contexts.yaml")
	out, err := manage(t, "add", "testnet", "--node", "https://a.example:9090", "--from", "alice")
	require.NoError(t, err)
	require.Equal(t, "added to "+path+"\nUse it with:\n  credenced context use testnet\n", out)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	_, err = manage(t, "add", "testnet", "--from", "bob")
	require.ErrorContains(t, err, "left as it is")
	out, err = manage(t, "list")
	require.NoError(t, err)
	require.Equal(t, "   NAME     NODE                        CHAIN  KEY\n*  devnet   the devnet of this machine         \n   testnet  https://a.example:9090             alice\n", out)

	_, err = manage(t, "use", "testnet")
	require.NoError(t, err)
	out, err = manage(t, "show")
	require.NoError(t, err)
	require.Equal(t, "name             testnet\nin use           yes\nnode             https://a.example:9090\nfrom             alice\n", out)
	t.Setenv(Env, Devnet)
	out, err = manage(t, "use", "testnet")
	require.NoError(t, err)
	require.Equal(t, "note: CREDENCE_CONTEXT goes before it in this shell; with \"unset CREDENCE_CONTEXT\" commands use testnet\n", out)
	out, err = manage(t, "use", Devnet)
	require.NoError(t, err)
	require.Empty(t, out, "the variable says the same")
	t.Setenv(Env, "testnet")
	_, err = manage(t, "use", "testnet")
	require.NoError(t, err)
	t.Setenv(Env, Devnet)
	out, err = manage(t, "show")
	require.NoError(t, err)
	require.Equal(t, "name             devnet\nin use           yes, by CREDENCE_CONTEXT\n", out)
	t.Setenv(Env, "")

	_, err = manage(t, "add", "testnet", "--from", "bob", "--replace")
	require.NoError(t, err)
	out, err = manage(t, "show", "testnet", "--output", "json")
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"testnet","current":true,"from":"bob"}`, out)

	_, err = manage(t, "remove", "testnet")
	require.NoError(t, err)
	out, err = manage(t, "show")
	require.NoError(t, err)
	require.Contains(t, out, Devnet)
	_, err = manage(t, "use", "testnet")
	require.ErrorContains(t, err, `NAME "testnet": there is no context of this name`)
}

// A context that no command could use is refused and not saved.
func TestRefused(t *testing.T) {
	alone(t)
	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{"add", Devnet, "--node", "a:1"}, "always there"},
		{[]string{"remove", Devnet}, "always there"},
		{[]string{"add", "../x", "--node", "a:1"}, "expected 1 to 32 letters"},
		{[]string{"add", "x"}, "the context would say nothing"},
		{[]string{"add", "x", "--node", "nodes"}, `--node "nodes": expected HOST:PORT`},
		{[]string{"add", "x", "--store", "store.example"}, `"store.example" is no base URL`},
		{[]string{"add", "x", "--from", "a", "--key-file", "b"}, "one key each"},
		{[]string{"add", "x", "--from", "a", "--key-passphrase-file", "b"}, "it opens a --key-file"},
		{[]string{"add", "x", "--from", "a", "--keyring-backend", "cloud"}, `--keyring-backend "cloud"`},
		{[]string{"remove", "x"}, "there is no context of this name"},
		{[]string{"show", "x"}, "there is no context of this name"},
	} {
		_, err := manage(t, tc.args...)
		require.ErrorContains(t, err, tc.says, "%v", tc.args)
		require.Equal(t, cli.ExitUsage, cli.ExitStatus(err), "%v", tc.args)
	}
	_, err := os.Stat(filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "credence"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// An invalid file is named in the error, and is never overwritten.
func TestBrokenFile(t *testing.T) {
	for _, text := range []string{"current: lost\n", "contexts: [1]\n", "contexts:\n  x:\n    nodes: [a:1]\n", ":"} {
		path := filepath.Join(alone(t), "credence", "contexts.yaml")
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		for _, args := range [][]string{{"list"}, {"add", "y", "--node", "a:1"}, {"use", Devnet}} {
			_, err := manage(t, args...)
			require.ErrorContains(t, err, path, text)
			require.ErrorContains(t, err, "mend the file", text)
		}
		_, err := told(t)
		require.ErrorContains(t, err, path)
		kept, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(kept))
	}
}

// A relative path refers to the folder in which the context was made.
func TestPathsAreWhole(t *testing.T) {
	alone(t)
	t.Chdir(t.TempDir())
	_, err := manage(t, "add", "x", "--key-file", "a.key", "--use")
	require.NoError(t, err)
	here, err := os.Getwd()
	require.NoError(t, err)
	got, err := told(t)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(here, "a.key"), got["key-file"])
}
