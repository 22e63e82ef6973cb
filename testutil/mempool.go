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
)

// Mempool is the consensus engine's own mempool in front of the application, as in a node. A transaction is checked before it waits. A
// proposer sees as many transactions as fill a block. After each block the waiting transactions are checked again.
type Mempool struct {
	c    *Chain
	pool *mempool.CListMempool
}

// Mempool makes an empty mempool. The function edit may change its configuration.
func (c *Chain) Mempool(edit func(*cmtcfg.MempoolConfig)) *Mempool {
	cfg := cmtcfg.DefaultMempoolConfig()
	if edit != nil {
		edit(cfg)
	}
	client := abcicli.NewLocalClient(nil, server.NewCometABCIWrapper(c.App))
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

// Next makes a block as a proposer does, has the application judge and execute it, and returns its transactions without the proof. Their
// results are at Chain.Results.
func (m *Mempool) Next() [][]byte {
	c := m.c
	c.T.Helper()
	block := c.params.Block
	waiting := m.pool.ReapMaxBytesMaxGas(cmttypes.MaxDataBytes(block.MaxBytes, 0, len(c.Validators())), block.MaxGas)
	txs := c.Propose(waiting.ToSliceOfBytes()...)
	require.True(c.T, c.Judge(txs...), "the block is judged valid")
	c.queue = txs[1:]
	c.Next()
	m.pool.Lock()
	defer m.pool.Unlock()
	require.NoError(c.T, m.pool.Update(c.height, cmttypes.ToTxs(txs), c.LastBlock.TxResults, nil, nil))
	return txs[1:]
}
