package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// AccountKeeper names the module's account.
type AccountKeeper interface {
	GetModuleAddress(name string) sdk.AccAddress
	GetModuleAccount(ctx context.Context, name string) sdk.ModuleAccountI
}

// BankKeeper moves coins. A virtual send leaves a delta of the transaction, which the bank's EndBlock folds into the
// module's balance: transactions that lock escrow share no key.
type BankKeeper interface {
	SendCoinsFromAccountToModule(ctx context.Context, from sdk.AccAddress, to string, amount sdk.Coins) error
	SendCoinsFromAccountToModuleVirtual(ctx context.Context, from sdk.AccAddress, to string, amount sdk.Coins) error
	SendCoinsFromModuleToAccount(ctx context.Context, from string, to sdk.AccAddress, amount sdk.Coins) error
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	BlockedAddr(addr sdk.AccAddress) bool
}

// OrgsKeeper answers what accounts and organisations may do.
type OrgsKeeper interface {
	Authorize(ctx context.Context, addr sdk.AccAddress, role orgstypes.Role) (orgID string, err error)
	HasRole(ctx context.Context, orgID string, role orgstypes.Role) (bool, error)
}

// AppsKeeper resolves "organisation/name:version" or a digest.
type AppsKeeper interface {
	Resolve(ctx context.Context, ref string) (appstypes.App, appstypes.Version, error)
}

// WorkersKeeper knows the pools.
type WorkersKeeper interface {
	GetPool(ctx context.Context, id string) (workerstypes.Pool, error)
}

// BeaconKeeper returns this block's seed.
type BeaconKeeper interface {
	Seed(ctx context.Context) ([]byte, error)
}

// TaskHooks is how the market reaches the tasks, which are built upon it.
type TaskHooks interface {
	// OpenTask begins the index-th task of a deal. The deal is as it was when this block began to open its tasks. An
	// error or a panic drops what it wrote, and the task is refunded.
	OpenTask(ctx context.Context, deal Deal, index uint64) error
}
