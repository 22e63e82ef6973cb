// Package purse keeps the coins of a module's account and the counter of what the module owes in step: no function here changes one
// without the other.
//
// Transactions and block hooks pay in two ways. Transactions that pay into one account must share no key of the state, or they could not
// run in parallel. So a transaction sends virtually: its payment is a separate delta, which the bank folds into the account's balance in
// its EndBlock. The transaction also notes the payment in an entry of its own (Deposits), which Fold adds to the counter. Block hooks,
// and messages of passed proposals, which run in EndBlock, change coins and counter at once.
package purse

import (
	"bytes"
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/records"
)

// Denom is the base denomination of every amount: 10^6 ucred are one CRED.
const Denom = "ucred"

// ErrInsolvent says that a counter differs from the sum of the records, or that the coins do not cover it.
var ErrInsolvent = errorsmod.Register("purse", 2, "books do not add up")

// Accounts names the module's account.
type Accounts interface {
	GetModuleAddress(name string) sdk.AccAddress
	GetModuleAccount(ctx context.Context, name string) sdk.ModuleAccountI
}

// Bank moves coins. A virtual send only notes a delta, which the bank's EndBlock folds into the module's balance.
type Bank interface {
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, to string, amount sdk.Coins) error
	SendCoinsFromAccountToModuleVirtual(ctx context.Context, from sdk.AccAddress, to string, amount sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, from string, to sdk.AccAddress, amount sdk.Coins) error
	SendCoinsFromModuleToModule(ctx context.Context, from, to string, amount sdk.Coins) error
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
}

// Purse is a module's account, and the counter of what the module owes.
type Purse struct {
	module   string
	accounts Accounts
	bank     Bank
	// Owed in ucred, as of the last block hook.
	Owed collections.Item[math.Int]
	// Deposits: id of the record that was paid for -> ucred that transactions of this block paid, and Fold has not counted yet.
	Deposits collections.Map[[]byte, uint64]
}

// New returns the purse of a module. Its state is under two prefixes of the module's store.
func New(sb *collections.SchemaBuilder, owed, deposits collections.Prefix, module string, accounts Accounts, bank Bank) Purse {
	return Purse{
		module: module, accounts: accounts, bank: bank,
		Owed:     collections.NewItem(sb, owed, "owed", sdk.IntValue),
		Deposits: collections.NewMap(sb, deposits, "deposits", collections.BytesKey, collections.Uint64Value),
	}
}

// Coins returns an amount of ucred as coins.
func Coins(amount uint64) sdk.Coins { return coinsOf(math.NewIntFromUint64(amount)) }

func coinsOf(amount math.Int) sdk.Coins { return sdk.NewCoins(sdk.NewCoin(Denom, amount)) }

// InTransaction says whether a message runs in a transaction, and not in a block hook or a passed proposal.
func InTransaction(ctx context.Context) bool { return len(sdk.UnwrapSDKContext(ctx).TxBytes()) > 0 }

// Deposit takes coins from an account for a record with an id: virtually in a transaction, at once otherwise.
func (p Purse) Deposit(ctx context.Context, from sdk.AccAddress, id []byte, amount uint64) error {
	if !InTransaction(ctx) {
		return p.Take(ctx, from, amount)
	}
	if amount == 0 {
		return nil
	}
	if err := p.bank.SendCoinsFromAccountToModuleVirtual(ctx, from, p.module, Coins(amount)); err != nil {
		return err
	}
	return p.addDeposit(ctx, id, amount)
}

// Expect counts coins that another module's purse sends for a record with an id: at the end of the block in a transaction, at once
// otherwise.
func (p Purse) Expect(ctx context.Context, id []byte, amount uint64) error {
	if !InTransaction(ctx) {
		return p.Receive(ctx, amount)
	}
	return p.addDeposit(ctx, id, amount)
}

func (p Purse) addDeposit(ctx context.Context, id []byte, amount uint64) error {
	before, _, err := records.Find(ctx, p.Deposits, id)
	if err != nil {
		return err
	}
	return p.Deposits.Set(ctx, id, before+amount)
}

// Fold counts what this block's transactions have deposited. EndBlock calls it.
func (p Purse) Fold(ctx context.Context) error {
	sum, found := math.ZeroInt(), false
	err := p.Deposits.Walk(ctx, nil, func(_ []byte, amount uint64) (bool, error) {
		sum, found = sum.Add(math.NewIntFromUint64(amount)), true
		return false, nil
	})
	if err != nil || !found {
		return err
	}
	if err := p.Deposits.Clear(ctx, nil); err != nil {
		return err
	}
	return p.addOwed(ctx, sum)
}

// Take takes coins from an account at once. Only block hooks and proposals may call it.
func (p Purse) Take(ctx context.Context, from sdk.AccAddress, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if err := p.bank.SendCoinsFromAccountToModule(ctx, from, p.module, Coins(amount)); err != nil {
		return err
	}
	return p.Receive(ctx, amount)
}

// Receive counts coins that another module's purse has just sent. Only block hooks and proposals may call it.
func (p Purse) Receive(ctx context.Context, amount uint64) error {
	return p.addOwed(ctx, math.NewIntFromUint64(amount))
}

// Pay sends coins to an account. Only block hooks may call it.
func (p Purse) Pay(ctx context.Context, to sdk.AccAddress, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if err := p.bank.SendCoinsFromModuleToAccount(ctx, p.module, to, Coins(amount)); err != nil {
		return err
	}
	return p.addOwed(ctx, math.NewIntFromUint64(amount).Neg())
}

