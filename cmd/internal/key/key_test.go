package key

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/x/poa/beaconkey"
)

func run(args ...string) (string, error) {
	root := &cobra.Command{Use: "key", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(Commands(func(plain []byte) error {
		if string(plain) != "another kind" {
			return errors.New("no")
		}
		return nil
	})...)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs(args)
	err := root.Execute()
	return out.String(), err
}

// Files of keys are encrypted in place with one passphrase, and can be read with it. Decrypting restores their content. A key file that
// no program could open encrypted is refused and stays plain.
func TestKeysAreChangedInPlace(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	pass := write("passphrase", "a long passphrase\n")
	beacon, court, other := filepath.Join(dir, beaconkey.FileName), filepath.Join(dir, "court.key"), write("other", "another kind")
	saved, err := beaconkey.Save(beacon, bytes.Repeat([]byte{7}, beaconkey.SeedSize))
	require.NoError(t, err)
	account, err := client.LoadOrGenerateKey(court)
	require.NoError(t, err)

	out, err := run("encrypt", beacon, court, other, "--"+keyfile.Flag, pass)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("%s: encrypted\n%s: encrypted\n%s: encrypted\n", beacon, court, other), out)
	_, err = beaconkey.Load(beacon, nil)
	require.ErrorIs(t, err, keyfile.ErrLocked)
	_, err = client.LoadKey(court)
	require.ErrorIs(t, err, keyfile.ErrLocked)
	require.ErrorContains(t, err, court)
	_, err = client.LoadOrGenerateKey(court)
	require.ErrorIs(t, err, keyfile.ErrLocked, "it is not made anew")
	key, err := beaconkey.Load(beacon, keyfile.NewSource(pass))
	require.NoError(t, err)
	require.Equal(t, saved.PublicKey(), key.PublicKey())
	opened, err := client.UnlockKey(court, keyfile.NewSource(pass))
	require.NoError(t, err)
	require.Equal(t, account.Address(), opened.Address())

	out, err = run("decrypt", beacon, court, "--"+keyfile.Flag, pass)
	require.NoError(t, err)
	require.Contains(t, out, court+": plain")
	out, err = run("decrypt", court)
	require.NoError(t, err)
	require.Contains(t, out, "it is plain already")
	opened, err = client.LoadKey(court)
	require.NoError(t, err)
	require.Equal(t, account.Address(), opened.Address())

	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	text := "# public key: " + identity.Recipient().String() + "\n" + identity.String() + "\n"
	agent := write("identity", text)
	_, err = run("encrypt", agent, "--"+keyfile.Flag, pass)
	require.NoError(t, err)
	is, err := keyfile.IsEncrypted(agent)
	require.NoError(t, err)
	require.True(t, is)
	_, err = run("decrypt", agent, "--"+keyfile.Flag, pass)
	require.NoError(t, err)
	plain, err := os.ReadFile(agent)
	require.NoError(t, err)
	require.Equal(t, text, string(plain))

	node := write("node_key.json", `{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"AAAA"}}`)
	_, err = run("encrypt", node, "--"+keyfile.Flag, pass)
	require.ErrorContains(t, err, "no key that may be encrypted")
	_, err = run("encrypt")
	require.ErrorContains(t, err, "FILE: missing")
	_, err = run("encrypt", beacon)
	require.ErrorContains(t, err, "no passphrase was given")
}
