package types

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterLegacyAminoCodec registers the messages for amino JSON signing.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgAdmit{}, "credence/orgs/MsgAdmit")
	legacy.RegisterAminoMsg(cdc, &MsgSetStatus{}, "credence/orgs/MsgSetStatus")
	legacy.RegisterAminoMsg(cdc, &MsgSetRoles{}, "credence/orgs/MsgSetRoles")
	legacy.RegisterAminoMsg(cdc, &MsgAddMember{}, "credence/orgs/MsgAddMember")
	legacy.RegisterAminoMsg(cdc, &MsgAcceptMembership{}, "credence/orgs/MsgAcceptMembership")
	legacy.RegisterAminoMsg(cdc, &MsgRemoveMember{}, "credence/orgs/MsgRemoveMember")
	legacy.RegisterAminoMsg(cdc, &MsgLeave{}, "credence/orgs/MsgLeave")
	legacy.RegisterAminoMsg(cdc, &MsgAddAdmin{}, "credence/orgs/MsgAddAdmin")
	legacy.RegisterAminoMsg(cdc, &MsgRemoveAdmin{}, "credence/orgs/MsgRemoveAdmin")
	legacy.RegisterAminoMsg(cdc, &MsgRecover{}, "credence/orgs/MsgRecover")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "credence/orgs/MsgUpdateParams")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgAdmit{}, &MsgSetStatus{}, &MsgSetRoles{}, &MsgAddMember{}, &MsgAcceptMembership{}, &MsgRemoveMember{}, &MsgLeave{},
		&MsgAddAdmin{}, &MsgRemoveAdmin{}, &MsgRecover{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
