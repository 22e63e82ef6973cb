package network

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/privval"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"
)

// atHeight serves the status of a node.
func atHeight(t *testing.T, height int64, catchingUp bool) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":0,"result":{"node_info":{},"sync_info":{"latest_block_height":"%d","catching_up":%t},"validator_info":{"pub_key":null}}}`, height, catchingUp)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// TestRecover: a validator whose data folder was lost signs nothing that it may have signed before, and everything after.
func TestRecover(t *testing.T) {
	home := t.TempDir()
	key, state := filepath.Join(home, "config", "priv_validator_key.json"), filepath.Join(home, "data", "priv_validator_state.json")
	behind, ahead := atHeight(t, 90, false), atHeight(t, 100, false)
	recovers := func(args ...string) error {
		_, err := run(t, Chain{}, append([]string{"recover", "--home", home}, args...)...)
		return err
	}
	require.ErrorContains(t, recovers("--rpc", behind+","+ahead), "the consensus key is not there")
	require.NoError(t, os.MkdirAll(filepath.Dir(key), 0o700))
	privval.NewFilePV(ed25519.GenPrivKey(), key, filepath.Join(t.TempDir(), "state")).Key.Save()
	require.ErrorContains(t, recovers("--rpc", ahead), "expected two or more")
	require.ErrorContains(t, recovers("--rpc", ahead+","+atHeight(t, 3, true)), "catches up")
	require.ErrorContains(t, recovers("--height", "-1"), "at least 1")
	require.NoFileExists(t, state)
	require.NoError(t, recovers("--rpc", behind+","+ahead))

	pv := privval.LoadFilePV(key, state)
	vote := func(height int64, round int32) error {
		return pv.SignVote("chain", &cmtproto.Vote{Type: cmtproto.PrecommitType, Height: height, Round: round, Timestamp: time.Unix(1, 0)})
	}
	for _, height := range []int64{1, 100, 101, 100 + recoverMargin - 1} {
		require.ErrorContains(t, vote(height, 5), "height regression", "%d", height)
	}
	require.ErrorContains(t, vote(100+recoverMargin, 0), "no SignBytes")
	require.NoError(t, vote(100+recoverMargin+1, 0))

	require.ErrorContains(t, recovers("--height", "5"), "says what the validator signed last")
	require.NoError(t, os.Remove(state))
	require.NoError(t, recovers("--height", "5"))
}
