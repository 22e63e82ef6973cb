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
//	c.Restart(); c.Replay(); c.Export(); testutil.Import(t, exported)
//	c.PassPlan("v2", height); c.Until(height - 1); c.Upgrade(version) // a build of another version takes over
//
// Everything is deterministic: keys come from names, time advances by BlockTime, proposers take turns.
package testutil

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	gogogrpc "github.com/cosmos/gogoproto/grpc"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/credence-chain/credence/app"
	"github.com/credence-chain/credence/app/encoding"
	"github.com/credence-chain/credence/app/genesis"
	"github.com/credence-chain/credence/app/upgrades"
	"github.com/credence-chain/credence/x/beacon/proposal"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
)

const (
	// ChainID is the chain's name unless WithChainID says otherwise.
	ChainID = "credence-test"
	// BlockTime is how far the clock advances with every block.
	BlockTime = time.Second
	// VotingPeriod is how long the council votes.
	VotingPeriod = 5 * time.Second
	// Funds is what every account has at genesis, in ucred: a million CRED.
	Funds int64 = 1_000_000_000_000
	// TxGas is the gas limit of every transaction: the most that a block gives to one.
	TxGas = uint64(genesis.MaxBlockGas) / proposal.Shares
)

var genesisTime = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// Chain is the application and what surrounds it: keys, validators, the blocks made so far.
type Chain struct {
	T   testing.TB
	App *app.App
	// Seats are the seats of genesis, in order of organisation.
	Seats []*Seat
	// LastBlock is the answer to the last block.
	LastBlock *abci.ResponseFinalizeBlock
	// Blocks are the requests of all blocks, in order: what another node would replay.
	Blocks []*abci.RequestFinalizeBlock

	chainID  string
	home     string
	db       dbm.DB
	orgs     map[string]*Org
	orgOrder []string
	accounts []*Account
	edits    []func(*Chain, genesis.State)
	hooks    []func(*app.App)
	params   *cmtproto.ConsensusParams
	opts     app.Options

	init    *abci.RequestInitChain
	height  int64
	now     time.Time
	queue   [][]byte
	pending map[string]uint64 // account -> transactions of it in the queue
	absent  map[string]bool
	accused []*Seat
	known   []*Seat // every set of keys of a seat that signs or signed
	// validators of a height; a block's updates hold two heights later.
	sets map[int64][]abci.Validator
	// The version of the first block, and those that took over later, by their first height.
	began     *upgrades.Version
	takeovers map[int64]*upgrades.Version
}

// New starts a chain: genesis is stored, no block has been made.
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

// Import starts a chain from exported state, as operators restart one. The options must name the same seats,
// organisations and accounts, so that their keys are at hand; they change nothing in the state.
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
		orgs: map[string]*Org{}, pending: map[string]uint64{}, absent: map[string]bool{},
		sets: map[int64][]abci.Validator{}, takeovers: map[int64]*upgrades.Version{}, home: t.TempDir(),
	}
}

