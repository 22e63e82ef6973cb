package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/orgs/types"
)

// OfferMembership offers an account membership. Nothing changes for the account until it accepts: membership also takes rights
// from an account, so only the account itself or the council may decide it. It returns ErrReserved, ErrTaken when the account
// belongs to an organisation already, or ErrOffered when an offer of this organisation waits. Like the functions below, it returns
// the account's canonical text.
func (k Keeper) OfferMembership(ctx context.Context, id, account string) (string, error) {
	text, addr, err := k.readAccount(account)
	if err != nil {
		return "", err
	}
	return text, k.updateOrganisation(ctx, id, func(org *types.Organisation) error {
		if err := k.checkFree(ctx, addr, text); err != nil {
			return err
		}
		if slices.Contains(org.Offered, text) {
			return types.ErrOffered.Wrapf("%s, by %s", text, id)
		}
		org.Offered = append(org.Offered, text)
		return nil
	})
}

// AcceptMembership makes an account with an offer of membership a member. It returns ErrNoOffer, ErrRevoked, ErrTaken or
// ErrReserved.
func (k Keeper) AcceptMembership(ctx context.Context, id, account string) (string, error) {
	text, _, err := k.readAccount(account)
	if err != nil {
		return "", err
	}
	return text, k.updateOrganisation(ctx, id, func(org *types.Organisation) error {
		i := slices.Index(org.Offered, text)
		if i < 0 {
			return types.ErrNoOffer.Wrapf("%s, by %s", text, id)
		}
		if org.Status != types.STATUS_ACTIVE {
			return types.ErrRevoked.Wrapf("%s", id)
		}
		org.Offered = slices.Delete(org.Offered, i, i+1)
		org.Members = append(org.Members, text)
		return k.indexAccount(ctx, text, id)
	})
}

// RemoveMember ends a membership or takes back its offer; offered is true for the latter. It returns ErrNotMember when there is
// neither, or ErrTied. An admin that was also a member stays an admin.
func (k Keeper) RemoveMember(ctx context.Context, id, account string) (text string, offered bool, err error) {
	text, addr, err := k.readAccount(account)
	if err != nil {
		return "", false, err
	}
	err = k.updateOrganisation(ctx, id, func(org *types.Organisation) error {
		if i := slices.Index(org.Offered, text); i >= 0 {
			org.Offered, offered = slices.Delete(org.Offered, i, i+1), true
			return nil
		}
		i := slices.Index(org.Members, text)
		if i < 0 {
			return types.ErrNotMember.Wrapf("%s of %s", text, id)
		}
		org.Members = slices.Delete(org.Members, i, i+1)
		if slices.Contains(org.Admins, text) {
			return nil
		}
		return k.releaseAccount(ctx, id, addr, text)
	})
	return text, offered, err
}

// Leave takes an account out of the organisation, as member and as admin, whatever the organisation's status. It returns
// ErrNotMember when the account does not belong to it, ErrLastAdmin when the account is its only admin, or ErrTied.
func (k Keeper) Leave(ctx context.Context, id, account string) (string, error) {
	text, addr, err := k.readAccount(account)
	if err != nil {
		return "", err
	}
	return text, k.updateOrganisation(ctx, id, func(org *types.Organisation) error {
		if !org.Has(text) {
			return types.ErrNotMember.Wrapf("%s of %s", text, id)
		}
		if len(org.Admins) == 1 && org.Admins[0] == text {
			return types.ErrLastAdmin.Wrapf("%s: %s is its only admin", id, text)
		}
		is := func(a string) bool { return a == text }
		org.Admins, org.Members = slices.DeleteFunc(org.Admins, is), slices.DeleteFunc(org.Members, is)
		return k.releaseAccount(ctx, id, addr, text)
	})
}

// releaseAccount removes the record that an account belongs to an organisation. It returns ErrTied when the account has a duty
// that nobody else has taken over.
func (k Keeper) releaseAccount(ctx context.Context, id string, addr sdk.AccAddress, text string) error {
	for _, t := range *k.ties {
		what, err := t.Tied(ctx, addr)
		if err != nil {
			return err
		}
		if what != "" {
			return types.ErrTied.Wrapf("%s to %s: %s", text, id, what)
		}
	}
	return k.OrgByAccount.Remove(ctx, addr)
}

// readAccount reads an address. It returns the address and its canonical text.
func (k Keeper) readAccount(account string) (text string, addr sdk.AccAddress, err error) {
	addr, err = k.addresses.StringToBytes(account)
	if err == nil {
		text, err = k.addresses.BytesToString(addr)
	}
	if err != nil {
		return "", nil, types.ErrInvalidOrganisation.Wrapf("account %q: %s", account, err)
	}
	return text, addr, nil
}

// indexAccount records that an account belongs to the organisation named id.
func (k Keeper) indexAccount(ctx context.Context, account, id string) error {
	text, addr, err := k.readAccount(account)
	if err != nil {
		return err
	}
	if err := k.checkFree(ctx, addr, text); err != nil {
		return err
	}
	return k.OrgByAccount.Set(ctx, addr, id)
}

// checkFree returns why an account may not join an organisation: ErrReserved or ErrTaken. The accounts of the council and of
// modules never may, because an organisation's admins would then have a say about them.
func (k Keeper) checkFree(ctx context.Context, addr sdk.AccAddress, text string) error {
	if slices.Contains(k.reserved, text) || k.authorizeAuthority(ctx, addr) == nil {
		return types.ErrReserved.Wrapf("%s: the account of the council or of a module", text)
	}
	other, err := k.OrgByAccount.Get(ctx, addr)
	if err == nil {
		return types.ErrTaken.Wrapf("%s: in %s", text, other)
	}
	if !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	return nil
}
