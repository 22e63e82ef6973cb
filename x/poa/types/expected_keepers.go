package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// OrgsKeeper answers what organisations may do.
type OrgsKeeper interface {
	OrgOf(ctx context.Context, addr sdk.AccAddress) (orgID string, found bool, err error)
	HasRole(ctx context.Context, orgID string, role orgstypes.Role) (bool, error)
	Authorize(ctx context.Context, addr sdk.AccAddress, role orgstypes.Role) (orgID string, err error)
	GetOrganisation(ctx context.Context, id string) (orgstypes.Organisation, error)
}

// BankKeeper hands out fees.
type BankKeeper interface {
	GetAllBalances(ctx context.Context, addr sdk.AccAddress) sdk.Coins
	SendCoinsFromModuleToAccount(ctx context.Context, module string, to sdk.AccAddress, coins sdk.Coins) error
}

// AccountKeeper knows accounts.
type AccountKeeper interface {
	GetModuleAddress(name string) sdk.AccAddress
	HasAccount(ctx context.Context, addr sdk.AccAddress) bool
	NewAccountWithAddress(ctx context.Context, addr sdk.AccAddress) sdk.AccountI
	SetAccount(ctx context.Context, account sdk.AccountI)
}
