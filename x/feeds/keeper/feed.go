package keeper

import (
	"cmp"
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"cosmossdk.io/collections"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/feeds/types"
)

// First byte of an owner in keys.
const (
	ownsAccount      = 'a'
	ownsOrganisation = 'o'
)

// packOwner returns the bytes of an owner in keys. owner is an organisation's id or an account in text; no text is both.
func (k Keeper) packOwner(owner string) []byte {
	if addr, err := k.addresses.StringToBytes(owner); err == nil {
		return append([]byte{ownsAccount}, addr...)
	}
	return append([]byte{ownsOrganisation}, owner...)
}

// ReadFeed implements types.Reader.
func (k Keeper) ReadFeed(ctx context.Context, owner, name string) (f types.Feed, found bool, err error) {
	id, found, err := records.Find(ctx, k.ByOwner, collections.Join(k.packOwner(owner), name))
	if err != nil || !found {
		return f, false, err
	}
	f, err = k.Feeds.Get(ctx, id)
	return f, err == nil, err
}

// createFeed creates a feed and returns it. The feed belongs to the account's organisation, or to the account when it has none.
// ErrInvalid, ErrExists, ErrTooMany.
func (k Keeper) createFeed(ctx context.Context, msg *types.MsgCreate) (f types.Feed, err error) {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return f, err
	}
	if f, err = k.readFeed(ctx, msg, params); err != nil {
		return f, err
	}
	if err := k.checkFree(ctx, f, params); err != nil {
		return f, err
	}
	if err := k.storeFeed(ctx, f); err != nil {
		return f, err
	}
	return f, emitEvent(ctx, &types.EventCreated{Feed: f.Id, Owner: f.Owner(), Name: f.Name})
}

// readFeed returns the feed that a message creates, with defaults for the fields that the message omits.
func (k Keeper) readFeed(ctx context.Context, msg *types.MsgCreate, params types.Params) (f types.Feed, err error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	f = types.Feed{
		Account: msg.Account, Name: msg.Name, Shared: msg.Shared, App: msg.App, Policy: cmp.Or(msg.Policy, poco.DefaultPolicy),
		History: cmp.Or(msg.History, params.MaxHistory), Created: sdkCtx.BlockHeight(),
	}
	if f.Organisation, err = k.organisationOf(ctx, msg.Account); err != nil {
		return f, err
	}
	if f.MinTrust, err = poco.QuantiseTrust(msg.MinTrust); err != nil {
		return f, types.ErrInvalid.Wrapf("min_%s", err)
	}
	f.Id = ids.Format(poco.FeedID(sdkCtx.ChainID(), f.Owner(), f.Name))
	if err := f.Validate(k.addresses); err != nil {
		return f, types.ErrInvalid.Wrap(err.Error())
	}
	if f.History > params.MaxHistory {
		return f, types.ErrInvalid.Wrapf("history: got %d, expected at most %d", f.History, params.MaxHistory)
	}
	return f, nil
}

// organisationOf returns the organisation of an account in text, or "".
func (k Keeper) organisationOf(ctx context.Context, account string) (string, error) {
	addr, err := k.addresses.StringToBytes(account)
	if err != nil {
		return "", types.ErrInvalid.Wrapf("account: %q: %s", account, err)
	}
	org, _, err := k.orgs.OrgOf(ctx, addr)
	return org, err
}

// checkFree refuses a feed whose name is taken, or whose owner has too many.
func (k Keeper) checkFree(ctx context.Context, f types.Feed, params types.Params) error {
	owner := k.packOwner(f.Owner())
	if has, err := k.ByOwner.Has(ctx, collections.Join(owner, f.Name)); err != nil || has {
		return orErr(err, types.ErrExists.Wrapf("name: %s has a feed %q already; delete it, or take another name", f.Owner(), f.Name))
	}
	if has, err := k.Feeds.Has(ctx, f.Id); err != nil || has { // the id belongs to a feed of another name: a defect of the chain
		return orErr(err, types.ErrExists.Wrapf("feed %s", f.Id))
	}
	if has, err := k.Removals.Has(ctx, f.Id); err != nil || has {
		return orErr(err, types.ErrExists.Wrapf("name: the values of the feed %q that was deleted are being removed; send it again in a few blocks", f.Name))
	}
	count, _, err := records.Find(ctx, k.Counts, owner)
	if err == nil && count >= uint64(params.MaxFeeds) {
		err = types.ErrTooMany.Wrapf("%s has %d, expected at most %d; delete one that is used no more", f.Owner(), count, params.MaxFeeds)
	}
	return err
}

func orErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// storeFeed stores a new feed and its indexes.
func (k Keeper) storeFeed(ctx context.Context, f types.Feed) error {
	if err := k.Feeds.Set(ctx, f.Id, f); err != nil {
		return err
	}
	owner := k.packOwner(f.Owner())
	if err := k.ByOwner.Set(ctx, collections.Join(owner, f.Name), f.Id); err != nil {
		return err
	}
	count, _, err := records.Find(ctx, k.Counts, owner)
	if err != nil {
		return err
	}
	return k.Counts.Set(ctx, owner, count+1)
}

// deleteFeed deletes a feed. The account must be the one that created it, or belong to the organisation that owns it. EndBlock removes
// the values. ErrNotFound, ErrNotOwner.
func (k Keeper) deleteFeed(ctx context.Context, account, id string) error {
	f, err := k.feedByID(ctx, id)
	if err != nil {
		return err
	}
	org, err := k.organisationOf(ctx, account)
	if err != nil {
		return err
	}
	if account != f.Account && (f.Organisation == "" || org != f.Organisation) {
		return types.ErrNotOwner.Wrapf("account: got %s, expected %s, which created the feed %s, or an account of its organisation", account, f.Account, f.Name)
	}
	if err := k.dropFeed(ctx, f); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventDeleted{Feed: f.Id, Owner: f.Owner(), Name: f.Name})
}

// dropFeed removes a feed and its indexes, and queues its values for removal.
func (k Keeper) dropFeed(ctx context.Context, f types.Feed) error {
	if err := k.Feeds.Remove(ctx, f.Id); err != nil {
		return err
	}
	owner := k.packOwner(f.Owner())
	if err := k.ByOwner.Remove(ctx, collections.Join(owner, f.Name)); err != nil {
		return err
	}
	if f.Entries > 0 {
		if err := k.Removals.Set(ctx, f.Id); err != nil {
			return err
		}
	}
	return k.uncountFeed(ctx, owner)
}

func (k Keeper) uncountFeed(ctx context.Context, owner []byte) error {
	count, err := k.Counts.Get(ctx, owner)
	if err != nil {
		return err
	}
	if count <= 1 {
		return k.Counts.Remove(ctx, owner)
	}
	return k.Counts.Set(ctx, owner, count-1)
}

// feedByID returns a feed: ErrNotFound, ErrInvalid.
func (k Keeper) feedByID(ctx context.Context, id string) (f types.Feed, err error) {
	if _, err := ids.Parse(id); err != nil {
		return f, types.ErrInvalid.Wrapf("feed: %s", err)
	}
	f, found, err := records.Find(ctx, k.Feeds, id)
	if err == nil && !found {
		err = types.ErrNotFound.Wrapf("feed %s", id)
	}
	return f, err
}
