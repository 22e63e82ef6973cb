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
	SpendableCoin(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	BlockedAddr(addr sdk.AccAddress) bool
}

// OrgsKeeper answers what accounts and organisations may do.
type OrgsKeeper interface {
	Authorize(ctx context.Context, addr sdk.AccAddress, role orgstypes.Role) (orgID string, err error)
	OrgOf(ctx context.Context, addr sdk.AccAddress) (orgID string, found bool, err error)
	// ActiveRoles returns the roles of an organisation, none when it is revoked or unknown.
	ActiveRoles(ctx context.Context, orgID string) ([]orgstypes.Role, error)
}

// AppsKeeper resolves "organisation/name:version" or a digest.
type AppsKeeper interface {
	Resolve(ctx context.Context, ref string) (appstypes.App, appstypes.Version, error)
	// ResolveDataset does so for datasets.
	ResolveDataset(ctx context.Context, ref string) (appstypes.Dataset, appstypes.DatasetVersion, error)
	// MayTrade says for which organisation an account may place orders of an app or dataset, by "organisation/name".
	MayTrade(ctx context.Context, account sdk.AccAddress, id string) (org string, err error)
}

// WorkersKeeper knows the pools.
type WorkersKeeper interface {
	// GetPool returns a pool with the terms in force.
	GetPool(ctx context.Context, id string) (workerstypes.Pool, error)
	// MayOperate says for which organisation an account may place orders of a pool; "" is the council.
	MayOperate(ctx context.Context, account sdk.AccAddress, pool workerstypes.Pool) (org string, err error)
	// Registered returns how many organisations have a worker in a pool, whatever those workers' state.
	Registered(ctx context.Context, pool string) (uint64, error)
}

// BeaconKeeper returns this block's seed.
type BeaconKeeper interface {
	Seed(ctx context.Context) ([]byte, error)
}

// TaskHooks is how the market reaches the tasks, which are built upon it.
type TaskHooks interface {
	// OpenTask begins the task of an index, which counts within the request's bag. The deal is as it was when this block began to open its tasks. An
	// error or a panic drops what it wrote, and the task is refunded.
	OpenTask(ctx context.Context, deal Deal, index uint64) error
}

// Callback is a hook of another module that a request may name: it is told the end of each of its tasks that has an
// answer. It runs on a cache of the state with a gas limit; an error, a panic or running out of gas drops what it wrote,
// and changes nothing else.
type Callback interface {
	OnResult(ctx context.Context, deal Deal, result TaskResult) error
}
