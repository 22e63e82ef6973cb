package bench_test

import (
	"context"
	"testing"

	cmtdb "github.com/cometbft/cometbft-db"
	abci "github.com/cometbft/cometbft/abci/types"
	blockindex "github.com/cometbft/cometbft/state/indexer/block/kv"
	"github.com/cometbft/cometbft/state/txindex"
	txkv "github.com/cometbft/cometbft/state/txindex/kv"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/baseapp"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/testutil"
)

// index is the engine's index of transactions and blocks, fed by the application as a node would feed it.
type index struct {
	db     *cmtdb.GoLevelDB
	txs    *txkv.TxIndex
	blocks *blockindex.BlockerIndexer
}

func newIndex(t testing.TB, dir string) *index {
	db, err := cmtdb.NewGoLevelDB("tx_index", dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return &index{db, txkv.NewTxIndex(db), blockindex.New(cmtdb.NewPrefixDB(db, []byte("block_events")))}
}

// option makes a chain feed the index with what a full node indexes.
func (x *index) option() testutil.Option {
	return testutil.WithBase(func(b *baseapp.BaseApp) {
		baseapp.SetIndexEvents(encoding.IndexedEvents())(b)
		b.SetStreamingManager(storetypes.StreamingManager{ABCIListeners: []storetypes.ABCIListener{x}, StopNodeOnErr: true})
	})
}

// ListenFinalizeBlock indexes a block and its transactions.
func (x *index) ListenFinalizeBlock(_ context.Context, req abci.RequestFinalizeBlock, res abci.ResponseFinalizeBlock) error {
	err := x.blocks.Index(cmttypes.EventDataNewBlockEvents{Height: req.Height, Events: res.Events, NumTxs: int64(len(req.Txs))})
	if err != nil {
		return err
	}
	batch := txindex.NewBatch(int64(len(req.Txs)))
	for i, tx := range req.Txs {
		if err := batch.Add(&abci.TxResult{Height: req.Height, Index: uint32(i), Tx: tx, Result: *res.TxResults[i]}); err != nil {
			return err
		}
	}
	return x.txs.AddBatch(batch)
}

// ListenCommit has nothing to index.
func (*index) ListenCommit(context.Context, abci.ResponseCommit, []*storetypes.StoreKVPair) error {
	return nil
}
