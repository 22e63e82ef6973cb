// Package testutil runs the whole application in a test, without a network: one process, one database in memory, blocks
// made by the test itself.
//
//	c := testutil.New(t,                                // four seats: val-1 ... val-4
//		testutil.WithSeats(4),
//		testutil.WithOrg("acme", orgstypes.ROLE_WORKER), // an organisation with an admin and one member
//		testutil.WithGenesis(func(c *testutil.Chain, g genesis.State) { ... }),
//	)
//	alice := c.Account("alice")                          // funded, in no organisation, when named by WithAccounts
//	worker := c.Org("acme").Member()                     // acts for acme
//	res := c.Deliver(worker, msg)                        // sign, put into a block, demand success
//	c.Refuse(alice, types.ErrRole, msg)                  // sign, put into a block, demand this error
//	c.Queue(alice, msg)                                  // wait for the next block
//	c.Next(); c.NextN(10); c.Until(120)                  // make blocks; the queue goes into the next one
//	c.Absent("val-2"); c.Accuse("val-3")                 // missed votes, evidence of a double sign
//	c.Pass(msg)                                          // the council adopts a proposal
//	app.BankKeeper(c.App).GetBalance(c.Ctx(), addr, "ucred")  // keepers, on the last committed state
//	types.NewQueryClient(c.Conn()).Params(c.Ctx(), ...)  // queries, as a client sees them
//	m := c.Mempool(nil); m.Send(tx); m.Next()            // the engine's mempool, and blocks that a proposer makes of it
//	c.Check(tx)                                          // whether the mempool takes it
//	c.Restart(); c.Replay(); c.Export(); testutil.Import(t, exported)
//	c.PassPlan("v2", height); c.Until(height - 1); c.Upgrade(version) // a build of another version takes over
//
// Everything is deterministic: keys come from names, time advances by BlockTime, proposers take turns.
package testutil

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/x/beacon/proposal"
)

const (
	// ChainID is the chain's name unless WithChainID says otherwise.
	ChainID = "credence-test"
	// BlockTime is the time between two blocks.
	BlockTime = time.Second
	// VotingPeriod is how long the council votes.
	VotingPeriod = 5 * time.Second
	// Funds is the balance of every account at genesis, in ucred: a million CRED.
	Funds int64 = 1_000_000_000_000
	// TxGas is the gas limit of every transaction: the most that a block gives to one transaction.
	TxGas = uint64(genesis.MaxBlockGas) / proposal.Shares
)

func init() { compact.CheckRemembered.Store(true) }

var genesisTime = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// Chain is the application with its surroundings: keys, validators and the blocks made so far.
type Chain struct {
	T   testing.TB
	App *app.App
	// Seats are the seats of genesis, in order of organisation.
	Seats []*Seat
	// LastBlock is the answer to the last block.
	LastBlock *abci.ResponseFinalizeBlock
	// Blocks are the requests of all blocks, in order. Another node could replay them.
	Blocks []*abci.RequestFinalizeBlock

	chainID  string
	home     string
	db       dbm.DB
	orgs     map[string]*Org
	orgOrder []string
	accounts []*Account
	edits    []func(*Chain, genesis.State)
	hooks    []func(*app.App)
	base     []func(*baseapp.BaseApp)
	params   *cmtproto.ConsensusParams
	opts     app.Options
	config   map[string]any
	logger   log.Logger

	init    *abci.RequestInitChain
	height  int64
	now     time.Time
	answers map[int64][sha256.Size]byte // digests of the answers to blocks, by height
	queue   [][]byte
	pending map[string]uint64 // account -> its transactions in the queue
	absent  map[string]bool
	accused []*Seat
	known   []*Seat // every set of keys of a seat that signs or once signed
	// sets has the validators by height. The updates of a block take effect two heights later.
	sets map[int64][]abci.Validator
	// began is the version of the first block. The later versions are listed by their first height.
	began     *upgrades.Version
	takeovers map[int64]*upgrades.Version
}

// New starts a chain: genesis is stored, and no block has been made.
func New(t testing.TB, options ...Option) *Chain {
	t.Helper()
	c := newChain(t)
	for _, o := range options {
		o(c)
	}
	if len(c.Seats) == 0 {
		WithSeats(1)(c)
	}
	c.open()
	c.begin(c.genesisState(), 1, nil)
	return c
}

