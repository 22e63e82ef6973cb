package keeper_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	corestore "cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/internal/compact"
	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/purse"
	"github.com/credence-chain/credence/internal/retention"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/deals/keeper"
	"github.com/credence-chain/credence/x/deals/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
)

const (
	each    = 130 // escrow of one task of someDeal: 3 seats of 40, and 10 for the app
	wealth  = 100_000
	council = "council"
)

var addresses = address.NewBech32Codec("cred")

// account is a named account's raw address.
func account(name string) sdk.AccAddress { return sdk.AccAddress(fmt.Sprintf("%-20s", name)) }

// addr is a named account's address in text.
func addr(name string) string {
	text, err := addresses.BytesToString(account(name))
	if err != nil {
		panic(err)
	}
	return text
}

// idOf is the id of a thing with a name.
func idOf(name string) string { return ids.Format(sha256.Sum256([]byte(name))) }

// rawID is the same id as the state has it.
func rawID(name string) []byte {
	raw := sha256.Sum256([]byte(name))
	return raw[:]
}

var errShort = errors.New("too few coins")

// bank keeps balances by address. It does not forget when a cache of the state is dropped, so that a test in which a step
// fails after money moved has to look at the counters, which do.
type bank struct {
	has     map[string]uint64
	blocked map[string]bool
	// together has the number of accounts of each payment to several.
	together []int
}

func module(name string) sdk.AccAddress { return authtypes.NewModuleAddress(name) }

func (b *bank) move(from, to sdk.AccAddress, coins sdk.Coins) error {
	n := coins.AmountOf(types.Denom).Uint64()
	if b.has[string(from)] < n {
		return errShort
	}
	b.has[string(from)] -= n
	b.has[string(to)] += n
	return nil
}

func (b *bank) SendCoinsFromAccountToModule(_ context.Context, from sdk.AccAddress, to string, coins sdk.Coins) error {
	return b.move(from, module(to), coins)
}

func (b *bank) SendCoinsFromAccountToModuleVirtual(_ context.Context, from sdk.AccAddress, to string, coins sdk.Coins) error {
	return b.move(from, module(to), coins)
}

func (b *bank) SendCoinsFromModuleToAccount(_ context.Context, from string, to sdk.AccAddress, coins sdk.Coins) error {
	return b.move(module(from), to, coins)
}

func (b *bank) SendCoinsFromModuleToModule(_ context.Context, from, to string, coins sdk.Coins) error {
	return b.move(module(from), module(to), coins)
}

func (b *bank) SendCoinsFromModuleToAccounts(_ context.Context, from string, credits []purse.Credit) error {
	b.together = append(b.together, len(credits))
	for _, c := range credits {
		if err := b.move(module(from), c.To, c.Coins); err != nil {
			return err
		}
	}
	return nil
}

func (b *bank) BurnCoins(_ context.Context, from string, coins sdk.Coins) error {
	return b.move(module(from), account("nobody"), coins)
}

func (b *bank) GetBalance(_ context.Context, who sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewInt64Coin(denom, int64(b.has[string(who)]))
}

func (b *bank) SpendableCoin(ctx context.Context, who sdk.AccAddress, denom string) sdk.Coin {
	return b.GetBalance(ctx, who, denom)
}

func (b *bank) BlockedAddr(who sdk.AccAddress) bool { return b.blocked[string(who)] }

type accounts struct{}

func (accounts) GetModuleAddress(name string) sdk.AccAddress                 { return module(name) }
func (accounts) GetModuleAccount(context.Context, string) sdk.ModuleAccountI { return nil }

// vouchers have one pot each, whose coins are the vouchers module's.
type vouchers struct {
	bank *bank
	pots map[string]uint64
}

func (v *vouchers) SpendVoucher(_ context.Context, id string, amount uint64, to string) error {
	if v.pots[id] < amount {
		return voucherstypes.ErrBalance
	}
	v.pots[id] -= amount
	return v.bank.move(module(voucherstypes.ModuleName), module(to), purse.Coins(amount))
}

