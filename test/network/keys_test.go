package network_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/keyfile"
)

// A validator runs with an encrypted beacon key, and a signer with an encrypted consensus key. Without the passphrase, with a wrong one or
// with a damaged file, neither starts, and both say what to do.
func TestEncryptedKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	binary := build(t)
	n := files(t, 1)[0]
	consensus, beacon, court := setup.ConsensusKeyFile(n.Home), setup.BeaconKeyFile(n.Home), setup.CourtKeyFile(n.Home)
	pass, wrong := filepath.Join(t.TempDir(), "passphrase"), filepath.Join(t.TempDir(), "wrong")
	require.NoError(t, os.WriteFile(pass, []byte("a long passphrase\n"), 0o600))
	require.NoError(t, os.WriteFile(wrong, []byte("another passphrase\n"), 0o600))
	command := func(args ...string) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, binary, args...).CombinedOutput()
		return string(out), err
	}
	refuses := func(why ...string) {
		t.Helper()
		out, err := command(append([]string{"start", "--home", n.Home}, why[1:]...)...)
		require.Error(t, err)
		require.Contains(t, out, "Error: ")
		require.Contains(t, out, why[0])
		require.NotContains(t, out, "goroutine")
	}
	seat, err := n.SeatKeys("val-1")
	require.NoError(t, err)

	out, err := command("key", "encrypt", beacon, court, "--"+keyfile.Flag, pass)
	require.NoError(t, err, out)
	refuses("no passphrase was given")
	refuses("the passphrase does not open it", "--"+keyfile.Flag, wrong)
	whole, err := os.ReadFile(beacon)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(beacon, whole[:len(whole)/2], 0o600))
	refuses("damaged or cut off", "--"+keyfile.Flag, pass)
	require.NoError(t, os.WriteFile(beacon, whole, 0o600))

	node := start(t, binary, n, "--"+keyfile.Flag, pass)
	reached := waitForHeight(t, n, 3)
	out, err = command("doctor", "--home", n.Home, "--"+keyfile.Flag, pass)
	require.Contains(t, out, "plain: priv_validator_key.json, node_key.json\n", "%v", err)
	require.Contains(t, out, "of val-1, active, with its beacon key", "%v", err)
	n.Passphrase = keyfile.NewSource(pass)
	again, err := n.SeatKeys("val-1")
	require.NoError(t, err)
	require.Equal(t, seat.CourtPubkey, again.CourtPubkey, "seat-keys opens them, and makes none anew")
	kill(t, node)

	// An encrypted consensus key is only for a signer. A node that finds it encrypted says so.
	out, err = command("key", "encrypt", consensus, "--"+keyfile.Flag, pass)
	require.NoError(t, err, out)
	refuses("CometBFT reads a plain one only", "--"+keyfile.Flag, pass)
	listen := fmt.Sprintf("tcp://127.0.0.1:%d", freePorts(t, 1)[0])
	configure(t, n, `priv_validator_laddr = ""`, fmt.Sprintf("priv_validator_laddr = %q", listen))
	refuses("CometBFT reads a plain one only", "--"+keyfile.Flag, pass) // also where a signer is expected, because CometBFT reads the file
	away := filepath.Join(t.TempDir(), "signer")
	for _, path := range []string{consensus, filepath.Join(n.Home, "data", "priv_validator_state.json")} {
		folder := filepath.Join(away, filepath.Base(filepath.Dir(path)))
		require.NoError(t, os.MkdirAll(folder, 0o700))
		require.NoError(t, os.Rename(path, filepath.Join(folder, filepath.Base(path))))
	}
	signer := exec.Command(binary, "signer", "--chain-id", n.ChainID, "--node", listen, "--home", away, "--"+keyfile.Flag, pass)
	log := openLog(t, filepath.Join(n.Home, "signer.log"))
	signer.Stdout, signer.Stderr = log, log
	require.NoError(t, signer.Start())
	t.Cleanup(func() { _ = signer.Process.Kill(); _, _ = signer.Process.Wait() })
	start(t, binary, n, "--"+keyfile.Flag, pass)
	waitForHeight(t, n, reached+3)
}

// configure changes a line of a node's config.toml.
func configure(t *testing.T, n setup.Node, was, is string) {
	t.Helper()
	path := filepath.Join(n.Home, "config", "config.toml")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), was)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), was, is, 1)), 0o600))
}

func openLog(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}