// open makes an application over the database. Its beacon signer is the chain: the proposer's key changes by turns.
func (c *Chain) open() {
	opts := c.opts
	opts.Signer = signer{c}
	c.App = app.New(log.NewNopLogger(), c.db, true, options{c.home}, opts, baseapp.SetChainID(c.chainID), baseapp.SetMinGasPrices(encoding.LeastGasPrice))
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

// Height returns the height of the last block, 0 before the first.
func (c *Chain) Height() int64 { return c.height }

// Now returns the time of the last block.
func (c *Chain) Now() time.Time { return c.now }

// Next makes a block of the queued transactions and returns what the application answered. The first entry of
// TxResults is the beacon's proof, which is no transaction; Results leaves it out.
func (c *Chain) Next() *abci.ResponseFinalizeBlock {
	c.T.Helper()
	res, err := c.TryNext()
	require.NoError(c.T, err, "block %d", c.height)
	return res
}

// TryNext is Next, for tests that expect the block itself to fail.
func (c *Chain) TryNext() (*abci.ResponseFinalizeBlock, error) {
	c.T.Helper()
	return c.execute(c.block())
}

// execute executes and commits a block.
func (c *Chain) execute(req *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	c.T.Helper()
	res, err := c.App.FinalizeBlock(req)
	if err != nil {
		return nil, err
	}
	_, err = c.App.Commit()
	require.NoError(c.T, err)
	c.height, c.now = req.Height, req.Time
	c.sets[c.height+2] = apply(c.sets[c.height+1], res.ValidatorUpdates)
	delete(c.sets, c.height-2)
	c.Blocks, c.LastBlock = append(c.Blocks, req), res
	return res, nil
}

// block builds the next block and empties the queue.
func (c *Chain) block() *abci.RequestFinalizeBlock {
	height, now := c.height+1, c.now.Add(BlockTime)
	proposer := c.Proposer()
	req := &abci.RequestFinalizeBlock{
		Height: height, Time: now, ProposerAddress: proposer.ConsAddress(),
		Txs:  append([][]byte{beacontypes.ProofTx(c.proof(proposer, height))}, c.queue...),
		Hash: hash(c.chainID, fmt.Sprint(height)),
	}
	for _, v := range c.sets[height-1] {
		flag := cmtproto.BlockIDFlagCommit
		if s := c.seatByAddress(v.Address); s != nil && c.absent[s.OrgID] {
			flag = cmtproto.BlockIDFlagAbsent
		}
		req.DecidedLastCommit.Votes = append(req.DecidedLastCommit.Votes, abci.VoteInfo{Validator: v, BlockIdFlag: flag})
	}
	for _, s := range c.accused {
		req.Misbehavior = append(req.Misbehavior, abci.Misbehavior{
			Type: abci.MisbehaviorType_DUPLICATE_VOTE, Height: c.height, Time: c.now,
			Validator: abci.Validator{Address: s.ConsAddress(), Power: 1},
		})
	}
	c.queue, c.pending, c.accused = nil, map[string]uint64{}, nil
	return req
}

// proof signs the beacon's message for the next block with the key that the proposer's seat has.
func (c *Chain) proof(proposer *Seat, height int64) []byte {
	c.T.Helper()
	if c.takeovers[height] != nil { // its seed may lie where only the upgraded application finds it
		proof, err := beacontypes.ProofOf(c.Propose())
		require.NoError(c.T, err)
		return proof
	}
	seed, err := app.BeaconKeeper(c.App).Seed(c.Ctx())
	require.NoError(c.T, err)
	_, pubkey, found, err := app.PoaKeeper(c.App).BeaconKey(c.Ctx(), proposer.ConsAddress())
	require.NoError(c.T, err)
	require.True(c.T, found, "the proposer %s is no seat", proposer.OrgID)
	proof, has := signer{c}.SignAs(pubkey, beacontypes.ProofMessage(c.chainID, seed, height))
	require.True(c.T, has, "no key of the test is the beacon key of %s", proposer.OrgID)
	return proof
}

// NextN makes n blocks.
func (c *Chain) NextN(n int) {
	c.T.Helper()
	for range n {
		c.Next()
	}
}

// Until makes blocks until the last one's height is height.
func (c *Chain) Until(height int64) {
	c.T.Helper()
	for c.height < height {
		c.Next()
	}
}

// Results returns the results of the last block's transactions, in order, without the beacon's proof.
func (c *Chain) Results() []*abci.ExecTxResult { return c.LastBlock.TxResults[1:] }

// Proposer returns the seat whose turn the next block is.
func (c *Chain) Proposer() *Seat {
	set := c.sets[c.height+1]
	return c.seatByAddress(set[int(c.height)%len(set)].Address)
}

// Validators returns the organisations whose seats the consensus engine counts at the next block, sorted.
func (c *Chain) Validators() (orgs []string) {
	for _, v := range c.sets[c.height+1] {
		orgs = append(orgs, c.seatByAddress(v.Address).OrgID)
	}
	slices.Sort(orgs)
	return orgs
}

// Absent makes seats miss every vote from now on, until Present.
func (c *Chain) Absent(orgs ...string) {
	for _, o := range orgs {
		c.absent[o] = true
	}
}

// Present ends Absent.
func (c *Chain) Present(orgs ...string) {
	for _, o := range orgs {
		delete(c.absent, o)
	}
}

// Accuse puts evidence into the next block that a seat signed two blocks at the last height.
func (c *Chain) Accuse(org string) { c.AccuseKey(c.Seat(org)) }

// AccuseKey is Accuse of a consensus key, which the seat may have given up.
func (c *Chain) AccuseKey(s *Seat) { c.accused = append(c.accused, s) }

// Ctx reads the last committed state; before the first block, that of genesis. What is written to it is lost.
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

// Propose asks the application, as the engine would, for a block of the waiting transactions.
func (c *Chain) Propose(waiting ...[]byte) [][]byte {
	c.T.Helper()
	res, err := c.App.PrepareProposal(&abci.RequestPrepareProposal{
		Height: c.height + 1, Time: c.now.Add(BlockTime), ProposerAddress: c.Proposer().ConsAddress(),
		MaxTxBytes: c.params.Block.MaxBytes, Txs: waiting,
	})
	require.NoError(c.T, err)
	return res.Txs
}

// Judge asks the application whether it votes for a block of these transactions, the first being the beacon's proof.
func (c *Chain) Judge(txs ...[]byte) bool {
	c.T.Helper()
	res, err := c.App.ProcessProposal(&abci.RequestProcessProposal{
		Height: c.height + 1, Time: c.now.Add(BlockTime), ProposerAddress: c.Proposer().ConsAddress(), Txs: txs,
		Hash: hash(c.chainID, fmt.Sprint(c.height+1)),
	})
	require.NoError(c.T, err)
	return res.Status == abci.ResponseProcessProposal_ACCEPT
}

// Restart stops the application and opens it again over the same database, as after a crash between two blocks.
func (c *Chain) Restart() {
	c.T.Helper()
	c.open()
	require.Equal(c.T, c.height, c.App.LastBlockHeight())
}

// PassPlan has the council pass an upgrade of a name at a height.
func (c *Chain) PassPlan(name string, height int64) {
	c.T.Helper()
	c.Pass(&upgradetypes.MsgSoftwareUpgrade{Authority: app.Authority(), Plan: upgradetypes.Plan{Name: name, Height: height}})
}

// Upgrade demands that the build so far refuses the next block because of a plan, and has that of a version take over and execute the
// same block. Replay changes builds at the same height.
func (c *Chain) Upgrade(v upgrades.Version) *abci.ResponseFinalizeBlock {
	c.T.Helper()
	res, err := c.TryUpgrade(v)
	require.NoError(c.T, err, "block %d", c.height+1)
	return res
}

// TryUpgrade is Upgrade, for tests that expect the upgrade to fail.
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

// WithVersion is the build that makes the first block.
func WithVersion(v upgrades.Version) Option {
	return func(c *Chain) { c.opts.Version, c.began = &v, &v }
}

// Replay gives every block so far to a new application on an empty database and returns its last app hash.
func (c *Chain) Replay() []byte {
	c.T.Helper()
	fresh := *c
	fresh.db = dbm.NewMemDB()
	fresh.opts.Version = c.began
	fresh.open()
	_, err := fresh.App.InitChain(c.init)
	require.NoError(c.T, err)
	for _, b := range c.Blocks {
		if v := c.takeovers[b.Height]; v != nil {
			fresh.opts.Version = v
			fresh.open()
		}
		_, err := fresh.App.FinalizeBlock(b)
		require.NoError(c.T, err, "replay of block %d", b.Height)
		_, err = fresh.App.Commit()
		require.NoError(c.T, err)
	}
	return fresh.App.LastCommitID().Hash
}

// AppHash returns the hash of the last committed state.
func (c *Chain) AppHash() []byte { return c.App.LastCommitID().Hash }

// Export returns the last committed state as genesis of a new chain.
func (c *Chain) Export() servertypes.ExportedApp {
	c.T.Helper()
	exported, err := c.App.Export(nil)
	require.NoError(c.T, err)
	return exported
}

func (c *Chain) seatByAddress(addr []byte) *Seat {
	for _, s := range c.known {
		if string(s.ConsAddress()) == string(addr) {
			return s
		}
	}
	return nil
}

// apply returns a validator set after updates, in order of address.
func apply(set []abci.Validator, updates []abci.ValidatorUpdate) []abci.Validator {
	out := slices.Clone(set)
	for _, u := range updates {
		addr := consAddress(u.PubKey.GetEd25519())
		out = slices.DeleteFunc(out, func(v abci.Validator) bool { return string(v.Address) == string(addr) })
		if u.Power > 0 {
			out = append(out, abci.Validator{Address: addr, Power: u.Power})
		}
	}
	slices.SortFunc(out, func(a, b abci.Validator) int { return slices.Compare(a.Address, b.Address) })
	return out
}

func hash(parts ...string) []byte {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%q", parts)))
	return sum[:]
}

// signer lets the application propose with the keys of every seat.
type signer struct{ c *Chain }

func (s signer) SignAs(pubkey, msg []byte) ([]byte, bool) {
	for _, seat := range s.c.known {
		if bytes.Equal(seat.Beacon.PublicKey(), pubkey) {
			return seat.Beacon.Sign(msg), true
		}
	}
	return nil, false
}

// options are a node's configuration: nothing but its folder.
type options struct{ home string }

func (o options) Get(key string) any {
	if key == flags.FlagHome {
		return o.home
	}
	return nil
}

// Option changes how a chain starts.
type Option func(*Chain)

// WithSeats adds n seats, each of an organisation of its own named val-1, val-2 ... that holds the validator role.
func WithSeats(n int) Option {
	return func(c *Chain) {
		for i := 1; i <= n; i++ {
			c.addSeat(SeatOrg(i))
		}
	}
}

// SeatOrg is the organisation of the i-th seat, from 1.
func SeatOrg(i int) string { return fmt.Sprintf("val-%d", i) }

// WithAccounts adds funded accounts that belong to no organisation.
func WithAccounts(names ...string) Option {
	return func(c *Chain) {
		for _, n := range names {
			c.addAccount(n)
		}
	}
}

// WithGenesis edits the genesis state after everything else was put in.
func WithGenesis(edit func(c *Chain, g genesis.State)) Option {
	return func(c *Chain) { c.edits = append(c.edits, edit) }
}

// WithApp changes every application that the chain opens, replays among them, such as by registering callbacks.
func WithApp(hook func(*app.App)) Option {
	return func(c *Chain) { c.hooks = append(c.hooks, hook) }
}

// WithSelector replaces how the application picks transactions for its blocks.
func WithSelector(s proposal.Selector) Option {
	return func(c *Chain) { c.opts.Selector = s }
}

// WithChainID names the chain.
func WithChainID(id string) Option {
	return func(c *Chain) { c.chainID = id }
}

// WithConsensusParams edits the consensus parameters of genesis.
func WithConsensusParams(edit func(*cmtproto.ConsensusParams)) Option {
	return func(c *Chain) { edit(c.params) }
}
