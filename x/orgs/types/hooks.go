package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Hooks are called when an organisation's rights change, so that state derived from these rights follows at once.
type Hooks interface {
	// AfterRightsChanged is called after the organisation's status or roles were stored. An error from it undoes the change.
	AfterRightsChanged(ctx context.Context, orgID string) error
}

// Ties are asked before an account ceases to belong to an organisation.
type Ties interface {
	// Tied returns, in words, the duty of the account for its organisation that nobody else could take over; "" if there is none.
	Tied(ctx context.Context, account sdk.AccAddress) (string, error)
}
