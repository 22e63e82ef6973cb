package keeper_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdkstore "github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/bank"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	"github.com/credence-chain/credence/x/market/keeper"
	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const (
	chainID = "credence-test"
	faucet  = "faucet"
	digest  = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
)

var addresses = address.NewBech32Codec("cred")

// account returns a named account: its address in text and raw.
func account(name string) (string, sdk.AccAddress) {
	h := sha256.Sum256([]byte(name))
	text, err := addresses.BytesToString(h[:20])
	if err != nil {
		panic(err)
	}
	return text, h[:20]
}

func addr(name string) string { text, _ := account(name); return text }

// apps, pools, orgs, beacon and tasks stand in for the modules beside the market.
type apps map[string]struct {
	app     appstypes.App
	version appstypes.Version
}

func (a apps) Resolve(_ context.Context, ref string) (appstypes.App, appstypes.Version, error) {
	found, ok := a[ref]
	if !ok {
		return appstypes.App{}, appstypes.Version{}, fmt.Errorf("nothing is published as %q", ref)
	}
	if found.app.Description == "panics" {
		panic("injected")
	}
	return found.app, found.version, nil
}

type pools map[string]workerstypes.Pool

func (p pools) GetPool(_ context.Context, id string) (workerstypes.Pool, error) {
	pool, ok := p[id]
	if !ok {
		return pool, fmt.Errorf("no pool %q", id)
	}
	return pool, nil
}

// orgs: an account named "org/…" belongs to org; everybody holds every role, but those of revoked organisations.
type orgs struct {
	of      map[string]string
	revoked map[string]bool
}

func (o orgs) Authorize(_ context.Context, a sdk.AccAddress, role orgstypes.Role) (string, error) {
	org := o.of[string(a)]
	if org == "" && role != orgstypes.ROLE_REQUESTER || o.revoked[org] {
		return "", orgstypes.ErrRole.Wrapf("%s", role)
	}
	return org, nil
}

func (o orgs) HasRole(_ context.Context, org string, _ orgstypes.Role) (bool, error) {
	return !o.revoked[org], nil
}

type beacon struct{}

func (beacon) Seed(ctx context.Context) ([]byte, error) {
	seed := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(sdk.UnwrapSDKContext(ctx).BlockHeight())))
	return seed[:], nil
}

// tasks records what was opened; fail says what to do instead.
type tasks struct {
	opened []string
	fail   func(deal types.Deal, index uint64) error
}

func (s *tasks) OpenTask(_ context.Context, deal types.Deal, index uint64) error {
	if s.fail != nil {
		if err := s.fail(deal, index); err != nil {
			return err
		}
	}
	s.opened = append(s.opened, fmt.Sprintf("%s/%d", deal.Id, index))
	return nil
}

// counted counts what is read from and written to the module's store.
type counted struct {
	store.KVStoreService
	reads, writes *int
}

func (c counted) OpenKVStore(ctx context.Context) store.KVStore {
	return countedStore{c.KVStoreService.OpenKVStore(ctx), c.reads, c.writes}
}

type countedStore struct {
	store.KVStore
	reads, writes *int
}

func (c countedStore) Get(k []byte) ([]byte, error) { *c.reads++; return c.KVStore.Get(k) }
func (c countedStore) Has(k []byte) (bool, error)   { *c.reads++; return c.KVStore.Has(k) }
func (c countedStore) Set(k, v []byte) error        { *c.writes++; return c.KVStore.Set(k, v) }
func (c countedStore) Delete(k []byte) error        { *c.writes++; return c.KVStore.Delete(k) }
func (c countedStore) Iterator(s, e []byte) (store.Iterator, error) {
	*c.reads++
	it, err := c.KVStore.Iterator(s, e)
	return countedIterator{it, c.reads}, err
}

type countedIterator struct {
	store.Iterator
	reads *int
}

func (c countedIterator) Next() { *c.reads++; c.Iterator.Next() }

