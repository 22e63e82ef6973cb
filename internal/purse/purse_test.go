package purse_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/credence-chain/credence/internal/purse"
)

const rich = 1_000

var ann = sdk.AccAddress("ann_________________")

// bank keeps balances by account. Virtual sends enter the balance when credit is called.
type bank struct {
	has     map[string]int64
	virtual map[string]int64
}

var (
	errShort = errors.New("too few coins")
	errTwice = errors.New("an account is named twice")
)

func address(module string) string { return string(authtypes.NewModuleAddress(module)) }

func (b bank) move(from, to string, amount sdk.Coins, into map[string]int64) error {
	n := amount.AmountOf(purse.Denom).Int64()
	if b.has[from] < n {
		return errShort
	}
	b.has[from] -= n
	into[to] += n
	return nil
}

func (b bank) SendCoinsFromAccountToModule(_ context.Context, from sdk.AccAddress, to string, amount sdk.Coins) error {
	return b.move(string(from), address(to), amount, b.has)
}

func (b bank) SendCoinsFromAccountToModuleVirtual(_ context.Context, from sdk.AccAddress, to string, amount sdk.Coins) error {
	return b.move(string(from), address(to), amount, b.virtual)
}

func (b bank) SendCoinsFromModuleToAccount(_ context.Context, from string, to sdk.AccAddress, amount sdk.Coins) error {
	return b.move(address(from), string(to), amount, b.has)
}

func (b bank) SendCoinsFromModuleToAccounts(_ context.Context, from string, credits []purse.Credit) error {
	seen := map[string]bool{}
	for _, c := range credits {
		if seen[string(c.To)] {
			return errTwice
		}
		seen[string(c.To)] = true
		if err := b.move(address(from), string(c.To), c.Coins, b.has); err != nil {
			return err
		}
	}
	return nil
}

func (b bank) BurnCoins(_ context.Context, from string, amount sdk.Coins) error {
	return b.move(address(from), "burnt", amount, b.has)
}

func (b bank) SendCoinsFromModuleToModule(_ context.Context, from, to string, amount sdk.Coins) error {
	return b.move(address(from), address(to), amount, b.has)
}

func (b bank) GetBalance(_ context.Context, who sdk.AccAddress, denom string) sdk.Coin {
	return sdk.NewInt64Coin(denom, b.has[string(who)])
}

func (b bank) credit() {
	for who, n := range b.virtual {
		b.has[who] += n
	}
	clear(b.virtual)
}

type accounts struct{}

func (accounts) GetModuleAddress(name string) sdk.AccAddress                 { return authtypes.NewModuleAddress(name) }
func (accounts) GetModuleAccount(context.Context, string) sdk.ModuleAccountI { return nil }

// newPurse returns the purse of the module "one" with its context and bank.
func newPurse(t *testing.T) (sdk.Context, purse.Purse, bank) {
	key := storetypes.NewKVStoreKey("test")
	b := bank{has: map[string]int64{string(ann): rich}, virtual: map[string]int64{}}
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(key))
	p := purse.New(sb, collections.NewPrefix(0), collections.NewPrefix(1), "one", accounts{}, b)
	_, err := sb.Build()
	require.NoError(t, err)
	return testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient")), p, b
}

func TestDepositsOfTransactionsAreFolded(t *testing.T) {
	ctx, p, b := newPurse(t)
	tx := ctx.WithTxBytes([]byte("tx"))
	require.NoError(t, p.Deposit(tx, ann, []byte("a"), 100))
	require.NoError(t, p.Deposit(tx, ann, []byte("a"), 20))
	require.NoError(t, p.Deposit(tx, ann, []byte("b"), 3))
	require.NoError(t, p.Deposit(tx, ann, []byte("c"), 0))
	require.ErrorIs(t, p.Deposit(tx, ann, []byte("c"), rich), errShort)
	require.NoError(t, p.Expect(tx, []byte("d"), 7))
	require.NoError(t, p.Check(ctx, math.ZeroInt()), "within the block it is in neither")
	require.NoError(t, p.Fold(ctx))
	b.credit()
	b.has[address("one")] += 7 // the expected coins have come
	require.NoError(t, p.Check(ctx, math.NewInt(130)))
	require.NoError(t, p.Fold(ctx))
	require.NoError(t, p.Check(ctx, math.NewInt(130)), "each is counted once")
}

