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

// Mempool is the consensus engine's own mempool before the application, as a node has it: transactions are checked before
// they wait, a proposer is shown as many as fill a block, and what still waits is checked again after each block.
type Mempool struct {
	c    *Chain
	pool *mempool.CListMempool
}

// Mempool begins an empty mempool; edit may change its configuration.
func (c *Chain) Mempool(edit func(*cmtcfg.MempoolConfig)) *Mempool {
	cfg := cmtcfg.DefaultMempoolConfig()
	if edit != nil {
		edit(cfg)
	}
	client := abcicli.NewLocalClient(nil, server.NewCometABCIWrapper(c.App))
	return &Mempool{c, mempool.NewCListMempool(cfg, proxy.NewAppConnMempool(client, proxy.NopMetrics()), c.height)}
}

// Send hands a transaction to the mempool. The error is the mempool's own, such as that it is full; the application's
// refusal is the answer's code.
func (m *Mempool) Send(tx []byte) (res *abci.ResponseCheckTx, err error) {
	err = m.pool.CheckTx(tx, func(r *abci.ResponseCheckTx) { res = r }, mempool.TxInfo{})
	return res, err
}

// Size is how many transactions wait.
func (m *Mempool) Size() int { return m.pool.Size() }

// Next makes a block as a proposer does, has it judged, executes it, and returns its transactions without the proof;
// their results are at Chain.Results.
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
