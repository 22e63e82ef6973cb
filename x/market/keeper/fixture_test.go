package keeper_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
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

	"github.com/credence-chain/credence/internal/purse"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealskeeper "github.com/credence-chain/credence/x/deals/keeper"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	"github.com/credence-chain/credence/x/market/keeper"
	"github.com/credence-chain/credence/x/market/types"
	supplykeeper "github.com/credence-chain/credence/x/supply/keeper"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	voucherskeeper "github.com/credence-chain/credence/x/vouchers/keeper"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const (
	chainID = "credence-test"
	faucet  = "faucet"
	digest  = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
)

// fixture is the market's keeper over the real accounts and bank, with the bank's virtual sends.
type fixture struct {
	testing.TB
	keeper.Keeper
	ctx  sdk.Context
	bank bankkeeper.BaseKeeper
	cdc  codec.Codec
	cms  storetypes.CommitMultiStore
	okey *storetypes.ObjectStoreKey
	keys map[string]*storetypes.KVStoreKey // of the market and of the modules beneath it that keep its money

	vouchers voucherskeeper.Keeper
	dealing  dealskeeper.Keeper

	apps    apps
	pools   pools
	orgs    orgs
	tasks   *tasks
	council council
	// evidence is what nobody takes, by the names of verifiers and runtimes.
	evidence evidence
	reads    int
	writes   int
	txs      int
}

// The bank checks the accounts of a settlement by the process's own prefix of addresses, as a node sets it.
func init() { sdk.GetConfig().SetBech32PrefixForAccount("cred", "credpub") }

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	f := newFixtureWithoutTasks(tb)
	f.dealing.SetTaskHooks(f.tasks)
	return f
}

