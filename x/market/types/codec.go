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
	legacy.RegisterAminoMsg(cdc, &MsgPlaceOffer{}, "credence/market/MsgPlaceOffer")
	legacy.RegisterAminoMsg(cdc, &MsgCancelOffer{}, "credence/market/MsgCancelOffer")
	legacy.RegisterAminoMsg(cdc, &MsgSubmitTask{}, "credence/market/MsgSubmitTask")
	legacy.RegisterAminoMsg(cdc, &MsgCancelRequest{}, "credence/market/MsgCancelRequest")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "credence/market/MsgUpdateParams")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgPlaceOffer{}, &MsgCancelOffer{}, &MsgSubmitTask{}, &MsgCancelRequest{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
