package testutil

import (
	"crypto/sha256"
	"maps"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/upgrades"
)

// Check asks the application whether it takes a transaction into the mempool.
func (c *Chain) Check(tx []byte) *abci.ResponseCheckTx {
	c.T.Helper()
	res, err := c.App.CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
	require.NoError(c.T, err)
	return res
}

// Restart stops the application and opens it again over the same database, as after a crash between two blocks.
func (c *Chain) Restart() {
	c.T.Helper()
	c.open()
	require.Equal(c.T, c.height, c.App.LastBlockHeight())
}

// PassPlan has the council pass an upgrade with this name and height.
func (c *Chain) PassPlan(name string, height int64) {
	c.T.Helper()
	c.Pass(&upgradetypes.MsgSoftwareUpgrade{Authority: app.Authority(), Plan: upgradetypes.Plan{Name: name, Height: height}})
}

// Upgrade demands that the present build refuses the next block because of a plan. The build of another version then takes over and
// executes the same block. Replay changes builds at the same height.
func (c *Chain) Upgrade(v upgrades.Version) *abci.ResponseFinalizeBlock {
	c.T.Helper()
	res, err := c.TryUpgrade(v)
	require.NoError(c.T, err, "block %d", c.height+1)
	return res
}

// TryUpgrade is Upgrade for tests that expect the upgrade to fail.
func (c *Chain) TryUpgrade(v upgrades.Version) (*abci.ResponseFinalizeBlock, error) {
	c.T.Helper()
	req := c.block()
	_, err := c.App.FinalizeBlock(req)
	require.ErrorContains(c.T, err, "NEEDED at height")
	c.TakeOver(v)
	return c.execute(req)
}

// TakeOver opens the chain's database with the build of another version.
func (c *Chain) TakeOver(v upgrades.Version) {
	c.T.Helper()
	c.opts.Version, c.takeovers[c.height+1] = &v, &v
	c.Restart()
}

// Home returns the folder of the node's files.
func (c *Chain) Home() string { return c.home }

// WithVersion sets the build that makes the first block.
func WithVersion(v upgrades.Version) Option {
	return func(c *Chain) { c.opts.Version, c.began = &v, &v }
}

// Replay gives every block so far to a new application on an empty database and returns its last app hash. That application executes the
// transactions of a block at once (Block-STM). It has to give the same answer to each block.
func (c *Chain) Replay() []byte {
	c.T.Helper()
	fresh := *c
	fresh.db = dbm.NewMemDB()
	fresh.opts.Version = c.began
	fresh.config = maps.Clone(c.config)
	fresh.config[server.FlagBlockExecutor], fresh.config[server.FlagBlockSTMWorkers] = config.BlockExecutorBlockSTM, replayWorkers
	fresh.open()
	_, err := fresh.App.InitChain(c.init)
	require.NoError(c.T, err)
	for _, b := range c.Blocks {
		if v := c.takeovers[b.Height]; v != nil {
			fresh.opts.Version = v
			fresh.open()
		}
		res, err := fresh.App.FinalizeBlock(b)
		require.NoError(c.T, err, "replay of block %d", b.Height)
		require.Equal(c.T, c.answers[b.Height], c.digest(res), "replay of block %d: another answer", b.Height)
		_, err = fresh.App.Commit()
		require.NoError(c.T, err)
	}
	return fresh.App.LastCommitID().Hash
}

// replayWorkers is how many transactions a replay executes at once. It is more than small machines have processors, so that transactions
// overtake each other there too.
const replayWorkers = 4

// digest returns a digest of the answer to a block, without the texts that are in no header: nodes may log differently.
func (c *Chain) digest(res *abci.ResponseFinalizeBlock) [sha256.Size]byte {
	c.T.Helper()
	answer := *res
	answer.TxResults = nil
	for _, r := range res.TxResults {
		plain := *r
		plain.Log, plain.Info = "", ""
		answer.TxResults = append(answer.TxResults, &plain)
	}
	bz, err := answer.Marshal()
	require.NoError(c.T, err)
	return sha256.Sum256(bz)
}

// Genesis returns the chain's genesis request.
func (c *Chain) Genesis() *abci.RequestInitChain { return c.init }

// AppHash returns the hash of the last committed state.
func (c *Chain) AppHash() []byte { return c.App.LastCommitID().Hash }

// Export returns the last committed state as genesis of a new chain.
func (c *Chain) Export() servertypes.ExportedApp {
	c.T.Helper()
	exported, err := c.App.Export(nil)
	require.NoError(c.T, err)
	return exported
}
