package keeper_test

import (
	"context"
	"errors"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
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
	"github.com/credence-chain/credence/x/vouchers/keeper"
	"github.com/credence-chain/credence/x/vouchers/types"
)

const (
	chainID = "credence-test"
	faucet  = "faucet"
	// spender is the account of a module that spends vouchers.
	spender = "spender"
)

// errAny stands for an error of another module.
var errAny = errors.New("any error")

var addresses = address.NewBech32Codec("cred")

// account returns a named account: its address in text and raw.
func account(name string) (string, sdk.AccAddress) {
	raw := sdk.AccAddress(secp256k1.GenPrivKeyFromSecret([]byte(name)).PubKey().Address())
	text, err := addresses.BytesToString(raw)
	if err != nil {
		panic(err)
	}
	return text, raw
}

func addr(name string) string { text, _ := account(name); return text }

// fixture is the keeper over the real accounts and bank, with the bank's virtual sends.
type fixture struct {
	testing.TB
	keeper.Keeper
	ctx  sdk.Context
	bank bankkeeper.BaseKeeper
	okey *storetypes.ObjectStoreKey
	key  *storetypes.KVStoreKey
	txs  int
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	f := &fixture{TB: tb, key: storetypes.NewKVStoreKey(types.StoreKey), okey: storetypes.NewObjectStoreKey(banktypes.ObjectStoreKey)}
	authKey, bankKey := storetypes.NewKVStoreKey(authtypes.StoreKey), storetypes.NewKVStoreKey(banktypes.StoreKey)
	cms := sdkstore.NewCommitMultiStore(dbm.NewMemDB(), log.NewNopLogger())
	for _, k := range []*storetypes.KVStoreKey{f.key, authKey, bankKey} {
		cms.MountStoreWithDB(k, storetypes.StoreTypeIAVL, nil)
	}
	cms.MountStoreWithDB(f.okey, storetypes.StoreTypeObject, nil)
	require.NoError(tb, cms.LoadLatestVersion())
	f.ctx = sdk.NewContext(cms, cmtproto.Header{ChainID: chainID, Height: 1}, false, log.NewNopLogger())

	cdc := moduletestutil.MakeTestEncodingConfig(auth.AppModuleBasic{}, bank.AppModuleBasic{}).Codec
	perms := map[string][]string{types.ModuleName: nil, spender: nil, faucet: {authtypes.Minter}}
	accounts := authkeeper.NewAccountKeeper(cdc, runtime.NewKVStoreService(authKey), authtypes.ProtoBaseAccount, perms, addresses, "cred", addr("council"))
	_, raw := account("blocked")
	blocked := map[string]bool{authtypes.NewModuleAddress(types.ModuleName).String(): true, raw.String(): true}
	f.bank = bankkeeper.NewBaseKeeper(cdc, runtime.NewKVStoreService(bankKey), accounts, blocked, addr("council"), log.NewNopLogger()).WithObjStoreKey(f.okey)
	f.Keeper = keeper.NewKeeper(cdc, runtime.NewKVStoreService(f.key), addresses, accounts, f.bank, addr("council"))
	require.NoError(tb, accounts.Params.Set(f.ctx, authtypes.DefaultParams()))
	require.NoError(tb, f.bank.SetParams(f.ctx, banktypes.DefaultParams()))
	require.NoError(tb, f.InitGenesis(f.ctx, *types.DefaultGenesis()))
	return f
}

func (f *fixture) fund(name string, amount uint64) {
	_, to := account(name)
	require.NoError(f, f.bank.MintCoins(f.ctx, faucet, purse.Coins(amount)))
	require.NoError(f, f.bank.SendCoinsFromModuleToAccount(f.ctx, faucet, to, purse.Coins(amount)))
}

func (f *fixture) balance(name string) uint64 {
	_, a := account(name)
	return f.bank.GetBalance(f.ctx, a, types.Denom).Amount.Uint64()
}

// spent is what the module that spends vouchers has.
func (f *fixture) spent() uint64 {
	return f.bank.GetBalance(f.ctx, authtypes.NewModuleAddress(spender), types.Denom).Amount.Uint64()
}

// spenderPurse is the purse of that module, without its counter.
type spenderPurse struct{ bank bankkeeper.BaseKeeper }

func (p spenderPurse) SendTo(ctx context.Context, module string, amount uint64) error {
	return p.bank.SendCoinsFromModuleToModule(ctx, spender, module, purse.Coins(amount))
}

func (p spenderPurse) Pay(ctx context.Context, to sdk.AccAddress, amount uint64) error {
	return p.bank.SendCoinsFromModuleToAccount(ctx, spender, to, purse.Coins(amount))
}

// runTx runs fn as a transaction of this block: kept when it succeeds, dropped when it fails.
func (f *fixture) runTx(fn func(ctx sdk.Context) error) error {
	f.txs++
	cached, write := f.ctx.WithTxBytes([]byte("tx")).WithTxIndex(f.txs).CacheContext()
	err := fn(cached)
	if err == nil {
		write()
	}
	return err
}

func (f *fixture) tx(fn func(ctx sdk.Context, m types.MsgServer) error) error {
	return f.runTx(func(ctx sdk.Context) error { return fn(ctx, keeper.NewMsgServer(f.Keeper)) })
}

// endBlock ends the block as the chain does: the bank's hook, the vouchers', the commit that forgets virtual coins.
func (f *fixture) endBlock() {
	require.NoError(f, f.bank.CreditVirtualAccounts(f.ctx))
	require.NoError(f, f.Keeper.EndBlock(f.ctx))
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

// until goes on to a height.
func (f *fixture) until(height int64) {
	for f.ctx.BlockHeight() < height {
		f.next()
	}
}

func (f *fixture) voucher(id string) types.Voucher {
	v, err := f.GetVoucher(f.ctx, id)
	require.NoError(f, err)
	return v
}

func (f *fixture) dump() map[string]string {
	out := map[string]string{}
	it := f.ctx.KVStore(f.key).Iterator(nil, nil)
	defer it.Close()
	for ; it.Valid(); it.Next() {
		out[string(it.Key())] = string(it.Value())
	}
	return out
}

func (f *fixture) issueErr(m types.MsgIssueVoucher) (id string, err error) {
	err = f.tx(func(ctx sdk.Context, srv types.MsgServer) error {
		res, err := srv.IssueVoucher(ctx, &m)
		if err == nil {
			id = res.Id
		}
		return err
	})
	return id, err
}

// issue gives the holder a voucher of the issuer's coins.
func (f *fixture) issue(issuer string, nonce uint64, holder string, amount uint64, expiry int64) string {
	id, err := f.issueErr(types.MsgIssueVoucher{Issuer: addr(issuer), Nonce: nonce, Holder: addr(holder), Amount: amount, Expiry: expiry})
	require.NoError(f, err)
	return id
}

func (f *fixture) topUp(issuer, id string, amount uint64, expiry int64) error {
	return f.tx(func(ctx sdk.Context, m types.MsgServer) error {
		_, err := m.TopUpVoucher(ctx, &types.MsgTopUpVoucher{Issuer: addr(issuer), Id: id, Amount: amount, Expiry: expiry})
		return err
	})
}
