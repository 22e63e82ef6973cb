package signer

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/libs/log"
	p2pconn "github.com/cometbft/cometbft/p2p/conn"
	"github.com/cometbft/cometbft/privval"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/credence-chain/credence/internal/keyfile"
	"github.com/credence-chain/credence/testutil/port"
)

const chain = "signed-1"

// newHome returns the folder of a signer with a key, as seat-keys makes it.
func newHome(t *testing.T) (home string, key *privval.FilePV) {
	t.Helper()
	home = t.TempDir()
	for _, dir := range []string{"config", "data"} {
		require.NoError(t, os.Mkdir(filepath.Join(home, dir), 0o700))
	}
	key = privval.GenFilePV(filepath.Join(home, "config", "priv_validator_key.json"), filepath.Join(home, "data", "priv_validator_state.json"))
	key.Save()
	return home, key
}

// node returns the part of a validator's node that talks to the signer.
func node(t *testing.T, listen string) (n *privval.SignerClient, end func()) {
	t.Helper()
	endpoint, err := privval.NewSignerListenerFromAddr(listen, ed25519.GenPrivKey(), log.NewNopLogger())
	require.NoError(t, err)
	client, err := privval.NewSignerClient(endpoint, chain)
	require.NoError(t, err)
	end = func() { _ = endpoint.Stop() }
	t.Cleanup(end)
	return client, end
}

// sign asks the signer for a signature, and returns what the signer says. A connection that is slow or lost says nothing of the signer: the node
// then asks again, as it does in consensus.
func sign(n *privval.SignerClient, vote *cmtproto.Vote) (err error) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var refused *privval.RemoteSignerError
		if err = n.SignVote(chain, vote); err == nil || errors.As(err, &refused) {
			return err
		}
	}
	return err
}

// start runs a signer. The returned function stops it and waits for its end.
func start(t *testing.T, s signer) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx, log.NewNopLogger()) }()
	return func() error { cancel(); return <-ended }
}

func voteFor(key *privval.FilePV, height int64, block byte) *cmtproto.Vote {
	hash := bytes.Repeat([]byte{block}, 32)
	return (&cmttypes.Vote{
		Type: cmtproto.PrecommitType, Height: height, Timestamp: time.Unix(1, 0).UTC(), ValidatorAddress: key.GetAddress(),
		BlockID: cmttypes.BlockID{Hash: hash, PartSetHeader: cmttypes.PartSetHeader{Total: 1, Hash: hash}},
	}).ToProto()
}

// A signer dials a node and signs for it. It never signs two blocks of one height, even after a restart. Without its state file, or
// beside another signer, it does not start.
func TestASignerSignsEachHeightOnce(t *testing.T) {
	home, key := newHome(t)
	listen := "tcp://" + port.FreeAddress(t)
	s := signer{home: home, chainID: chain, node: listen}
	stop := start(t, s)
	time.Sleep(12 * dialEvery) // the signer keeps dialling
	n, end := node(t, listen)
	require.Eventually(t, func() bool { return n.Ping() == nil }, time.Minute, 50*time.Millisecond)

	public, err := n.GetPubKey()
	require.NoError(t, err)
	require.Equal(t, key.Key.PubKey.Bytes(), public.Bytes())
	first := voteFor(key, 7, 1)
	require.NoError(t, sign(n, first))
	require.True(t, public.VerifySignature(cmttypes.VoteSignBytes(chain, first), first.Signature))
	require.ErrorContains(t, sign(n, voteFor(key, 7, 2)), "conflicting data")
	require.ErrorContains(t, signer{home: home, chainID: chain, node: listen}.serve(t.Context(), log.NewNopLogger()), "another signer uses this folder")

	end()
	n, _ = node(t, listen)
	require.Eventually(t, func() bool { return n.Ping() == nil }, time.Minute, 50*time.Millisecond, "the node was started again")

	require.NoError(t, stop())
	stop = start(t, s)
	require.Eventually(t, func() bool { return n.Ping() == nil }, time.Minute, 50*time.Millisecond)
	require.ErrorContains(t, sign(n, voteFor(key, 7, 2)), "conflicting data", "it remembers")
	require.NoError(t, sign(n, voteFor(key, 8, 2)))
	require.NoError(t, stop())

	require.NoError(t, os.Remove(filepath.Join(home, "data", "priv_validator_state.json")))
	require.ErrorContains(t, s.serve(t.Context(), log.NewNopLogger()), "it says what the key signed last")
}

// A signer opens an encrypted key, and goes on from the last signature of the key. Signing never writes the key in plain.
func TestASignerOpensItsKey(t *testing.T) {
	home, key := newHome(t)
	path, pass := filepath.Join(home, "config", "priv_validator_key.json"), filepath.Join(home, "passphrase")
	require.NoError(t, os.WriteFile(pass, []byte("a long passphrase\n"), 0o600))
	require.NoError(t, key.SignVote(chain, voteFor(key, 7, 1)))
	require.NoError(t, keyfile.Encrypt(path, keyfile.NewSource(pass), nil))
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	listen := "tcp://" + port.FreeAddress(t)
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	err = signer{home: home, chainID: chain, node: listen}.serve(t.Context(), log.NewNopLogger())
	require.ErrorIs(t, err, keyfile.ErrLocked)
	require.ErrorContains(t, err, path)

	stop := start(t, signer{home: home, chainID: chain, node: listen, passphrase: keyfile.NewSource(pass)})
	n, _ := node(t, listen)
	require.Eventually(t, func() bool { return n.Ping() == nil }, time.Minute, 50*time.Millisecond)
	require.ErrorContains(t, sign(n, voteFor(key, 7, 2)), "conflicting data", "it knows what the plain key signed")
	vote := voteFor(key, 8, 2)
	require.NoError(t, sign(n, vote))
	require.True(t, key.Key.PubKey.VerifySignature(cmttypes.VoteSignBytes(chain, vote), vote.Signature))
	require.NoError(t, stop())
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)

	state := filepath.Join(home, "data", "priv_validator_state.json")
	require.NoError(t, os.WriteFile(state, []byte("{"), 0o600))
	err = signer{home: home, chainID: chain, node: listen, passphrase: keyfile.NewSource(pass)}.serve(t.Context(), log.NewNopLogger())
	require.ErrorContains(t, err, state)
}

// A node that ends closes its connection. The signer then dials the node that is started next.
func TestASignerDialsTheNodeThatIsStartedNext(t *testing.T) {
	home, _ := newHome(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	stop := start(t, signer{home: home, chainID: chain, node: "tcp://" + listener.Addr().String()})
	for range 3 {
		require.NoError(t, listener.(*net.TCPListener).SetDeadline(time.Now().Add(30*time.Second)))
		raw, err := listener.Accept()
		require.NoError(t, err)
		secret, err := p2pconn.MakeSecretConnection(raw, ed25519.GenPrivKey())
		require.NoError(t, err)
		require.NoError(t, secret.Close())
	}
	require.NoError(t, stop())
}

func TestRefusedNodes(t *testing.T) {
	home, _ := newHome(t)
	for _, address := range []string{"tcp://10.0.0.1", "http://10.0.0.1:1", "unix:///run/node", ""} {
		err := signer{home: home, chainID: chain, node: address}.serve(t.Context(), log.NewNopLogger())
		require.ErrorContains(t, err, "expected tcp://HOST:PORT", address)
	}
	err := signer{home: t.TempDir(), chainID: chain, node: "tcp://10.0.0.1:1"}.serve(t.Context(), log.NewNopLogger())
	require.ErrorContains(t, err, "--home")
}
