package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/orgs/types"
)

// GetOrganisation returns the organisation named id, or ErrNotFound.
func (k Keeper) GetOrganisation(ctx context.Context, id string) (types.Organisation, error) {
	org, err := k.Organisations.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return org, types.ErrNotFound.Wrapf("%q", id)
	}
	return org, err
}

// Admit adds an organisation and indexes its accounts, or fails with ErrExists, ErrTaken or ErrInvalidOrganisation.
func (k Keeper) Admit(ctx context.Context, org types.Organisation) error {
	if err := org.Validate(k.addresses); err != nil {
		return err
	}
	if found, err := k.Organisations.Has(ctx, org.Id); err != nil {
		return err
	} else if found {
		return types.ErrExists.Wrapf("%q", org.Id)
	}
	for _, a := range org.Accounts() {
		if err := k.index(ctx, a, org.Id); err != nil {
			return err
		}
	}
	return k.Organisations.Set(ctx, org.Id, org)
}

// SetStatus sets the status of an organisation, and tells the hooks.
func (k Keeper) SetStatus(ctx context.Context, id string, status types.Status) error {
	err := k.update(ctx, id, func(org *types.Organisation) error {
		org.Status = status
		return nil
	})
	if err != nil {
		return err
	}
	return k.rightsChanged(ctx, id)
}

// SetRoles replaces the roles of an organisation, and tells the hooks.
func (k Keeper) SetRoles(ctx context.Context, id string, roles []types.Role) error {
	err := k.update(ctx, id, func(org *types.Organisation) error {
		org.Roles = types.SortRoles(roles)
		return nil
	})
	if err != nil {
		return err
	}
	return k.rightsChanged(ctx, id)
}

// AddMember lets member act for the organisation; ErrTaken when it belongs to one already.
func (k Keeper) AddMember(ctx context.Context, id, member string) error {
	return k.update(ctx, id, func(org *types.Organisation) error {
		if err := k.index(ctx, member, id); err != nil {
			return err
		}
		org.Members = append(org.Members, member)
		return nil
	})
}

// RemoveMember ends that; ErrNotMember when there is nothing to end. An admin that was a member stays an admin.
func (k Keeper) RemoveMember(ctx context.Context, id, member string) error {
	return k.update(ctx, id, func(org *types.Organisation) error {
		i := slices.Index(org.Members, member)
		if i < 0 {
			return types.ErrNotMember.Wrapf("%s of %s", member, id)
		}
		org.Members = slices.Delete(org.Members, i, i+1)
		if slices.Contains(org.Admins, member) {
			return nil
		}
		addr, err := k.addresses.StringToBytes(member)
		if err != nil {
			return err
		}
		return k.OrgByAccount.Remove(ctx, addr)
	})
}

// update changes one record and stores it only if it is still valid.
func (k Keeper) update(ctx context.Context, id string, change func(*types.Organisation) error) error {
	org, err := k.GetOrganisation(ctx, id)
	if err != nil {
		return err
	}
	if err := change(&org); err != nil {
		return err
	}
	if err := org.Validate(k.addresses); err != nil {
		return err
	}
	return k.Organisations.Set(ctx, id, org)
}

// index records that account belongs to the organisation named id.
func (k Keeper) index(ctx context.Context, account, id string) error {
	addr, err := k.addresses.StringToBytes(account)
	if err != nil {
		return types.ErrInvalidOrganisation.Wrapf("account %q: %s", account, err)
	}
	other, err := k.OrgByAccount.Get(ctx, addr)
	if err == nil {
		return types.ErrTaken.Wrapf("%s: in %s", account, other)
	}
	if !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	return k.OrgByAccount.Set(ctx, addr, id)
}

// OrgOf returns the organisation that addr belongs to, as admin or member. The organisation may be revoked.
func (k Keeper) OrgOf(ctx context.Context, addr sdk.AccAddress) (orgID string, found bool, err error) {
	orgID, err = k.OrgByAccount.Get(ctx, addr)
	if errors.Is(err, collections.ErrNotFound) {
		return "", false, nil
	}
	return orgID, err == nil, err
}