func (v *vouchers) RefundVoucher(ctx context.Context, id string, amount uint64, from voucherstypes.Purse) error {
	v.pots[id] += amount
	return from.SendTo(ctx, voucherstypes.ModuleName, amount)
}

// market keeps what orders were given back, and has the files of every job.
type market struct {
	released map[string]uint64
	refuses  string // an order to which nothing can be given back
	pruned   []string
	clings   bool // it fails when it is told that a deal is pruned
	ended    []string
}

func (m *market) DealEnded(_ context.Context, d types.Deal) error {
	m.ended = append(m.ended, d.Id)
	return nil
}

func (m *market) DealPruned(_ sdk.Context, d types.Deal) error {
	if m.clings {
		return errors.New("injected")
	}
	m.pruned = append(m.pruned, d.Id)
	return nil
}

func (m *market) ReleaseVolume(_ sdk.Context, order string, tasks uint64, _ string) error {
	if order == m.refuses {
		return errors.New("the order is gone")
	}
	m.released[order] += tasks
	return nil
}

func (m *market) JobFiles(_ context.Context, request string) (types.JobFiles, error) {
	return types.JobFiles{Args: []string{"of " + request}, Inputs: []*types.Input{{Name: "in"}}, Execution: &types.Execution{Stdout: "log"}}, nil
}

// tasks keeps which tasks were opened, in their order.
type tasks struct {
	opened []string
	fails  map[string]bool // tasks that can not be opened, with an error
	panics map[string]bool // and with a panic
	policy retention.Policy
}

func (t *tasks) Result(_ context.Context, task string) (string, bool, error) {
	return "digest of " + task, true, nil
}

func (t *tasks) OnchainOf(_ context.Context, task string) ([]byte, bool, error) {
	return []byte("kept of " + task), true, nil
}

func (t *tasks) Pruning(context.Context) (retention.Policy, error) { return t.policy, nil }

// taskName is how tests call the task of an index.
func taskName(deal string, index uint64) string { return fmt.Sprintf("%s/%d", deal[:8], index) }

func (t *tasks) OpenTask(_ context.Context, d types.Deal, index uint64) error {
	name := taskName(d.Id, index)
	switch {
	case t.fails[name]:
		return errors.New("injected")
	case t.panics[name]:
		panic("injected")
	}
	t.opened = append(t.opened, name)
	return nil
}

// fixture is the keeper of deals with stand-ins for the modules around it.
type fixture struct {
	testing.TB
	keeper.Keeper
	ctx      sdk.Context
	bank     *bank
	vouchers *vouchers
	market   *market
	tasks    *tasks
	fails    func(op string, key, value []byte) bool // says of a "get" or "set" of the module's store whether it fails
}

// faulty is the module's store, of which a test has some calls fail.
type faulty struct {
	corestore.KVStoreService
	f *fixture
}

func (s faulty) OpenKVStore(ctx context.Context) corestore.KVStore {
	return faultyStore{s.KVStoreService.OpenKVStore(ctx), s.f}
}

type faultyStore struct {
	corestore.KVStore
	f *fixture
}

func (s faultyStore) check(op string, key, value []byte) error {
	if s.f.fails != nil && s.f.fails(op, key, value) {
		return errors.New("injected")
	}
	return nil
}

func (s faultyStore) Get(key []byte) ([]byte, error) {
	if err := s.check("get", key, nil); err != nil {
		return nil, err
	}
	return s.KVStore.Get(key)
}

func (s faultyStore) Set(key, value []byte) error {
	if err := s.check("set", key, value); err != nil {
		return err
	}
	return s.KVStore.Set(key, value)
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	f := newFixtureOf(tb, nil)
	require.NoError(tb, f.InitGenesis(f.ctx, *types.DefaultGenesis()))
	return f
}

