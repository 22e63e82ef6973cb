package replay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	cmtdb "github.com/cometbft/cometbft-db"
	abci "github.com/cometbft/cometbft/abci/types"
	cmtcfg "github.com/cometbft/cometbft/config"
	sm "github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/store"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// node is the data of a stopped node: its blocks, their results, and the hashes of its stores.
type node struct {
	home    string
	genesis *cmttypes.GenesisDoc
	state   sm.State
	blocks  *store.BlockStore
	results sm.Store
	close   []func() error
}

// openNode opens the databases of a node. The node must not be running.
func openNode(home string) (n *node, err error) {
	n = &node{home: home}
	if n.genesis, err = cmttypes.GenesisDocFromFile(filepath.Join(home, "config", "genesis.json")); err != nil {
		return nil, err
	}
	cfg := cmtcfg.DefaultConfig()
	cfg.SetRoot(home)
	open := func(id string) (cmtdb.DB, error) {
		if _, err := os.Stat(filepath.Join(cfg.DBDir(), id+".db")); err != nil {
			return nil, fmt.Errorf("--home: got %s, expected the home of a node that has made blocks: %w", home, err)
		}
		db, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: id, Config: cfg})
		if err != nil {
			return nil, fmt.Errorf("open %s of %s; stop the node first: %w", id, home, err)
		}
		n.close = append(n.close, db.Close)
		return db, nil
	}
	blocks, err := open("blockstore")
	if err != nil {
		return nil, err
	}
	n.blocks = store.NewBlockStore(blocks)
	state, err := open("state")
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	n.results = sm.NewStore(state, sm.StoreOptions{})
	if n.state, err = n.results.Load(); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// Close closes the databases.
func (n *node) Close() (err error) {
	for _, c := range n.close {
		err = errors.Join(err, c())
	}
	return err
}

// makeInit returns the request with which the engine starts the chain.
func (n *node) makeInit() *abci.RequestInitChain {
	validators := make([]*cmttypes.Validator, len(n.genesis.Validators))
	for i, v := range n.genesis.Validators {
		validators[i] = cmttypes.NewValidator(v.PubKey, v.Power)
	}
	params := n.genesis.ConsensusParams.ToProto()
	return &abci.RequestInitChain{
		Time: n.genesis.GenesisTime, ChainId: n.genesis.ChainID, InitialHeight: n.genesis.InitialHeight, ConsensusParams: &params,
		Validators: cmttypes.TM2PB.ValidatorUpdates(cmttypes.NewValidatorSet(validators)), AppStateBytes: n.genesis.AppState,
	}
}

// makeRequest returns the request with which the engine has the application execute the block of a height.
func (n *node) makeRequest(height int64) (*abci.RequestFinalizeBlock, error) {
	block := n.blocks.LoadBlock(height)
	if block == nil {
		return nil, fmt.Errorf("block %d is not in the node's store, which has %d to %d", height, n.blocks.Base(), n.blocks.Height())
	}
	req := &abci.RequestFinalizeBlock{
		Hash: block.Hash(), NextValidatorsHash: block.NextValidatorsHash, ProposerAddress: block.ProposerAddress,
		Height: height, Time: block.Time, Misbehavior: block.Evidence.Evidence.ToABCI(), Txs: block.Txs.ToSliceOfBytes(),
	}
	if height > n.genesis.InitialHeight {
		last, err := n.results.LoadValidators(height - 1)
		if err != nil {
			return nil, fmt.Errorf("validators of height %d: %w", height-1, err)
		}
		req.DecidedLastCommit = sm.BuildLastCommitInfo(block, last, n.genesis.InitialHeight)
	}
	return req, nil
}

// appHash returns the hash of the state after a height, as the chain agreed on it. It is in the next block, or in the state of this node's
// engine; nil when neither has it.
func (n *node) appHash(height int64) []byte {
	if next := n.blocks.LoadBlockMeta(height + 1); next != nil {
		return next.Header.AppHash
	}
	if n.state.LastBlockHeight == height {
		return n.state.AppHash
	}
	return nil
}

// resultsOf returns the results that this node kept of a height's transactions; nil when it keeps none.
func (n *node) resultsOf(height int64) []*abci.ExecTxResult {
	res, err := n.results.LoadFinalizeBlockResponse(height)
	if err != nil {
		return nil
	}
	return res.TxResults
}

// storeHashes reads the hash of each store after each height of a range, as far as the node has them.
func (n *node) storeHashes(from, to int64) (map[int64]map[string]string, error) {
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, filepath.Join(n.home, "data"))
	if err != nil {
		return nil, fmt.Errorf("open the application's state of %s; stop the node first: %w", n.home, err)
	}
	defer func() { _ = db.Close() }()
	stores, out := rootmulti.NewStore(db, log.NewNopLogger()), map[int64]map[string]string{}
	for h := from; h <= to; h++ {
		if hashes := hashesAt(stores, h); hashes != nil {
			out[h] = hashes
		}
	}
	return out, nil
}

// commits is a store that returns what was committed at a height.
type commits interface {
	GetCommitInfo(height int64) (*storetypes.CommitInfo, error)
}
