package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/events"
	"github.com/credence-chain/credence/x/orgs/types"
)

type msgServer struct{ Keeper }

// NewMsgServer serves the module's messages. The guard of x/orgs has checked the roles before a message comes here.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Admit(ctx context.Context, msg *types.MsgAdmit) (*types.MsgAdmitResponse, error) {
	org := types.Organisation{
		Id:             msg.Id,
		Name:           msg.Name,
		Admins:         msg.Admins,
		Members:        msg.Members,
		Roles:          types.SortRoles(msg.Roles),
		Status:         types.STATUS_ACTIVE,
		AdmittedHeight: sdk.UnwrapSDKContext(ctx).BlockHeight(),
	}
	if err := s.checkAdmissionRate(ctx); err != nil {
		return nil, err
	}
	if err := s.Keeper.Admit(ctx, org); err != nil {
		return nil, err
	}
	return &types.MsgAdmitResponse{}, emitEvent(ctx, &types.EventAdmitted{OrgId: org.Id})
}

func (s msgServer) SetStatus(ctx context.Context, msg *types.MsgSetStatus) (*types.MsgSetStatusResponse, error) {
	if err := s.Keeper.SetStatus(ctx, msg.OrgId, msg.Status); err != nil {
		return nil, err
	}
	return &types.MsgSetStatusResponse{}, emitEvent(ctx, &types.EventStatusSet{OrgId: msg.OrgId, Status: msg.Status})
}

func (s msgServer) SetRoles(ctx context.Context, msg *types.MsgSetRoles) (*types.MsgSetRolesResponse, error) {
	if err := s.Keeper.SetRoles(ctx, msg.OrgId, msg.Roles); err != nil {
		return nil, err
	}
	return &types.MsgSetRolesResponse{}, emitEvent(ctx, &types.EventRolesSet{OrgId: msg.OrgId, Roles: types.SortRoles(msg.Roles)})
}

func (s msgServer) AddMember(ctx context.Context, msg *types.MsgAddMember) (*types.MsgAddMemberResponse, error) {
	if err := s.adminOf(ctx, msg.Admin, msg.OrgId); err != nil {
		return nil, err
	}
	member, err := s.OfferMembership(ctx, msg.OrgId, msg.Member)
	if err != nil {
		return nil, err
	}
	return &types.MsgAddMemberResponse{}, emitEvent(ctx, &types.EventMembershipOffered{OrgId: msg.OrgId, Member: member})
}

func (s msgServer) AcceptMembership(ctx context.Context, msg *types.MsgAcceptMembership) (*types.MsgAcceptMembershipResponse, error) {
	member, err := s.Keeper.AcceptMembership(ctx, msg.OrgId, msg.Member)
	if err != nil {
		return nil, err
	}
	return &types.MsgAcceptMembershipResponse{}, emitEvent(ctx, &types.EventMemberAdded{OrgId: msg.OrgId, Member: member})
}

func (s msgServer) RemoveMember(ctx context.Context, msg *types.MsgRemoveMember) (*types.MsgRemoveMemberResponse, error) {
	if err := s.adminOf(ctx, msg.Admin, msg.OrgId); err != nil {
		return nil, err
	}
	member, offered, err := s.Keeper.RemoveMember(ctx, msg.OrgId, msg.Member)
	if err != nil {
		return nil, err
	}
	if offered {
		return &types.MsgRemoveMemberResponse{}, emitEvent(ctx, &types.EventMembershipWithdrawn{OrgId: msg.OrgId, Member: member})
	}
	return &types.MsgRemoveMemberResponse{}, emitEvent(ctx, &types.EventMemberRemoved{OrgId: msg.OrgId, Member: member})
}

func (s msgServer) Leave(ctx context.Context, msg *types.MsgLeave) (*types.MsgLeaveResponse, error) {
	member, err := s.Keeper.Leave(ctx, msg.OrgId, msg.Member)
	if err != nil {
		return nil, err
	}
	return &types.MsgLeaveResponse{}, emitEvent(ctx, &types.EventMemberRemoved{OrgId: msg.OrgId, Member: member})
}

func (s msgServer) AddAdmin(ctx context.Context, msg *types.MsgAddAdmin) (*types.MsgAddAdminResponse, error) {
	if err := s.adminOf(ctx, msg.Admin, msg.OrgId); err != nil {
		return nil, err
	}
	admins, err := s.Keeper.AddAdmin(ctx, msg.OrgId, msg.Account)
	if err != nil {
		return nil, err
	}
	return &types.MsgAddAdminResponse{}, emitEvent(ctx, &types.EventAdminsSet{OrgId: msg.OrgId, Admins: admins})
}

func (s msgServer) RemoveAdmin(ctx context.Context, msg *types.MsgRemoveAdmin) (*types.MsgRemoveAdminResponse, error) {
	if err := s.adminOf(ctx, msg.Admin, msg.OrgId); err != nil {
		return nil, err
	}
	admins, err := s.Keeper.RemoveAdmin(ctx, msg.OrgId, msg.Account)
	if err != nil {
		return nil, err
	}
	return &types.MsgRemoveAdminResponse{}, emitEvent(ctx, &types.EventAdminsSet{OrgId: msg.OrgId, Admins: admins})
}

func (s msgServer) Recover(ctx context.Context, msg *types.MsgRecover) (*types.MsgRecoverResponse, error) {
	if err := s.Keeper.Recover(ctx, msg.OrgId, msg.Admins); err != nil {
		return nil, err
	}
	return &types.MsgRecoverResponse{}, emitEvent(ctx, &types.EventAdminsSet{OrgId: msg.OrgId, Admins: msg.Admins})
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.Params.Set(ctx, msg.Params)
}

// adminOf checks that admin is an admin of the organisation that the message names. The guard has only checked that it is an admin
// of some organisation.
func (s msgServer) adminOf(ctx context.Context, admin, orgID string) error {
	addr, err := s.addresses.StringToBytes(admin)
	if err != nil {
		return types.ErrRole.Wrapf("admin %q: %s", admin, err)
	}
	own, err := s.Authorize(ctx, addr, types.ROLE_ORG_ADMIN)
	if err != nil {
		return err
	}
	if own != orgID {
		return types.ErrRole.Wrapf("%s is an admin of %s, not of %s", admin, own, orgID)
	}
	return nil
}

func emitEvent(ctx context.Context, event sdk.Msg) error {
	return events.Emit(ctx, event)
}