// SendTo sends coins to another module, whose purse counts them by Receive or Expect. Only block hooks and proposals may call it.
func (p Purse) SendTo(ctx context.Context, module string, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if err := p.bank.SendCoinsFromModuleToModule(ctx, p.module, module, Coins(amount)); err != nil {
		return err
	}
	return p.addOwed(ctx, math.NewIntFromUint64(amount).Neg())
}

// Payment is an amount for an account, in ucred.
type Payment struct {
	To     sdk.AccAddress
	Amount uint64
}

// Credit is the sum that an account gets, where a Payment is one reason for it.
type Credit struct {
	To    sdk.AccAddress
	Coins sdk.Coins
}

// Settler sends coins of a module to several accounts. It also destroys coins of a module, and counts them under the module's cause. It
// names no type of the bank: programs without a node import the types of modules, and the bank's types would link a node into them.
type Settler interface {
	SendCoinsFromModuleToAccounts(ctx context.Context, module string, credits []Credit) error
	BurnCoins(ctx context.Context, module string, amount sdk.Coins) error
}

// PayAndBurn sends coins to accounts and destroys others, in ucred. It pays each account one sum, so that each balance, and the counter,
// changes once. It does not check whether an account may receive coins. Only block hooks may call it.
func (p Purse) PayAndBurn(ctx context.Context, payments []Payment, burn uint64, by Settler) error {
	credits, paid := sumByAccount(payments)
	if len(credits) > 0 {
		if err := by.SendCoinsFromModuleToAccounts(ctx, p.module, credits); err != nil {
			return err
		}
	}
	if burn > 0 {
		if err := by.BurnCoins(ctx, p.module, Coins(burn)); err != nil {
			return err
		}
	}
	return p.addOwed(ctx, paid.Add(math.NewIntFromUint64(burn)).Neg())
}

// sumByAccount returns the sum for each account, in the order of their first payments, and the sum of all. There are few payments, so
// that each is compared with all accounts before it.
func sumByAccount(payments []Payment) (credits []Credit, sum math.Int) {
	var accounts []sdk.AccAddress
	var amounts []math.Int
	sum = math.ZeroInt()
	for _, pay := range payments {
		if pay.Amount == 0 {
			continue
		}
		amount := math.NewIntFromUint64(pay.Amount)
		sum = sum.Add(amount)
		i := slices.IndexFunc(accounts, func(a sdk.AccAddress) bool { return bytes.Equal(a, pay.To) })
		if i < 0 {
			accounts, amounts = append(accounts, pay.To), append(amounts, amount)
			continue
		}
		amounts[i] = amounts[i].Add(amount)
	}
	for i, account := range accounts {
		credits = append(credits, Credit{account, coinsOf(amounts[i])})
	}
	return credits, sum
}

func (p Purse) addOwed(ctx context.Context, delta math.Int) error {
	if delta.IsZero() {
		return nil
	}
	owed, err := p.Total(ctx)
	if err != nil {
		return err
	}
	if owed = owed.Add(delta); owed.IsNegative() {
		return ErrInsolvent.Wrapf("%s: owed would become %s", p.module, owed)
	}
	return p.Owed.Set(ctx, owed)
}

// Total returns what the module owes, in ucred, without the deposits of this block's transactions.
func (p Purse) Total(ctx context.Context) (math.Int, error) {
	owed, found, err := records.FindItem(ctx, p.Owed)
	if err != nil || !found {
		return math.ZeroInt(), err
	}
	return owed, nil
}

// Balance has the coins that a module holds, and the amount that it owes, in ucred.
type Balance struct{ Held, Owed math.Int }

// Solvent says whether the coins cover what is owed.
func (b Balance) Solvent() bool { return b.Held.GTE(b.Owed) }

// Balance returns the account's coins and what the module owes. Within a block, both lack the deposits of the block's transactions.
func (p Purse) Balance(ctx context.Context) (b Balance, err error) {
	b.Held = p.bank.GetBalance(ctx, p.accounts.GetModuleAddress(p.module), Denom).Amount
	b.Owed, err = p.Total(ctx)
	return b, err
}

// Open sets the counter to what the records of the genesis state are owed. It also creates the account, so that no transaction has to.
// The error wraps ErrInsolvent if the account's coins do not cover the counter.
func (p Purse) Open(ctx context.Context, owed math.Int) error {
	if err := p.Owed.Set(ctx, owed); err != nil {
		return err
	}
	p.accounts.GetModuleAccount(ctx, p.module)
	return p.Check(ctx, owed)
}

// Check checks, between two blocks, that the counter is the sum of the records and that the coins cover it. Otherwise the error wraps
// ErrInsolvent.
func (p Purse) Check(ctx context.Context, sum math.Int) error {
	b, err := p.Balance(ctx)
	if err != nil {
		return err
	}
	if !b.Owed.Equal(sum) {
		return ErrInsolvent.Wrapf("%s: the counter says that %s is owed, the records sum to %s", p.module, b.Owed, sum)
	}
	if !b.Solvent() {
		return ErrInsolvent.Wrapf("%s: %s is owed, more than the balance %s", p.module, b.Owed, b.Held)
	}
	return nil
}

// Saturate converts an amount to 64 bits; a larger amount becomes the largest that fits.
func Saturate(v math.Int) uint64 {
	if !v.IsUint64() {
		return 1<<64 - 1
	}
	return v.Uint64()
}
