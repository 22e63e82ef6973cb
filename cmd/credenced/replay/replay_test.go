package replay

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"
	sm "github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/store"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
)

// stopped is the home of a node that made ten blocks, each with a send, and then stopped.
type stopped struct {
	home   string
	hashes map[int64][]byte
}

// stopNode makes the blocks and stops the node. Before block `at` it corrupts a store by hand, as a broken disk would; 0 for never.
func stopNode(t *testing.T, at int64) stopped {
	t.Helper()
	s := stopped{home: t.TempDir(), hashes: map[int64][]byte{}}
	require.NoError(t, os.MkdirAll(filepath.Join(s.home, "config"), 0o755))
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, filepath.Join(s.home, "data"))
	require.NoError(t, err)
	c := testutil.New(t, testutil.WithDB(db), testutil.WithSeats(1), testutil.WithAccounts("alice", "bob"))
	alice, bob := c.Account("alice"), c.Account("bob")

	cfg := cmtcfg.DefaultConfig()
	cfg.SetRoot(s.home)
	blockDB, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "blockstore", Config: cfg})
	require.NoError(t, err)
	stateDB, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "state", Config: cfg})
	require.NoError(t, err)
	blocks, states := store.NewBlockStore(blockDB), sm.NewStore(stateDB, sm.StoreOptions{})

	begin := c.Genesis()
	params := cmttypes.ConsensusParamsFromProto(*begin.ConsensusParams)
	key := c.Seats[0].Cons.PubKey().(cmted25519.PubKey)
	doc := &cmttypes.GenesisDoc{
		ChainID: begin.ChainId, GenesisTime: begin.Time, InitialHeight: 1, ConsensusParams: &params, AppState: json.RawMessage(begin.AppStateBytes),
	}
	require.NoError(t, doc.SaveAs(filepath.Join(s.home, "config", "genesis.json")))
	validators := cmttypes.NewValidatorSet([]*cmttypes.Validator{cmttypes.NewValidator(key, 1)})
	state := sm.State{
		ChainID: begin.ChainId, InitialHeight: 1, Validators: validators, NextValidators: validators, LastValidators: validators,
		ConsensusParams: params, LastHeightValidatorsChanged: 1, LastHeightConsensusParamsChanged: 1,
	}
	require.NoError(t, states.Save(state))

	commit := &cmttypes.Commit{}
	for h := int64(1); h <= 10; h++ {
		if h == at {
			bank := c.App.CommitMultiStore().GetKVStore(c.App.StoreKey(banktypes.StoreKey))
			bank.Set(append(banktypes.BalancesPrefix.Bytes(), append([]byte{byte(len(alice.Addr))}, append(alice.Addr, encoding.BaseDenom...)...)...), []byte("1"))
		}
		c.Queue(alice, &banktypes.MsgSend{FromAddress: alice.String(), ToAddress: bob.String(), Amount: sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, 1_000))})
		before := c.AppHash()
		res := c.Next()
		req := c.Blocks[h-1]
		txs := make(cmttypes.Txs, len(req.Txs))
		for i, tx := range req.Txs {
			txs[i] = tx
		}
		block := cmttypes.MakeBlock(h, txs, commit, nil)
		block.ChainID, block.Time, block.ProposerAddress, block.AppHash = begin.ChainId, req.Time, req.ProposerAddress, before
		block.ValidatorsHash, block.NextValidatorsHash = validators.Hash(), validators.Hash()
		parts, err := block.MakePartSet(cmttypes.BlockPartSizeBytes)
		require.NoError(t, err)
		id := cmttypes.BlockID{Hash: block.Hash(), PartSetHeader: parts.Header()}
		commit = &cmttypes.Commit{Height: h, BlockID: id, Signatures: []cmttypes.CommitSig{{
			BlockIDFlag: cmttypes.BlockIDFlagCommit, ValidatorAddress: validators.Validators[0].Address, Timestamp: req.Time, Signature: make([]byte, 64),
		}}}
		blocks.SaveBlock(block, parts, commit)
		state.LastBlockHeight, state.LastBlockTime, state.LastBlockID, state.AppHash = h, req.Time, id, res.AppHash
		require.NoError(t, states.Save(state))
		require.NoError(t, states.SaveFinalizeBlockResponse(h, res))
		s.hashes[h] = res.AppHash
	}
	require.NoError(t, c.App.Close())
	require.NoError(t, blockDB.Close())
	require.NoError(t, stateDB.Close())
	return s
}

// replayOf runs the command "replay".
func replayOf(t *testing.T, home string, args ...string) (string, error) {
	t.Helper()
	cmd := Command(nil)
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(append([]string{"--home", home, "--scratch", t.TempDir()}, args...))
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// TestReplayOfASoundNode: replayed from genesis and from the middle, every block ends as it did on the node. The home is only read.
func TestReplayOfASoundNode(t *testing.T) {
	s := stopNode(t, 0)
	for _, tc := range []struct {
		args []string
		want string
	}{
		{nil, "blocks 1 to 10"},
		{[]string{"--from", "4", "--to", "7"}, "blocks 4 to 7"},
		{[]string{"--from", "10"}, "blocks 10 to 10"},
	} {
		out, err := replayOf(t, s.home, tc.args...)
		require.NoError(t, err)
		require.Contains(t, out, tc.want)
	}
	_, err := replayOf(t, s.home, "--from", "3", "--to", "11")
	require.ErrorContains(t, err, "within 1 to 10")
	_, err = replayOf(t, t.TempDir())
	require.ErrorContains(t, err, "genesis.json")
}

// TestReplayNamesTheDivergence: a store is corrupted before block 6. The replay names the block, the store and the first transaction
// with another result.
func TestReplayNamesTheDivergence(t *testing.T) {
	s := stopNode(t, 6)
	_, err := replayOf(t, s.home)
	var d *Divergence
	require.ErrorAs(t, err, &d)
	require.Equal(t, int64(6), d.Height)
	require.Equal(t, s.hashes[6], d.Expected)
	require.NotEqual(t, s.hashes[6], d.Got)
	require.Equal(t, 1, d.Tx, "the send, after the beacon's proof")
	require.Zero(t, d.GotResult.Code)
	require.NotZero(t, d.ExpectedResult.Code, "there was nothing left to send")
	require.Equal(t, []string{"bank"}, d.Stores)
	for _, part := range []string{"block 6: app hash: got", "number 1", "stores that differ from the node's own: bank"} {
		require.ErrorContains(t, err, part)
	}

	// The blocks before block 6 agree. The blocks after it also agree, as they start from the node's own corrupted state.
	for _, args := range [][]string{{"--to", "5"}, {"--from", "7"}} {
		_, err := replayOf(t, s.home, args...)
		require.NoError(t, err)
	}
	// A range from the middle starts from the node's own state before it, and finds the same divergence.
	_, err = replayOf(t, s.home, "--from", "4", "--to", "8")
	require.ErrorAs(t, err, &d)
	require.Equal(t, int64(6), d.Height)
}
