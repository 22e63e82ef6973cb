package keeper

import (
	"context"
	"errors"

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

// Admit adds an organisation and indexes its accounts, or fails with ErrExists, ErrTaken, ErrReserved or ErrInvalidOrganisation.
// The accounts are not asked whether they want to belong to it.
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
		if err := k.indexAccount(ctx, a, org.Id); err != nil {
			return err
		}
	}
	if err := k.noteAdmission(ctx, org); err != nil {
		return err
	}
	return k.Organisations.Set(ctx, org.Id, org)
}

// SetStatus sets the status of an organisation, and calls the hooks.
func (k Keeper) SetStatus(ctx context.Context, id string, status types.Status) error {
	err := k.updateOrganisation(ctx, id, func(org *types.Organisation) error {
		org.Status = status
		return nil
	})
	if err != nil {
		return err
	}
	return k.rightsChanged(ctx, id)
}

// SetRoles replaces the roles of an organisation, and calls the hooks.
func (k Keeper) SetRoles(ctx context.Context, id string, roles []types.Role) error {
	err := k.updateOrganisation(ctx, id, func(org *types.Organisation) error {
		org.Roles = types.SortRoles(roles)
		return nil
	})
	if err != nil {
		return err
	}
	return k.rightsChanged(ctx, id)
}

// updateOrganisation changes one record and stores it only if it is still valid.
func (k Keeper) updateOrganisation(ctx context.Context, id string, change func(*types.Organisation) error) error {
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

// OrgOf returns the organisation that addr belongs to, as admin or member. The organisation may be revoked.
func (k Keeper) OrgOf(ctx context.Context, addr sdk.AccAddress) (orgID string, found bool, err error) {
	orgID, err = k.OrgByAccount.Get(ctx, addr)
	if errors.Is(err, collections.ErrNotFound) {
		return "", false, nil
	}
	return orgID, err == nil, err
}
