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
	legacy.RegisterAminoMsg(cdc, &MsgCreatePool{}, "credence/workers/MsgCreatePool")
	legacy.RegisterAminoMsg(cdc, &MsgSetPool{}, "credence/workers/MsgSetPool")
	legacy.RegisterAminoMsg(cdc, &MsgInvite{}, "credence/workers/MsgInvite")
	legacy.RegisterAminoMsg(cdc, &MsgEvict{}, "credence/workers/MsgEvict")
	legacy.RegisterAminoMsg(cdc, &MsgTransferPool{}, "credence/workers/MsgTransferPool")
	legacy.RegisterAminoMsg(cdc, &MsgAcceptPool{}, "credence/workers/MsgAcceptPool")
	legacy.RegisterAminoMsg(cdc, &MsgRegister{}, "credence/workers/MsgRegister")
	legacy.RegisterAminoMsg(cdc, &MsgUpdate{}, "credence/workers/MsgUpdate")
	legacy.RegisterAminoMsg(cdc, &MsgBond{}, "credence/workers/MsgBond")
	legacy.RegisterAminoMsg(cdc, &MsgUnbond{}, "credence/workers/MsgUnbond")
	legacy.RegisterAminoMsg(cdc, &MsgUnjail{}, "credence/workers/MsgUnjail")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "credence/workers/MsgUpdateParams")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgCreatePool{}, &MsgSetPool{}, &MsgInvite{}, &MsgEvict{}, &MsgTransferPool{}, &MsgAcceptPool{},
		&MsgRegister{}, &MsgUpdate{}, &MsgBond{}, &MsgUnbond{}, &MsgUnjail{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