// newFixtureWithoutTasks has an app, three datasets and two pools, and an empty book.
func newFixtureWithoutTasks(tb testing.TB) *fixture {
	tb.Helper()
	f := &fixture{TB: tb, tasks: &tasks{}, orgs: orgs{of: map[string]string{}, revoked: map[string]bool{}}}
	f.evidence = evidence{}
	f.apps = apps{orgs: f.orgs, read: &f.reads}
	f.apps.apps = map[string]struct {
		appstypes.App
		appstypes.Version
	}{}
	f.apps.datasets = map[string]struct {
		appstypes.Dataset
		appstypes.DatasetVersion
	}{}
	f.pools = pools{map[string]workerstypes.Pool{}, map[string]uint64{}, f.orgs}
	f.cms = sdkstore.NewCommitMultiStore(dbm.NewMemDB(), log.NewNopLogger())
	f.keys = storetypes.NewKVStoreKeys(types.StoreKey, dealstypes.StoreKey, voucherstypes.StoreKey, supplytypes.StoreKey)
	authKey, bankKey := storetypes.NewKVStoreKey(authtypes.StoreKey), storetypes.NewKVStoreKey(banktypes.StoreKey)
	f.okey = storetypes.NewObjectStoreKey(banktypes.ObjectStoreKey)
	for _, k := range append(slices.Collect(maps.Values(f.keys)), authKey, bankKey) {
		f.cms.MountStoreWithDB(k, storetypes.StoreTypeIAVL, nil)
	}
	f.cms.MountStoreWithDB(f.okey, storetypes.StoreTypeObject, nil)
	require.NoError(tb, f.cms.LoadLatestVersion())
	header := cmtproto.Header{ChainID: chainID, Height: 1, Time: time.Unix(1_700_000_000, 0).UTC()}
	f.ctx = sdk.NewContext(f.cms, header, false, log.NewNopLogger())

	f.cdc = moduletestutil.MakeTestEncodingConfig(auth.AppModuleBasic{}, bank.AppModuleBasic{}).Codec
	authority := addr("council")
	perms := map[string][]string{types.ModuleName: nil, dealstypes.ModuleName: {authtypes.Burner}, voucherstypes.ModuleName: nil, faucet: {authtypes.Minter}}
	accounts := authkeeper.NewAccountKeeper(f.cdc, runtime.NewKVStoreService(authKey), authtypes.ProtoBaseAccount, perms, addresses, "cred", authority)
	_, raw := account("blocked")
	blocked := map[string]bool{authtypes.NewModuleAddress(types.ModuleName).String(): true, authtypes.NewModuleAddress(dealstypes.ModuleName).String(): true, authtypes.NewModuleAddress(voucherstypes.ModuleName).String(): true, raw.String(): true}
	f.bank = bankkeeper.NewBaseKeeper(f.cdc, runtime.NewKVStoreService(bankKey), accounts, blocked, authority, log.NewNopLogger()).WithObjStoreKey(f.okey)
	store := func(name string) counted {
		return counted{runtime.NewKVStoreService(f.keys[name]), &f.reads, &f.writes}
	}
	f.vouchers = voucherskeeper.NewKeeper(f.cdc, store(voucherstypes.StoreKey), addresses, accounts, f.bank, authority)
	supply := supplykeeper.NewKeeper(f.cdc, runtime.NewKVStoreService(f.keys[supplytypes.StoreKey]), addresses, accounts, f.bank)
	f.dealing = dealskeeper.NewKeeper(f.cdc, store(dealstypes.StoreKey), addresses, accounts, supply.CountAs(supplytypes.Premiums, f.bank), f.vouchers, &f.council, authority)
	f.Keeper = keeper.NewKeeper(f.cdc, store(types.StoreKey), addresses,
		accounts, f.bank, f.orgs, f.apps, f.pools, f.vouchers, f.dealing, beacon{}, &f.council, f.evidence, f.evidence, authority)
	f.dealing.SetMarketHooks(f.Keeper)

	require.NoError(tb, accounts.Params.Set(f.ctx, authtypes.DefaultParams()))
	require.NoError(tb, f.bank.SetParams(f.ctx, banktypes.DefaultParams()))
	require.NoError(tb, f.vouchers.InitGenesis(f.ctx, *voucherstypes.DefaultGenesis()))
	require.NoError(tb, f.dealing.InitGenesis(f.ctx, *dealstypes.DefaultGenesis()))
	require.NoError(tb, f.InitGenesis(f.ctx, *types.DefaultGenesis()))
	f.addApp("studio/ray:v1", 10)
	for _, ref := range []string{"data/aa:v1", "data/bb:v1", "data/cc:v1"} {
		f.addDataset(ref, 5)
	}
	f.addPool("open", "acme")
	f.addPool("second", "bolt")
	return f
}

func (f *fixture) member(name, org string) {
	_, raw := account(name)
	f.orgs.of[string(raw)] = org
}

// addApp publishes an app of the organisation whose account has its name.
func (f *fixture) addApp(ref string, price uint64) {
	id, version, _ := strings.Cut(ref, ":")
	org, _, _ := strings.Cut(id, "/")
	a := f.apps.apps[ref]
	a.App = appstypes.App{Id: id, Organisation: org, Owner: addr(org)}
	a.Version = appstypes.Version{App: id, Version: version, Digest: digest, Runtime: "wasm", Price: price}
	f.apps.apps[ref] = a
	f.member(org, org)
}

func (f *fixture) addDataset(ref string, price uint64) {
	id, version, _ := strings.Cut(ref, ":")
	org, _, _ := strings.Cut(id, "/")
	d := f.apps.datasets[ref]
	d.Dataset = appstypes.Dataset{Id: id, Organisation: org, Owner: addr(org)}
	d.DatasetVersion = appstypes.DatasetVersion{Dataset: id, Version: version, Digest: digest, Price: price}
	f.apps.datasets[ref] = d
	f.member(org, org)
}

// setApp, setDataset and setPool change what was published.
func (f *fixture) setApp(ref string, change func(a *appstypes.App, v *appstypes.Version)) {
	a := f.apps.apps[ref]
	change(&a.App, &a.Version)
	f.apps.apps[ref] = a
}

