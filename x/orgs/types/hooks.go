package types

import "context"

// Hooks are told when what an organisation may do changes, so that state derived from it follows at once.
type Hooks interface {
	// AfterRightsChanged is called after the organisation's status or roles were stored. Its error undoes the change.
	AfterRightsChanged(ctx context.Context, orgID string) error
}
