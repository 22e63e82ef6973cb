package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// AccountKeeper knows the module's account.
type AccountKeeper interface {
	GetModuleAddress(name string) sdk.AccAddress
	GetModuleAccount(ctx context.Context, name string) sdk.ModuleAccountI
}

// BankKeeper moves stake. Burning needs the burner permission of the module's account.
type BankKeeper interface {
	GetBalance(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
	SendCoins(ctx context.Context, from, to sdk.AccAddress, amount sdk.Coins) error
	BurnCoins(ctx context.Context, module string, amount sdk.Coins) error
}

// OrgsKeeper answers what accounts and organisations may do.
type OrgsKeeper interface {
	Authorize(ctx context.Context, addr sdk.AccAddress, role orgstypes.Role) (orgID string, err error)
	OrgOf(ctx context.Context, addr sdk.AccAddress) (orgID string, found bool, err error)
	HasRole(ctx context.Context, orgID string, role orgstypes.Role) (bool, error)
}
