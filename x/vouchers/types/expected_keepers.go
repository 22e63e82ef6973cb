package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/purse"
)

// AccountKeeper names the module's account.
type AccountKeeper interface{ purse.Accounts }

// BankKeeper moves coins.
type BankKeeper interface {
	purse.Bank
	BlockedAddr(addr sdk.AccAddress) bool
}

// Purse is the purse of a module that spent a voucher. What the module did not need comes back from it.
type Purse interface {
	// SendTo sends coins to another module.
	SendTo(ctx context.Context, module string, amount uint64) error
	// Pay sends coins to an account.
	Pay(ctx context.Context, to sdk.AccAddress, amount uint64) error
}
