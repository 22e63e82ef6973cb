package keeper_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"

	"github.com/credence-chain/credence/poco/contract"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	"github.com/credence-chain/credence/x/workers/keeper"
	"github.com/credence-chain/credence/x/workers/types"
)

const prefix = "cred"

var codecOf = address.NewBech32Codec(prefix)

// orgs is a book of organisations that is plainly right.
type orgs struct {
	of      map[string]string // account -> organisation
	roles   map[string]map[orgstypes.Role]bool
	council string
}

func (o *orgs) HasRole(_ context.Context, org string, role orgstypes.Role) (bool, error) {
	roles, ok := o.roles[org]
	if !ok {
		return false, orgstypes.ErrNotFound.Wrap(org)
	}
	return roles[role], nil
}

func (o *orgs) OrgOf(_ context.Context, addr sdk.AccAddress) (string, bool, error) {
	org, ok := o.of[string(addr)]
	return org, ok, nil
}

func (o *orgs) Authorize(_ context.Context, addr sdk.AccAddress, role orgstypes.Role) (string, error) {
	org := o.of[string(addr)]
	if council := text(addr) == o.council; council && (role == orgstypes.ROLE_AUTHORITY || role == orgstypes.ROLE_POOL_OPERATOR) {
		return "", nil
	}
	if !o.roles[org][role] {
		return "", orgstypes.ErrRole.Wrapf("%s of %q", addr, org)
	}
	return org, nil
}

// counted counts what the module does to its store.
type counted struct {
	store.KVStoreService
	ops *int
}

func (c counted) OpenKVStore(ctx context.Context) store.KVStore {
	return countedStore{c.KVStoreService.OpenKVStore(ctx), c.ops}
}

type countedStore struct {
	store.KVStore
	ops *int
}

func (c countedStore) Get(k []byte) ([]byte, error) { *c.ops++; return c.KVStore.Get(k) }
func (c countedStore) Has(k []byte) (bool, error)   { *c.ops++; return c.KVStore.Has(k) }
func (c countedStore) Set(k, v []byte) error        { *c.ops++; return c.KVStore.Set(k, v) }
func (c countedStore) Delete(k []byte) error        { *c.ops++; return c.KVStore.Delete(k) }
func (c countedStore) Iterator(a, b []byte) (store.Iterator, error) {
	*c.ops++
	return c.KVStore.Iterator(a, b)
}

// fixture is the keeper over the real bank.
type fixture struct {
	t        testing.TB
	ctx      sdk.Context
	k        keeper.Keeper
	bank     bankkeeper.BaseKeeper
	orgs     *orgs
	cdc      codec.Codec
	ops      *int
	store    store.KVStoreService
	council  string
	accounts uint64
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	keys := storetypes.NewKVStoreKeys(types.StoreKey, authtypes.StoreKey, banktypes.StoreKey)
	ctx := testutil.DefaultContextWithKeys(keys, nil, nil).WithBlockHeight(10)
	registry := codectypes.NewInterfaceRegistry()
	authtypes.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	council, err := codecOf.BytesToString(authtypes.NewModuleAddress("gov"))
	require.NoError(t, err)
	perms := map[string][]string{types.ModuleName: {authtypes.Burner}, minttypes.ModuleName: {authtypes.Minter}}
	accounts := authkeeper.NewAccountKeeper(cdc, runtime.NewKVStoreService(keys[authtypes.StoreKey]),
		authtypes.ProtoBaseAccount, perms, codecOf, prefix, council)
	bank := bankkeeper.NewBaseKeeper(cdc, runtime.NewKVStoreService(keys[banktypes.StoreKey]), accounts, nil, council, log.NewNopLogger())
	f := &fixture{
		t: t, ctx: ctx, bank: bank, cdc: cdc, ops: new(int), council: council,
		orgs: &orgs{of: map[string]string{}, roles: map[string]map[orgstypes.Role]bool{}, council: council},
	}
	f.store = counted{runtime.NewKVStoreService(keys[types.StoreKey]), f.ops}
	f.k = keeper.NewKeeper(cdc, f.store, codecOf, accounts, bank, f.orgs, council)
	require.NoError(t, f.k.InitGenesis(ctx, *types.DefaultGenesis()))
	f.setParams(func(p *types.Params) {
		p.MinUnbond = 1 // stakes of tests are a few ucred
		// Pools of tests are small, and their workers keep away often.
		p.JailFloor, p.AbsenceQuota = 0, 1<<20
	})
	return f
}

// address makes up the n-th account.
func address20(n uint64) sdk.AccAddress {
	bz := make([]byte, 20)
	binary.BigEndian.PutUint64(bz, n+1)
	return bz
}