// fixture is the market's keeper over the real accounts and bank, with the bank's virtual sends.
type fixture struct {
	testing.TB
	keeper.Keeper
	ctx  sdk.Context
	bank bankkeeper.BaseKeeper
	cms  storetypes.CommitMultiStore
	okey *storetypes.ObjectStoreKey
	key  *storetypes.KVStoreKey

	apps   apps
	pools  pools
	orgs   orgs
	tasks  *tasks
	reads  int
	writes int
	txs    int
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	f := newFixtureWithoutTasks(tb)
	f.SetTaskHooks(f.tasks)
	return f
}

func newFixtureWithoutTasks(tb testing.TB) *fixture {
	tb.Helper()
	f := &fixture{TB: tb, tasks: &tasks{}, pools: pools{}, apps: apps{}, orgs: orgs{of: map[string]string{}, revoked: map[string]bool{}}}
	db := dbm.NewMemDB()
	cms := sdkstore.NewCommitMultiStore(db, log.NewNopLogger())
	f.key = storetypes.NewKVStoreKey(types.StoreKey)
	authKey, bankKey := storetypes.NewKVStoreKey(authtypes.StoreKey), storetypes.NewKVStoreKey(banktypes.StoreKey)
	f.okey = storetypes.NewObjectStoreKey(banktypes.ObjectStoreKey)
	for _, k := range []*storetypes.KVStoreKey{f.key, authKey, bankKey} {
		cms.MountStoreWithDB(k, storetypes.StoreTypeIAVL, nil)
	}
	cms.MountStoreWithDB(f.okey, storetypes.StoreTypeObject, nil)
	require.NoError(tb, cms.LoadLatestVersion())
	header := cmtproto.Header{ChainID: chainID, Height: 1, Time: time.Unix(1_700_000_000, 0).UTC()}
	f.cms = cms
	f.ctx = sdk.NewContext(cms, header, false, log.NewNopLogger())

	cdc := moduletestutil.MakeTestEncodingConfig(auth.AppModuleBasic{}, bank.AppModuleBasic{}).Codec
	authority := addr("council")
	perms := map[string][]string{types.ModuleName: nil, faucet: {authtypes.Minter}}
	accounts := authkeeper.NewAccountKeeper(cdc, runtime.NewKVStoreService(authKey), authtypes.ProtoBaseAccount, perms, addresses, "cred", authority)
	blocked := map[string]bool{authtypes.NewModuleAddress(types.ModuleName).String(): true}
	_, raw := account("blocked")
	blocked[raw.String()] = true
	f.bank = bankkeeper.NewBaseKeeper(cdc, runtime.NewKVStoreService(bankKey), accounts, blocked, authority, log.NewNopLogger()).WithObjStoreKey(f.okey)
	f.Keeper = keeper.NewKeeper(cdc, counted{runtime.NewKVStoreService(f.key), &f.reads, &f.writes}, addresses,
		accounts, f.bank, f.orgs, f.apps, f.pools, beacon{}, authority)

	require.NoError(tb, accounts.Params.Set(f.ctx, authtypes.DefaultParams()))
	require.NoError(tb, f.bank.SetParams(f.ctx, banktypes.DefaultParams()))
	require.NoError(tb, f.InitGenesis(f.ctx, *types.DefaultGenesis()))
	f.addApp("studio/ray:v1", 10)
	f.addPool("open", "acme")
	f.addPool("second", "bolt")
	return f
}

func (f *fixture) addApp(ref string, price uint64) {
	id, version, _ := strings.Cut(ref, ":")
	org, _, _ := strings.Cut(id, "/")
	a := f.apps[ref]
	a.app = appstypes.App{Id: id, Organisation: org, Owner: addr(org)}
	a.version = appstypes.Version{App: id, Version: version, Digest: digest, Runtime: "wasm", Price: price}
	f.apps[ref] = a
}

// addPool opens a pool whose operator's account has the operator's name.
func (f *fixture) addPool(id, operator string) {
	f.pools[id] = workerstypes.Pool{Id: id, Operator: operator, Runtime: "wasm", Stake: 500}
	_, raw := account(operator)
	f.orgs.of[string(raw)] = operator
}