func (f *fixture) setDataset(ref string, change func(d *appstypes.Dataset, v *appstypes.DatasetVersion)) {
	d := f.apps.datasets[ref]
	change(&d.Dataset, &d.DatasetVersion)
	f.apps.datasets[ref] = d
}

func (f *fixture) setPool(id string, change func(p *workerstypes.Pool)) {
	p := f.pools.pools[id]
	change(&p)
	f.pools.pools[id] = p
}

func (f *fixture) setParams(change func(p *types.Params)) {
	p, err := f.Params.Get(f.ctx)
	require.NoError(f, err)
	change(&p)
	require.NoError(f, f.Params.Set(f.ctx, p))
}

// addPool opens a pool whose operator's account has the operator's name.
func (f *fixture) addPool(id, operator string) {
	f.pools.pools[id] = workerstypes.Pool{
		Id: id, Operator: operator, Runtime: "wasm", Stake: 500, MaxCommissionBps: 2_000, Capabilities: []string{"eu", "gpu", "tee"},
	}
	f.member(operator, operator)
}

// setDealParams changes the parameters of deals.
func (f *fixture) setDealParams(change func(p *dealstypes.Params)) {
	p, err := f.dealing.Params.Get(f.ctx)
	require.NoError(f, err)
	change(&p)
	require.NoError(f, f.dealing.Params.Set(f.ctx, p))
}

func (f *fixture) fund(name string, amount uint64) {
	c := sdk.NewCoins(sdk.NewCoin(types.Denom, math.NewIntFromUint64(amount)))
	_, to := account(name)
	require.NoError(f, f.bank.MintCoins(f.ctx, faucet, c))
	require.NoError(f, f.bank.SendCoins(f.ctx, authtypes.NewModuleAddress(faucet), to, c))
}

func (f *fixture) balance(name string) uint64 {
	_, a := account(name)
	return f.bank.GetBalance(f.ctx, a, types.Denom).Amount.Uint64()
}

// tx runs fn as a transaction of this block: kept when it succeeds, dropped when it fails.
func (f *fixture) tx(fn func(ctx sdk.Context, m types.MsgServer) error) error {
	return f.runTx(func(ctx sdk.Context) error { return fn(ctx, keeper.NewMsgServer(f.Keeper)) })
}

// voucherTx does so with messages of vouchers.
func (f *fixture) voucherTx(fn func(ctx sdk.Context, m voucherstypes.MsgServer) error) error {
	return f.runTx(func(ctx sdk.Context) error { return fn(ctx, voucherskeeper.NewMsgServer(f.vouchers)) })
}

func (f *fixture) runTx(fn func(ctx sdk.Context) error) error {
	f.txs++
	cached, write := f.ctx.WithTxBytes([]byte("tx")).WithTxIndex(f.txs).CacheContext()
	err := fn(cached)
	if err == nil {
		write()
	}
	return err
}

// endBlock ends the block as the chain does: the market's hook, the bank's, the vouchers', the commit that forgets virtual
// coins.
func (f *fixture) endBlock() {
	require.NoError(f, f.Keeper.EndBlock(f.ctx))
	require.NoError(f, f.bank.CreditVirtualAccounts(f.ctx))
	require.NoError(f, f.vouchers.EndBlock(f.ctx))
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
	f.checkInvariants()
}

// solvency sums the coins and the debts of the modules that keep the market's money.
func (f *fixture) solvency() (held, owed uint64) {
	for _, of := range []func(context.Context) (purse.Balance, error){f.vouchers.Solvency, f.dealing.Solvency, f.Solvency} {
		b, err := of(f.ctx)
		require.NoError(f, err)
		held, owed = held+b.Held.Uint64(), owed+b.Owed.Uint64()
	}
	return held, owed
}

func (f *fixture) checkInvariants() {
	require.NoError(f, f.vouchers.CheckInvariants(f.ctx))
	require.NoError(f, f.dealing.CheckInvariants(f.ctx))
	require.NoError(f, f.CheckInvariants(f.ctx))
}