// newFixtureOf has an empty state, and the coins of another fixture, or of people who have some.
func newFixtureOf(tb testing.TB, like *fixture) *fixture {
	tb.Helper()
	f := &fixture{
		TB: tb, bank: &bank{has: map[string]uint64{}, blocked: map[string]bool{string(account("blocked")): true}},
		market: &market{released: map[string]uint64{}}, tasks: &tasks{fails: map[string]bool{}, panics: map[string]bool{}},
	}
	f.vouchers = &vouchers{f.bank, map[string]uint64{idOf("voucher"): wealth}}
	for _, who := range []sdk.AccAddress{account("requester"), account("sponsor"), account("blocked"), module("market"), module(voucherstypes.ModuleName)} {
		f.bank.has[string(who)] = wealth
	}
	if like != nil {
		f.bank.has = maps.Clone(like.bank.has)
	}
	store := storetypes.NewKVStoreKey(types.StoreKey)
	f.ctx = testutil.DefaultContext(store, storetypes.NewTransientStoreKey("transient")).WithBlockHeight(5)
	f.Keeper = keeper.NewKeeper(moduletestutil.MakeTestEncodingConfig().Codec, faulty{runtime.NewKVStoreService(store), f}, addresses,
		accounts{}, f.bank, f.vouchers, running{}, addr(council))
	compact.CheckRemembered.Store(true)
	deals := f.Deals.ValueCodec()
	tb.Cleanup(func() { assert.NoError(tb, compact.Unchanged(deals)) })
	f.SetMarketHooks(f.market)
	f.SetTaskHooks(f.tasks)
	return f
}

// someTerms give a task an escrow of each.
func someTerms() types.Terms {
	return types.Terms{
		Policy: poco.DefaultPolicy, Trust: 100, AppPrice: 10, Price: 40, MaxSeats: 3, FuelLimit: 1_000, MaxAttempts: 3,
		CommitBlocks: 10, RevealBlocks: 10, CourtBlocks: 10, CourtRevealBlocks: 10, WaitBlocks: 10, RetryBlocks: 10,
	}
}

// someDeal is a deal of a bag of its own.
func someDeal(name string, size uint64) types.Deal {
	return types.Deal{
		Id: idOf(name), Request: idOf("request of " + name), PoolOrder: idOf("pool order"), Pool: "north", Requester: addr("requester"),
		App: "studio/ray", AppVersion: "1", AppOwner: addr("studio"), PoolOwner: addr("acme"), Runtime: "wasm", Beneficiary: addr("requester"),
		Terms: someTerms(), Size_: size, Bag: size, Height: 5,
	}
}

// makeDeal makes a deal that is paid by the requester unless it names another.
func (f *fixture) makeDeal(d types.Deal) types.Deal {
	f.Helper()
	d, err := f.MakeDeal(f.ctx, d, nil)
	require.NoError(f, err)
	return d
}

// deal is a deal as it is now.
func (f *fixture) deal(name string) types.Deal {
	f.Helper()
	d, err := f.GetDeal(f.ctx, idOf(name))
	require.NoError(f, err)
	return d
}

// beginBlocks begins so many blocks.
func (f *fixture) beginBlocks(n int) {
	f.Helper()
	for range n {
		f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
		require.NoError(f, f.BeginBlock(f.ctx))
		require.NoError(f, f.CheckInvariants(f.ctx))
	}
}

// settle ends a task of a deal: a payment to the worker for each amount, and the rest back.
func (f *fixture) settle(name string, index uint64, accepted bool, pays ...uint64) error {
	s := types.TaskSettlement{Deal: idOf(name), Task: idOf(fmt.Sprint(name, index)), Index: index, Refund: each, Accepted: accepted}
	for _, amount := range pays {
		s.Pays = append(s.Pays, types.EscrowPay{To: account("worker"), Amount: amount})
		s.Refund -= amount
	}
	return f.Settle(f.ctx, s)
}

// releaseAll gives all volume back that is due, and returns to how many orders.
func (f *fixture) releaseAll() (orders int) {
	f.Helper()
	for {
		n, found, err := f.ReleaseNext(f.ctx)
		require.NoError(f, err)
		if !found {
			return orders
		}
		orders += n
	}
}

// requireBalance checks what an account has.
func (f *fixture) requireBalance(name string, want int) {
	f.Helper()
	require.EqualValues(f, want, f.bank.has[string(account(name))], name)
}

// running is a chain that is not paused.
type running struct{}

func (running) IsPaused(context.Context) (bool, error) { return false, nil }
