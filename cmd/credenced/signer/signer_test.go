package signer

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/privval"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
)

const chain = "signed-1"

// newHome is the folder of a signer with a key, as seat-keys makes it.
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

// node is what a validator's node keeps of its signer.
func node(t *testing.T, listen string) *privval.SignerClient {
	t.Helper()
	endpoint, err := privval.NewSignerListenerFromAddr(listen, ed25519.GenPrivKey(), log.NewNopLogger())
	require.NoError(t, err)
	client, err := privval.NewSignerClient(endpoint, chain)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// start runs a signer until the returned function is called, which waits for its end.
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

// A signer signs for a node that it dials, and never two blocks of one height, not even after it was started again; without its state, or
// beside another signer, it does not start.
func TestASignerSignsEachHeightOnce(t *testing.T) {
	home, key := newHome(t)
	listen := "unix://" + filepath.Join(t.TempDir(), "node.sock")
	s := signer{home: home, chainID: chain, node: listen}
	stop := start(t, s)
	time.Sleep(12 * dialEvery) // it does not give the node up
	n := node(t, listen)
	require.Eventually(t, func() bool { return n.Ping() == nil }, time.Minute, 50*time.Millisecond)

	public, err := n.GetPubKey()
	require.NoError(t, err)
	require.Equal(t, key.Key.PubKey.Bytes(), public.Bytes())
	first := voteFor(key, 7, 1)
	require.NoError(t, n.SignVote(chain, first))
	require.True(t, public.VerifySignature(cmttypes.VoteSignBytes(chain, first), first.Signature))
	require.ErrorContains(t, n.SignVote(chain, voteFor(key, 7, 2)), "conflicting data")
	require.ErrorContains(t, signer{home: home, chainID: chain, node: listen}.serve(t.Context(), log.NewNopLogger()), "another signer uses this folder")

	require.NoError(t, stop())
	stop = start(t, s)
	require.Eventually(t, func() bool { return n.Ping() == nil }, time.Minute, 50*time.Millisecond)
	require.ErrorContains(t, n.SignVote(chain, voteFor(key, 7, 2)), "conflicting data", "it remembers")
	require.NoError(t, n.SignVote(chain, voteFor(key, 8, 2)))
	require.NoError(t, stop())

	require.NoError(t, os.Remove(filepath.Join(home, "data", "priv_validator_state.json")))
	require.ErrorContains(t, s.serve(t.Context(), log.NewNopLogger()), "it says what the key signed last")
}

func TestRefusedNodes(t *testing.T) {
	home, _ := newHome(t)
	for _, address := range []string{"tcp://10.0.0.1", "http://10.0.0.1:1", ""} {
		err := signer{home: home, chainID: chain, node: address}.serve(t.Context(), log.NewNopLogger())
		require.ErrorContains(t, err, "expected tcp://HOST:PORT or unix://PATH", address)
	}
	err := signer{home: t.TempDir(), chainID: chain, node: "tcp://10.0.0.1:1"}.serve(t.Context(), log.NewNopLogger())
	require.ErrorContains(t, err, "--home")
}
