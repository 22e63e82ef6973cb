package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// OrgsKeeper knows who acts for whom.
type OrgsKeeper interface {
	// OrgOf returns the organisation that an account belongs to.
	OrgOf(ctx context.Context, account sdk.AccAddress) (org string, found bool, err error)
}

// Reader is how other modules read feeds: an app's keeper takes one and asks it in its own hooks and messages.
type Reader interface {
	// ReadFeed returns a feed of an owner, an organisation's id or an account in text, with its latest value; found is false where
	// there is none. Feed.Fresh says whether that value is young enough.
	ReadFeed(ctx context.Context, owner, name string) (feed Feed, found bool, err error)
}
