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
	legacy.RegisterAminoMsg(cdc, &MsgAdmit{}, "credence/verifiers/MsgAdmit")
	legacy.RegisterAminoMsg(cdc, &MsgStop{}, "credence/verifiers/MsgStop")
	legacy.RegisterAminoMsg(cdc, &MsgVoteStop{}, "credence/verifiers/MsgVoteStop")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "credence/verifiers/MsgUpdateParams")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil), &MsgAdmit{}, &MsgStop{}, &MsgVoteStop{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
