package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/credence-chain/credence/cmd/credenced/setup"
	"github.com/credence-chain/credence/internal/checkup"
	"github.com/credence-chain/credence/internal/keyfile"
	poatypes "github.com/credence-chain/credence/x/poa/types"
)

// In the folder of a stopped node, doctor makes the checks that need no running node. For the others it says why they were not made.
func TestDoctorOfAStoppedNode(t *testing.T) {
	home := t.TempDir()
	report := func() string {
		var out bytes.Buffer
		require.ErrorIs(t, checkup.Report(context.Background(), &out, Checks(home, nil)), checkup.ErrUnhealthy)
		return out.String()
	}
	require.Contains(t, report(), "write it with: credenced network join")

	t.Setenv("CREDENTIALS_DIRECTORY", "")
	keys, err := setup.Node{Home: home}.MakeKeys()
	require.NoError(t, err)
	m := setup.Member{Home: home, Moniker: "m", ChainID: "c", Role: setup.RoleFull, Listen: "127.0.0.9", Serve: "127.0.0.9", Keyring: "test"}
	require.NoError(t, m.Validate())
	require.NoError(t, m.Write())
	require.NoError(t, os.WriteFile(filepath.Join(home, "config", "genesis.json"), []byte("{}"), 0o600))
	out := report()
	require.Contains(t, out, "ok    config")
	require.Contains(t, out, "ok    keys         4 files, for their owner alone; plain: priv_validator_key.json, node_key.json, beacon_key.json, court.key\n")
	require.Contains(t, out, "is it running? credenced start")
	require.Contains(t, out, "FAIL  peers        not checked")

	pass := filepath.Join(home, "passphrase")
	require.NoError(t, os.WriteFile(pass, []byte("a long passphrase"), 0o600))
	require.NoError(t, keyfile.Encrypt(setup.BeaconKeyFile(home), keyfile.NewSource(pass), nil))
	require.Contains(t, report(), "plain: priv_validator_key.json, node_key.json, court.key\n")
	seat := poatypes.Seat{OrgId: "m", BeaconPubkey: keys.Beacon}
	said, err := (&node{home: home}).describeSeat(seat)
	require.NoError(t, err)
	require.Contains(t, said, "of m, active; its beacon key is encrypted and was not compared")
	said, err = (&node{home: home, passphrase: keyfile.NewSource(pass)}).describeSeat(seat)
	require.NoError(t, err)
	require.Equal(t, "of m, active, with its beacon key", said)

	require.NoError(t, os.Chmod(filepath.Join(home, "config", "priv_validator_key.json"), 0o644))
	require.Contains(t, report(), "FAIL  keys")
}

func TestLocal(t *testing.T) {
	for listen, want := range map[string]string{
		"tcp://0.0.0.0:26657": "tcp://127.0.0.1:26657", "127.0.0.2:9090": "tcp://127.0.0.2:9090", "tcp://[::]:1317": "tcp://127.0.0.1:1317", ":5": "tcp://127.0.0.1:5",
	} {
		require.Equal(t, want, localAddress(listen), listen)
	}
}

func TestPeerHeight(t *testing.T) {
	require.EqualValues(t, 7, peerHeight(json.RawMessage(`{"round_state":{"height":"7"}}`)))
	require.EqualValues(t, 7, peerHeight(json.RawMessage(`{"round_state":{"height":7}}`)))
	require.Zero(t, peerHeight(json.RawMessage(`{"round_state":{}}`)))
	require.Zero(t, peerHeight(json.RawMessage(`what`)))
}
