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
	legacy.RegisterAminoMsg(cdc, &MsgPublish{}, "credence/apps/MsgPublish")
	legacy.RegisterAminoMsg(cdc, &MsgPublishDataset{}, "credence/apps/MsgPublishDataset")
	legacy.RegisterAminoMsg(cdc, &MsgTransfer{}, "credence/apps/MsgTransfer")
	legacy.RegisterAminoMsg(cdc, &MsgAcceptTransfer{}, "credence/apps/MsgAcceptTransfer")
	legacy.RegisterAminoMsg(cdc, &MsgSetPrice{}, "credence/apps/MsgSetPrice")
	legacy.RegisterAminoMsg(cdc, &MsgDeprecate{}, "credence/apps/MsgDeprecate")
	legacy.RegisterAminoMsg(cdc, &MsgReinstate{}, "credence/apps/MsgReinstate")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil), &MsgPublish{}, &MsgPublishDataset{}, &MsgTransfer{},
		&MsgAcceptTransfer{}, &MsgSetPrice{}, &MsgDeprecate{}, &MsgReinstate{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
