package testutil

import (
	abci "github.com/cometbft/cometbft/abci/types"

	abcicli "github.com/cometbft/cometbft/abci/client"
	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/mempool"
	"github.com/cometbft/cometbft/proxy"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
)

// Mempool is the consensus engine's own mempool in front of the application, as in a node. A transaction is checked before it waits. A
// proposer sees as many transactions as fill a block. After each block the waiting transactions are checked again.
type Mempool struct {
	c    *Chain
	pool *mempool.CListMempool
}

// Mempool makes an empty mempool. The function edit may change its configuration.
func (c *Chain) Mempool(edit func(*cmtcfg.MempoolConfig)) *Mempool {
	return c.mempoolOf(c.App, edit)
}

// WholeMempool is Mempool, but after a block the application checks every waiting transaction as it did when it came.
func (c *Chain) WholeMempool() *Mempool { return c.mempoolOf(c.App.BaseApp, nil) }

func (c *Chain) mempoolOf(app servertypes.ABCI, edit func(*cmtcfg.MempoolConfig)) *Mempool {
	cfg := cmtcfg.DefaultMempoolConfig()
	if edit != nil {
		edit(cfg)
	}
	client := abcicli.NewLocalClient(nil, server.NewCometABCIWrapper(app))
	return &Mempool{c, mempool.NewCListMempool(cfg, proxy.NewAppConnMempool(client, proxy.NopMetrics()), c.height)}
}

// Send gives a transaction to the mempool. The error is the mempool's own, such as that it is full. The code of the answer is the
// application's refusal.
func (m *Mempool) Send(tx []byte) (res *abci.ResponseCheckTx, err error) {
	err = m.pool.CheckTx(tx, func(r *abci.ResponseCheckTx) { res = r }, mempool.TxInfo{})
	return res, err
}

// Size returns the number of waiting transactions.
func (m *Mempool) Size() int { return m.pool.Size() }

// Waiting returns the waiting transactions, first come first.
func (m *Mempool) Waiting() [][]byte { return m.pool.ReapMaxTxs(-1).ToSliceOfBytes() }

// Next makes a block as a proposer does, has the application judge and execute it, and returns its transactions without the proof. Their
// results are at Chain.Results.
func (m *Mempool) Next() [][]byte {
	c := m.c
	c.T.Helper()
	block := c.params.Block
	waiting := m.pool.ReapMaxBytesMaxGas(cmttypes.MaxDataBytes(block.MaxBytes, 0, len(c.Validators())), block.MaxGas)
	txs := c.Propose(waiting.ToSliceOfBytes()...)
	require.True(c.T, c.Judge(txs...), "the block is judged valid")
	m.NextOf(txs[1:]...)
	return txs[1:]
}

// NextOf makes a block of these transactions, as a proposer does that has another mempool.
func (m *Mempool) NextOf(txs ...[]byte) {
	c := m.c
	c.T.Helper()
	c.queue = txs
	c.Next()
	m.pool.Lock()
	defer m.pool.Unlock()
	require.NoError(c.T, m.pool.Update(c.height, cmttypes.ToTxs(c.Blocks[len(c.Blocks)-1].Txs), c.LastBlock.TxResults, nil, nil))
}