// beginBlock begins the block as the chain does.
func (f *fixture) beginBlock() {
	require.NoError(f, f.vouchers.BeginBlock(f.ctx))
	require.NoError(f, f.Keeper.BeginBlock(f.ctx))
	require.NoError(f, f.dealing.BeginBlock(f.ctx))
}

// next ends this block and begins the next one.
func (f *fixture) next() {
	f.endBlock()
	f.txs = 0
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1).WithEventManager(sdk.NewEventManager())
	f.beginBlock()
}

// until goes on to a height.
func (f *fixture) until(height int64) {
	for f.ctx.BlockHeight() < height {
		f.next()
	}
}

func (f *fixture) height() int64 { return f.ctx.BlockHeight() }

func (f *fixture) order(id string) types.OrderRecord {
	r, err := f.GetOrder(f.ctx, id)
	require.NoError(f, err)
	return r
}

func (f *fixture) request(id string) types.Request {
	r, err := f.GetRequest(f.ctx, id)
	require.NoError(f, err)
	return r
}

func (f *fixture) voucher(id string) voucherstypes.Voucher {
	v, err := f.vouchers.GetVoucher(f.ctx, id)
	require.NoError(f, err)
	return v
}

// deal returns the first deal of a request, as a worker is told it.
func (f *fixture) deal(request string) dealstypes.Deal {
	res, err := dealskeeper.NewQueryServer(f.dealing).Deal(f.ctx, &dealstypes.QueryDealRequest{Id: f.request(request).Deal})
	require.NoError(f, err)
	return res.Deal
}

// deals returns all deals of a request, in the order of their first tasks.
func (f *fixture) deals(request string) (out []dealstypes.Deal) {
	g, err := f.dealing.ExportGenesis(f.ctx)
	require.NoError(f, err)
	for first := uint64(0); ; {
		found := false
		for _, d := range g.Deals {
			if d.Request == request && d.First == first {
				out, first, found = append(out, d), first+d.Size_, true
				break
			}
		}
		if !found {
			return out
		}
	}
}

// settle ends a task of a request's first deal without a result.
func (f *fixture) settle(d dealstypes.Deal) {
	each, err := d.Terms.Escrow()
	require.NoError(f, err)
	require.NoError(f, f.settleTask(d.Id, 0, nil, each, false))
}

// settleTask ends one task of a deal.
func (f *fixture) settleTask(deal string, index uint64, pays []dealstypes.EscrowPay, refund uint64, accepted bool) error {
	return f.dealing.Settle(f.ctx, dealstypes.TaskSettlement{Deal: deal, Task: "task", Index: index, Pays: pays, Refund: refund, Accepted: accepted})
}

func (f *fixture) dump() map[string]string {
	out := map[string]string{}
	for name, key := range f.keys {
		it := f.ctx.KVStore(key).Iterator(nil, nil)
		for ; it.Valid(); it.Next() {
			out[name+"/"+string(it.Key())] = string(it.Value())
		}
		require.NoError(f, it.Close())
	}
	return out
}

// events returns the typed events of a kind that this block has had so far.
func events[E sdk.Msg](f *fixture) (out []E) {
	for _, e := range f.ctx.EventManager().ABCIEvents() {
		msg, err := sdk.ParseTypedEvent(e)
		if err != nil {
			continue // the bank's
		}
		if typed, ok := msg.(E); ok {
			out = append(out, typed)
		}
	}
	return out
}

// job is a valid one; change what a test is about.
func job() types.Job {
	return types.Job{App: "studio/ray:v1", Args: []string{"--scene", "teapot"}, Trust: 9_999, MaxPrice: 1_000, FuelLimit: 1_000_000}
}

// pool returns a change of a pool: "stake" makes its orders stale, "fair" undoes it.
func pool(what string) func(p *workerstypes.Pool) {
	return func(p *workerstypes.Pool) { p.Stake = map[string]uint64{"stake": 501, "fair": 500}[what] }
}
