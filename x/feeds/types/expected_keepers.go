package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// OrgsKeeper knows the organisations of accounts.
type OrgsKeeper interface {
	// OrgOf returns the organisation that an account belongs to.
	OrgOf(ctx context.Context, account sdk.AccAddress) (org string, found bool, err error)
}

// Reader is the interface through which other modules read feeds, in their hooks and messages.
type Reader interface {
	// ReadFeed returns a feed of an owner, an organisation's id or an account in text, with its latest value; found is false where
	// there is none. Feed.Fresh says whether that value is young enough.
	ReadFeed(ctx context.Context, owner, name string) (feed Feed, found bool, err error)
}