func TestBlockHooksMoveAtOnce(t *testing.T) {
	ctx, p, b := newPurse(t)
	require.NoError(t, p.Deposit(ctx, ann, []byte("a"), 100))
	require.NoError(t, p.Take(ctx, ann, 50))
	require.ErrorIs(t, p.Take(ctx, ann, rich), errShort)
	require.NoError(t, p.Check(ctx, math.NewInt(150)))
	require.NoError(t, p.Pay(ctx, ann, 30))
	require.NoError(t, p.SendTo(ctx, "two", 20))
	require.NoError(t, p.Check(ctx, math.NewInt(100)))
	require.EqualValues(t, 20, b.has[address("two")])
	require.NoError(t, p.Pay(ctx, ann, 0))
	require.NoError(t, p.SendTo(ctx, "two", 0))
	require.NoError(t, p.Take(ctx, ann, 0))

	b.has[address("one")] += 5
	require.ErrorIs(t, p.Pay(ctx, ann, 101), purse.ErrInsolvent, "more than is owed, though the coins are there")
	require.ErrorIs(t, p.Check(ctx, math.NewInt(99)), purse.ErrInsolvent)
	b.has[address("one")] = 99
	require.ErrorIs(t, p.Check(ctx, math.NewInt(100)), purse.ErrInsolvent)
}

func TestOpen(t *testing.T) {
	ctx, p, b := newPurse(t)
	require.ErrorIs(t, p.Open(ctx, math.NewInt(5)), purse.ErrInsolvent)
	b.has[address("one")] = 6
	require.NoError(t, p.Open(ctx, math.NewInt(5)))
	m, err := p.Balance(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"6", "5"}, []string{m.Held.String(), m.Owed.String()})
	require.True(t, m.Solvent())
	require.EqualValues(t, 5, purse.Saturate(m.Owed))
	require.EqualValues(t, uint64(1<<64-1), purse.Saturate(math.NewIntFromUint64(1<<64-1).AddRaw(1)))
}

// TestPayAndBurnIsEachPaymentAlone: paying all at once and paying one by one leave the same balances and the same sum owed. The bank is
// given each account once.
func TestPayAndBurnIsEachPaymentAlone(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		payments := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) purse.Payment {
			return purse.Payment{
				To:     sdk.AccAddress(rapid.SampledFrom([]string{"ann", "bob", "cyd", "dan"}).Draw(r, "to") + "_________________"),
				Amount: rapid.Uint64Range(0, 60).Draw(r, "amount"),
			}
		}), 0, 8).Draw(r, "payments")
		burn := rapid.Uint64Range(0, 60).Draw(r, "burn")
		held := rapid.Uint64Range(0, rich).Draw(r, "held")

		ctx, together, b := newPurse(t)
		ctxAlone, alone, bAlone := newPurse(t)
		require.NoError(t, together.Take(ctx, ann, held))
		require.NoError(t, alone.Take(ctxAlone, ann, held))

		err := together.PayAndBurn(ctx, payments, burn, b)
		var errAlone error
		for _, pay := range payments {
			errAlone = errors.Join(errAlone, alone.Pay(ctxAlone, pay.To, pay.Amount))
		}
		errAlone = errors.Join(errAlone, alone.PayAndBurn(ctxAlone, nil, burn, bAlone))
		require.Equal(t, errAlone == nil, err == nil, "%v, alone %v", err, errAlone)
		if err != nil {
			return
		}
		for who, has := range bAlone.has {
			require.Equal(t, has, b.has[who], "%q", who)
		}
		owed, err := alone.Total(ctxAlone)
		require.NoError(t, err)
		require.NoError(t, together.Check(ctx, owed))
	})
}
