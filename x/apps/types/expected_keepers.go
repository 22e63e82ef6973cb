package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// OrgsKeeper knows what accounts may do, and for which organisations they act.
type OrgsKeeper interface {
	Authorize(ctx context.Context, addr sdk.AccAddress, role orgstypes.Role) (orgID string, err error)
}
