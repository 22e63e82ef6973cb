package keeper

import (
	"context"
	"slices"

	"github.com/credence-chain/credence/x/orgs/types"
)

// AddAdmin makes an account of an organisation an admin, and returns the admins. It returns ErrNotMember when the account does not
// belong to the organisation, and ErrInvalidOrganisation when it is an admin already or there are too many.
func (k Keeper) AddAdmin(ctx context.Context, id, account string) (admins []string, err error) {
	text, _, err := k.readAccount(account)
	if err != nil {
		return nil, err
	}
	return admins, k.updateOrganisation(ctx, id, func(org *types.Organisation) error {
		if !org.Has(text) {
			return types.ErrNotMember.Wrapf("%s of %s: offer it membership first", text, id)
		}
		org.Admins = append(org.Admins, text)
		admins = org.Admins
		return nil
	})
}

// RemoveAdmin makes an admin an ordinary member, and returns the remaining admins. It returns ErrNotMember when the account is no
// admin, and ErrLastAdmin when it is the only one.
func (k Keeper) RemoveAdmin(ctx context.Context, id, account string) (admins []string, err error) {
	text, _, err := k.readAccount(account)
	if err != nil {
		return nil, err
	}
	return admins, k.updateOrganisation(ctx, id, func(org *types.Organisation) error {
		i := slices.Index(org.Admins, text)
		switch {
		case i < 0:
			return types.ErrNotMember.Wrapf("%s is no admin of %s", text, id)
		case len(org.Admins) == 1:
			return types.ErrLastAdmin.Wrapf("%s: %s is its only admin", id, text)
		}
		org.Admins = slices.Delete(org.Admins, i, i+1)
		org.AddMembers(text)
		admins = org.Admins
		return nil
	})
}

// Recover replaces an organisation's admins. The former admins stay members. Each new admin must belong to this organisation or to
// none: ErrTaken or ErrReserved.
func (k Keeper) Recover(ctx context.Context, id string, accounts []string) error {
	var admins []string
	for _, a := range accounts {
		text, _, err := k.readAccount(a)
		if err != nil {
			return err
		}
		admins = append(admins, text)
	}
	return k.updateOrganisation(ctx, id, func(org *types.Organisation) error {
		for _, text := range admins {
			if org.Has(text) {
				continue
			}
			if err := k.indexAccount(ctx, text, id); err != nil {
				return err
			}
			org.Offered = slices.DeleteFunc(org.Offered, func(a string) bool { return a == text })
		}
		org.AddMembers(org.Admins...)
		org.Admins = admins
		return nil
	})
}
