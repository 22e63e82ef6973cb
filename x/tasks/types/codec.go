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
	legacy.RegisterAminoMsg(cdc, &MsgCommit{}, "credence/tasks/MsgCommit")
	legacy.RegisterAminoMsg(cdc, &MsgReveal{}, "credence/tasks/MsgReveal")
	legacy.RegisterAminoMsg(cdc, &MsgDecline{}, "credence/tasks/MsgDecline")
	legacy.RegisterAminoMsg(cdc, &MsgChallenge{}, "credence/tasks/MsgChallenge")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "credence/tasks/MsgUpdateParams")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil), &MsgCommit{}, &MsgReveal{}, &MsgDecline{}, &MsgChallenge{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