// Import starts a chain from exported state, as operators restart one. The options must name the same seats, organisations and accounts, so
// that their keys are known. They change nothing in the state.
func Import(t testing.TB, exported servertypes.ExportedApp, options ...Option) *Chain {
	t.Helper()
	c := newChain(t)
	for _, o := range options {
		o(c)
	}
	c.open()
	validators := make([]abci.ValidatorUpdate, len(exported.Validators))
	for i, v := range exported.Validators {
		validators[i] = abci.Ed25519ValidatorUpdate(v.PubKey.Bytes(), v.Power)
	}
	c.params = &exported.ConsensusParams
	c.begin(exported.AppState, exported.Height, validators)
	return c
}

func newChain(t testing.TB) *Chain {
	params := genesis.ConsensusParams().ToProto()
	return &Chain{
		T: t, chainID: ChainID, db: dbm.NewMemDB(), params: &params,
		orgs: map[string]*Org{}, pending: map[string]uint64{}, absent: map[string]bool{}, logger: log.NewNopLogger(),
		sets: map[int64][]abci.Validator{}, takeovers: map[int64]*upgrades.Version{}, home: t.TempDir(), config: map[string]any{}, answers: map[int64][sha256.Size]byte{},
	}
}

// open makes an application over the database. The chain is its beacon signer, because each block has another proposer's key.
func (c *Chain) open() {
	opts := c.opts
	opts.Signer = signer{c}
	base := append([]func(*baseapp.BaseApp){baseapp.SetChainID(c.chainID), baseapp.SetMinGasPrices(encoding.LeastGasPrice)}, c.base...)
	c.App = app.New(c.logger, c.db, true, options{c.home, c.config}, opts, base...)
	if compact.CheckRemembered.Load() {
		tasks, deals := app.TasksKeeper(c.App).Tasks.ValueCodec(), app.DealsKeeper(c.App).Deals.ValueCodec()
		c.T.Cleanup(func() {
			if err := errors.Join(compact.Unchanged(tasks), compact.Unchanged(deals)); err != nil {
				c.T.Error(err)
			}
		})
	}
	for _, hook := range c.hooks {
		hook(c.App)
	}
}

func (c *Chain) genesisState() json.RawMessage {
	c.T.Helper()
	cdc := c.App.Encoding.Codec
	g := genesis.State(c.App.DefaultGenesis())
	require.NoError(c.T, genesis.SetDefaults(g, cdc))
	coins := sdk.NewCoins(sdk.NewInt64Coin(encoding.BaseDenom, Funds))
	for _, a := range c.accounts {
		require.NoError(c.T, genesis.AddAccount(g, cdc, a.Addr, coins))
	}
	for _, id := range c.orgOrder {
		require.NoError(c.T, genesis.AddOrganisation(g, cdc, c.orgs[id].record()))
	}
	for _, s := range c.Seats {
		require.NoError(c.T, genesis.AddSeat(g, cdc, s.record()))
	}
	require.NoError(c.T, genesis.Edit(g, cdc, govtypes.ModuleName, &govv1.GenesisState{}, func(s *govv1.GenesisState) error {
		period, expedited := VotingPeriod, VotingPeriod/2
		s.Params.VotingPeriod, s.Params.ExpeditedVotingPeriod = &period, &expedited
		return nil
	}))
	for _, edit := range c.edits {
		edit(c, g)
	}
	bz, err := json.Marshal(g)
	require.NoError(c.T, err)
	return bz
}

func (c *Chain) begin(state json.RawMessage, initial int64, validators []abci.ValidatorUpdate) {
	c.T.Helper()
	c.init = &abci.RequestInitChain{
		ChainId: c.chainID, Time: genesisTime, ConsensusParams: c.params, InitialHeight: initial,
		AppStateBytes: state, Validators: validators,
	}
	c.height, c.now = initial-1, genesisTime
	res, err := c.App.InitChain(c.init)
	require.NoError(c.T, err)
	c.sets[initial] = apply(nil, res.Validators)
	c.sets[initial+1] = c.sets[initial]
}

// Ctx returns a context over the last committed state, or over that of genesis before the first block. Writes to it are lost.
func (c *Chain) Ctx() sdk.Context {
	header := cmtproto.Header{ChainID: c.chainID, Height: c.height, Time: c.now}
	if len(c.Blocks) == 0 && c.App.LastBlockHeight() == 0 {
		ctx, _ := c.App.NewContextLegacy(false, header).CacheContext()
		return ctx
	}
	return c.App.NewUncachedContext(false, header).WithMultiStore(c.App.CommitMultiStore().CacheMultiStore())
}

// Conn serves the application's queries on the last committed state.
func (c *Chain) Conn() gogogrpc.ClientConn {
	return &baseapp.QueryServiceTestHelper{GRPCQueryRouter: c.App.GRPCQueryRouter(), Ctx: c.Ctx()}
}

func hash(parts ...string) []byte {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q", parts)))
	return sum[:]
}