func text(addr sdk.AccAddress) string {
	s, err := codecOf.BytesToString(addr)
	if err != nil {
		panic(err)
	}
	return s
}

// account makes up an account of an organisation with a million CRED; with org "" it belongs to none.
func (f *fixture) account(org string) sdk.AccAddress {
	f.accounts++
	addr := address20(f.accounts)
	coins := sdk.NewCoins(sdk.NewInt64Coin(types.Denom, 1_000_000_000_000))
	require.NoError(f.t, f.bank.MintCoins(f.ctx, minttypes.ModuleName, coins))
	require.NoError(f.t, f.bank.SendCoinsFromModuleToAccount(f.ctx, minttypes.ModuleName, addr, coins))
	if org != "" {
		f.orgs.of[string(addr)] = org
		f.grant(org, true)
	}
	return addr
}

// grant gives an organisation the roles of a worker and a pool operator, or takes them.
func (f *fixture) grant(org string, active bool) {
	f.orgs.roles[org] = map[orgstypes.Role]bool{orgstypes.ROLE_WORKER: active, orgstypes.ROLE_POOL_OPERATOR: active}
}

func (f *fixture) pool(id string, stake uint64) {
	require.NoError(f.t, f.k.CreatePool(f.ctx, types.Pool{Id: id, Operator: "ops", Runtime: contract.RuntimeWasm, Stake: stake}))
}

// worker registers a worker of an organisation and returns its address.
func (f *fixture) worker(org string, slots uint32, stake uint64, pools ...string) string {
	owner, hot := f.account(org), f.account("")
	require.NoError(f.t, f.k.Register(f.ctx, types.Worker{
		Address: text(hot), Owner: text(owner), Organisation: org, Endpoint: "http://w.example:8080",
		Slots: slots, Pools: pools, Bonded: stake,
	}))
	return text(hot)
}

func (f *fixture) get(address string) types.Worker {
	w, err := f.k.GetWorker(f.ctx, address)
	require.NoError(f.t, err)
	return w
}

// setParams replaces parameters.
func (f *fixture) setParams(change func(*types.Params)) {
	p, err := f.k.Params.Get(f.ctx)
	require.NoError(f.t, err)
	change(&p)
	require.NoError(f.t, p.Validate())
	require.NoError(f.t, f.k.Params.Set(f.ctx, p))
}

// block begins the block n further on.
func (f *fixture) block(n int64) {
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + n).WithEventManager(sdk.NewEventManager())
	require.NoError(f.t, f.k.BeginBlock(f.ctx))
}

// evict has a worker evicted and waits until it is.
func (f *fixture) evict(operator, pool, worker string) {
	f.t.Helper()
	res, err := keeper.NewMsgServer(f.k).Evict(f.ctx, &types.MsgEvict{Operator: operator, Pool: pool, Worker: worker})
	require.NoError(f.t, err)
	f.block(res.Height - f.ctx.BlockHeight())
	require.NotContains(f.t, f.get(worker).Pools, pool)
}

// drawable reads the arrays of a pool through the interface of draws.
func (f *fixture) drawable(pool string) (orgs []string, workers map[string][]string) {
	n, err := f.k.EligibleOrgs(f.ctx, pool)
	require.NoError(f.t, err)
	workers = map[string][]string{}
	for i := range n {
		org, members, err := f.k.EligibleOrgAt(f.ctx, pool, i)
		require.NoError(f.t, err)
		pos, found, err := f.k.EligiblePosition(f.ctx, pool, org)
		require.NoError(f.t, err)
		require.True(f.t, found)
		require.Equal(f.t, i, pos, "position of %s", org)
		orgs = append(orgs, org)
		for j := range members {
			w, err := f.k.EligibleMemberAt(f.ctx, pool, org, j)
			require.NoError(f.t, err)
			workers[org] = append(workers[org], w)
		}
		_, err = f.k.EligibleMemberAt(f.ctx, pool, org, members)
		require.ErrorIs(f.t, err, types.ErrNoSuchPosition)
	}
	_, _, err = f.k.EligibleOrgAt(f.ctx, pool, n)
	require.ErrorIs(f.t, err, types.ErrNoSuchPosition)
	return orgs, workers
}

func (f *fixture) balance(addr string) uint64 {
	bz, err := codecOf.StringToBytes(addr)
	require.NoError(f.t, err)
	return f.bank.GetBalance(f.ctx, bz, types.Denom).Amount.Uint64()
}

// check fails unless every invariant holds.
func (f *fixture) check() {
	f.t.Helper()
	require.NoError(f.t, f.k.CheckInvariants(f.ctx))
}
