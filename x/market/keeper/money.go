package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/market/types"
)

// This file is the one place where the module's coins move, each time together with what is owed.

func coins(amount uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(types.Denom, math.NewIntFromUint64(amount)))
}

// payer is whose money an escrow is: an account's, or a voucher's.
type payer struct {
	account string
	voucher string
}

func payerOfDeal(d types.Deal) payer {
	if d.Voucher != "" {
		return payer{voucher: d.Voucher}
	}
	return payer{account: d.Payer()}
}

// payerOfRequest is who locked the escrow of a request on the book; a sponsor pays matches alone.
func payerOfRequest(r types.Request) payer {
	return payer{account: r.Requester, voucher: r.Job.Voucher}
}

// lockCoins takes coins from an account into a queue, in which the entry of key holds what is not yet folded into Owed.
//
// A transaction locks by the bank's virtual send, and adds what it locked to its own entry; foldOwed adds it to Owed at
// the end of the block. So no two transactions share a key. Outside of a transaction, where a message of a passed
// proposal runs, the EndBlock of bank and market may be over: there coins and counter move at once, and the queue is
// left alone.
func (k Keeper) lockCoins(ctx context.Context, from sdk.AccAddress, queue collections.Map[queueKey, uint64], key queueKey, amount uint64) error {
	if len(sdk.UnwrapSDKContext(ctx).TxBytes()) == 0 {
		return k.lockCoinsNow(ctx, from, amount)
	}
	if err := k.bank.SendCoinsFromAccountToModuleVirtual(ctx, from, types.ModuleName, coins(amount)); err != nil {
		return err
	}
	before, _, err := find(ctx, queue, key)
	if err != nil {
		return err
	}
	return queue.Set(ctx, key, before+amount)
}

// lockCoinsNow takes coins from an account at once. Block hooks and proposals alone may call it.
func (k Keeper) lockCoinsNow(ctx context.Context, from sdk.AccAddress, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, from, types.ModuleName, coins(amount)); err != nil {
		return err
	}
	return k.addOwed(ctx, math.NewIntFromUint64(amount))
}

// lockEscrow locks the escrow of a matched deal: from its sponsor, its voucher or its requester.
func (k Keeper) lockEscrow(ctx context.Context, d types.Deal, amount uint64) error {
	if d.Voucher != "" {
		return k.spendVoucher(ctx, d.Voucher, amount)
	}
	addr, err := k.addresses.StringToBytes(d.Payer())
	if err != nil {
		return types.ErrRequester.Wrapf("%q: %s", d.Payer(), err)
	}
	if k.bank.BlockedAddr(addr) {
		return types.ErrRequester.Wrapf("%s may receive no coins, and could not be refunded", d.Payer())
	}
	if have := k.bank.SpendableCoin(ctx, addr, types.Denom); have.Amount.LT(math.NewIntFromUint64(amount)) {
		return types.ErrUnfunded.Wrapf("payer: %s can spend %s, expected at least %d%s of escrow", d.Payer(), have, amount, types.Denom)
	}
	return k.lockCoinsNow(ctx, addr, amount)
}

// foldOwed adds what this block's transactions locked, which is queued for the next height.
func (k Keeper) foldOwed(ctx context.Context) error {
	next := sdk.UnwrapSDKContext(ctx).BlockHeight() + 1
	sum := math.ZeroInt()
	add := func(_ queueKey, locked uint64) (bool, error) {
		sum = sum.Add(math.NewIntFromUint64(locked))
		return false, nil
	}
	due := collections.NewPrefixedPairRange[int64, []byte](next)
	if err := k.Queue.Walk(ctx, due, add); err != nil {
		return err
	}
	var folded []queueKey
	err := k.VoucherLocks.Walk(ctx, due, func(key queueKey, locked uint64) (bool, error) {
		folded = append(folded, key)
		return add(key, locked)
	})
	if err != nil {
		return err
	}
	for _, key := range folded {
		if err := k.VoucherLocks.Remove(ctx, key); err != nil {
			return err
		}
	}
	if sum.IsZero() {
		return nil
	}
	return k.addOwed(ctx, sum)
}

// payCoins sends escrow on to an account. Block hooks alone may call it.
func (k Keeper) payCoins(ctx context.Context, to sdk.AccAddress, amount uint64) error {
	if amount == 0 {
		return nil
	}
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, to, coins(amount)); err != nil {
		return err
	}
	return k.addOwed(ctx, math.NewIntFromUint64(amount).Neg())
}

// refundPayer gives escrow back to whose it was. A voucher's goes into its balance, where it stays owed, or to its issuer
// once it has expired. Block hooks alone may call it.
func (k Keeper) refundPayer(ctx context.Context, to payer, amount uint64) error {
	if amount == 0 {
		return nil
	}
	account := to.account
	if to.voucher != "" {
		issuer, gone, err := k.restoreVoucher(ctx, to.voucher, amount)
		if err != nil || !gone {
			return err
		}
		account = issuer
	}
	addr, err := k.addresses.StringToBytes(account)
	if err != nil {
		return types.ErrRequester.Wrapf("%q: %s", account, err)
	}
	return k.payCoins(ctx, addr, amount)
}

func (k Keeper) addOwed(ctx context.Context, delta math.Int) error {
	owed, err := k.totalOwed(ctx)
	if err != nil {
		return err
	}
	if owed = owed.Add(delta); owed.IsNegative() {
		return types.ErrInsolvent.Wrapf("owed: would become %s", owed)
	}
	return k.Owed.Set(ctx, owed)
}

func (k Keeper) totalOwed(ctx context.Context) (math.Int, error) {
	owed, err := k.Owed.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return math.ZeroInt(), nil
	}
	return owed, err
}

// Solvency returns the module account's balance and what the module owes, in ucred. It holds between blocks; within
// one, what transactions have locked so far is in neither.
func (k Keeper) Solvency(ctx context.Context) (balance, owed math.Int, err error) {
	balance = k.bank.GetBalance(ctx, k.accounts.GetModuleAddress(types.ModuleName), types.Denom).Amount
	owed, err = k.totalOwed(ctx)
	return balance, owed, err
}