func (f *fixture) fund(name string, amount uint64) {
	c := sdk.NewCoins(sdk.NewCoin(types.Denom, math.NewIntFromUint64(amount)))
	_, to := account(name)
	require.NoError(f, f.bank.MintCoins(f.ctx, faucet, c))
	require.NoError(f, f.bank.SendCoinsFromModuleToAccount(f.ctx, faucet, to, c))
}

func (f *fixture) balance(name string) uint64 {
	_, a := account(name)
	return f.bank.GetBalance(f.ctx, a, types.Denom).Amount.Uint64()
}

// tx runs fn as a transaction of this block: kept when it succeeds, dropped when it fails.
func (f *fixture) tx(fn func(ctx sdk.Context) error) error {
	f.txs++
	cached, write := f.ctx.WithTxBytes([]byte("tx")).WithTxIndex(f.txs).CacheContext()
	err := fn(cached)
	if err == nil {
		write()
	}
	return err
}

func (f *fixture) submitErr(requester string, nonce uint64, job types.Job) (id string, err error) {
	err = f.tx(func(ctx sdk.Context) error {
		res, err := keeper.NewMsgServer(f.Keeper).SubmitTask(ctx, &types.MsgSubmitTask{Requester: addr(requester), Nonce: nonce, Job: job})
		if err == nil {
			id = res.Id
		}
		return err
	})
	return id, err
}

func (f *fixture) submit(requester string, nonce uint64, job types.Job) string {
	id, err := f.submitErr(requester, nonce, job)
	require.NoError(f, err)
	return id
}

func (f *fixture) cancel(requester, id string) error {
	return f.tx(func(ctx sdk.Context) error {
		_, err := keeper.NewMsgServer(f.Keeper).CancelRequest(ctx, &types.MsgCancelRequest{Requester: addr(requester), Id: id})
		return err
	})
}

func (f *fixture) placeErr(msg types.MsgPlaceOffer) (id string, err error) {
	err = f.tx(func(ctx sdk.Context) error {
		res, err := keeper.NewMsgServer(f.Keeper).PlaceOffer(ctx, &msg)
		if err == nil {
			id = res.Id
		}
		return err
	})
	return id, err
}

// place offers a pool at a price, with the nonce given.
func (f *fixture) place(pool string, nonce, price, maxFuel, volume uint64) string {
	id, err := f.placeErr(types.MsgPlaceOffer{Owner: addr(f.pools[pool].Operator), Nonce: nonce, Pool: pool, Price: price, MaxFuel: maxFuel, Volume: volume})
	require.NoError(f, err)
	return id
}

// endBlock ends the block as the chain does: the market's hook, the bank's, the commit that forgets virtual coins.
func (f *fixture) endBlock() {
	require.NoError(f, f.Keeper.EndBlock(f.ctx))
	require.NoError(f, f.bank.CreditVirtualAccounts(f.ctx))
	objects := f.ctx.ObjectStore(f.okey)
	var keys [][]byte
	it := objects.Iterator(nil, nil)
	for ; it.Valid(); it.Next() {
		keys = append(keys, it.Key())
	}
	require.NoError(f, it.Close()) // an open iterator keeps the store locked
	for _, k := range keys {
		objects.Delete(k)
	}
	require.NoError(f, f.CheckInvariants(f.ctx))
}

// next ends this block and begins the next one.
func (f *fixture) next() {
	f.endBlock()
	f.txs = 0
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithEventManager(sdk.NewEventManager())
	require.NoError(f, f.Keeper.BeginBlock(f.ctx))
}

func (f *fixture) request(id string) types.Request {
	r, err := f.GetRequest(f.ctx, id)
	require.NoError(f, err)
	return r
}

func (f *fixture) deal(request string) types.Deal {
	d, err := f.GetDeal(f.ctx, f.request(request).Deal)
	require.NoError(f, err)
	return d
}

// job is a valid one; change what a test is about.
func job() types.Job {
	return types.Job{App: "studio/ray:v1", Args: []string{"--scene", "teapot"}, Trust: 9_999, MaxPrice: 1_000, FuelLimit: 1_000_000}
}
