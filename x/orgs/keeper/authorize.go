package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/x/orgs/types"
)

// HasRole says whether the organisation named orgID is active and holds role. It returns ErrNotFound when there is no such
// organisation.
func (k Keeper) HasRole(ctx context.Context, orgID string, role types.Role) (bool, error) {
	org, err := k.GetOrganisation(ctx, orgID)
	if err != nil {
		return false, err
	}
	return org.Holds(role), nil
}

// ActiveRoles returns the roles in which the organisation named orgID may act now. A revoked organisation has none, and neither
// has an unknown one.
func (k Keeper) ActiveRoles(ctx context.Context, orgID string) ([]types.Role, error) {
	org, err := k.Organisations.Get(ctx, orgID)
	if errors.Is(err, collections.ErrNotFound) {
		return nil, nil
	}
	if err != nil || org.Status != types.STATUS_ACTIVE {
		return nil, err
	}
	return org.Roles, nil
}

// Authorize says whether addr may do what role allows, and for which organisation.
//
//   - ROLE_ANYONE: always; orgID is "" for an account without an organisation.
//   - ROLE_AUTHORITY: the council's account alone; orgID is "".
//   - ROLE_ORG_ADMIN: an admin of an active organisation.
//   - ROLE_POOL_OPERATOR: also the council's account, for pools of its own; orgID is then "".
//   - any other: an account of an active organisation that holds the role. If the parameters open the role, also an account without an
//     organisation; orgID is then "".
//
// The error is ErrRole or ErrRevoked, and says what was expected.
func (k Keeper) Authorize(ctx context.Context, addr sdk.AccAddress, role types.Role) (orgID string, err error) {
	// The council is checked first, so that its rights depend on no organisation. Its account can belong to one if
	// the consensus parameters have made another account the council's.
	switch role {
	case types.ROLE_AUTHORITY:
		return "", k.authorizeAuthority(ctx, addr)
	case types.ROLE_POOL_OPERATOR:
		if k.authorizeAuthority(ctx, addr) == nil {
			return "", nil
		}
	}
	orgID, found, err := k.OrgOf(ctx, addr)
	if err != nil || role == types.ROLE_ANYONE {
		return orgID, err
	}
	text, err := k.addresses.BytesToString(addr)
	if err != nil {
		return "", err
	}
	if !found {
		params, err := k.Params.Get(ctx)
		if err != nil {
			return "", err
		}
		if role.Holdable() && params.Open(role) {
			return "", nil
		}
		return "", types.ErrRole.Wrapf("%s belongs to no organisation; expected one with role %s", text, role.Word())
	}
	org, err := k.GetOrganisation(ctx, orgID)
	if err != nil {
		return "", err
	}
	switch {
	case org.Status != types.STATUS_ACTIVE:
		return "", types.ErrRevoked.Wrapf("%s", orgID)
	case role == types.ROLE_ORG_ADMIN && slices.Contains(org.Admins, text), org.Holds(role):
		return orgID, nil
	default:
		return "", types.ErrRole.Wrapf("%s of %s: expected role %s", text, orgID, role.Word())
	}
}

func (k Keeper) authorizeAuthority(ctx context.Context, addr sdk.AccAddress) error {
	text, err := k.addresses.BytesToString(addr)
	if err != nil {
		return err
	}
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), k.authority, text); err != nil {
		return types.ErrRole.Wrap(err.Error())
	}
	return nil
}
