package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Hooks are told when what an organisation may do changes, so that state derived from it follows at once.
type Hooks interface {
	// AfterRightsChanged is called after the organisation's status or roles were stored. Its error undoes the change.
	AfterRightsChanged(ctx context.Context, orgID string) error
}

// Ties are asked before an account ceases to belong to an organisation.
type Ties interface {
	// Tied says in words what the account does for its organisation that nobody else could take over; "" for nothing.
	Tied(ctx context.Context, account sdk.AccAddress) (string, error)
}
