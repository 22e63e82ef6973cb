package keeper

import (
	"context"

	"github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
)

// partyOf returns the party that restrictions are judged by, for an account and an organisation.
func (k Keeper) partyOf(ctx context.Context, account, org string) (types.Party, error) {
	p := types.Party{Account: account, Organisation: org}
	if org == "" {
		return p, nil
	}
	roles, err := k.orgs.ActiveRoles(ctx, org)
	p.Roles = roles
	return p, err
}

// requesterParty returns the party of an account that requests tasks.
func (k Keeper) requesterParty(ctx context.Context, requester string) (p types.Party, err error) {
	addr, err := k.addresses.StringToBytes(requester)
	if err != nil {
		return p, types.ErrRequester.Wrapf("requester: %q: %s", requester, err)
	}
	org, err := k.orgs.Authorize(ctx, addr, orgstypes.ROLE_REQUESTER)
	if err != nil {
		return p, err
	}
	return k.partyOf(ctx, requester, org)
}
