package account

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// runKeys runs a command of "keys" on the keyring in a folder.
func runKeys(t *testing.T, folder, input string, args ...string) (out, words string, err error) {
	t.Helper()
	cmd := NewKeysCommand()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	var stdout, stderr bytes.Buffer
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	cmd.SetIn(strings.NewReader(input))
	cmd.SetArgs(append(args, "--keyring-backend", "test", "--keyring-dir", folder))
	err = cmd.Execute()
	return stdout.String(), stderr.String(), err
}

// Keys are listed with their addresses. A key that is recovered from its words in another keyring has the same address.
func TestKeysAreListedAndRecovered(t *testing.T) {
	one, other := t.TempDir(), t.TempDir()
	none, hint, err := runKeys(t, one, "", "list")
	require.NoError(t, err)
	require.Empty(t, none)
	require.Equal(t, "keyring test has no keys; credenced keys add NAME makes one\n", hint)
	made, said, err := runKeys(t, one, "", "add", "alice")
	require.NoError(t, err)
	_, _, err = runKeys(t, one, "", "add", "bob")
	require.NoError(t, err)
	listed, _, err := runKeys(t, one, "", "list")
	require.NoError(t, err)
	require.Len(t, strings.Split(strings.TrimSpace(listed), "\n"), 2)
	require.Contains(t, listed, made)
	require.NotContains(t, made, " ", "the words are not on standard output")

	words := strings.Split(strings.TrimSpace(said), "\n")
	again, _, err := runKeys(t, other, words[len(words)-1]+"\n", "recover", "alice")
	require.NoError(t, err)
	require.Equal(t, made, again)
	_, _, err = runKeys(t, other, words[len(words)-1], "recover", "alice")
	require.ErrorContains(t, err, `there is a key "alice" already`)
	_, _, err = runKeys(t, other, "twelve words that are none", "recover", "bob")
	require.ErrorContains(t, err, "the words make no key")

	_, _, err = runKeys(t, one, "", "delete", "alice")
	require.NoError(t, err)
	for _, command := range []string{"show", "delete"} {
		_, _, err = runKeys(t, one, "", command, "alice")
		require.ErrorContains(t, err, `keyring test has no key "alice"`)
	}
}
