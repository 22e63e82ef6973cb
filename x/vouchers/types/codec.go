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
	legacy.RegisterAminoMsg(cdc, &MsgIssueVoucher{}, "credence/vouchers/MsgIssueVoucher")
	legacy.RegisterAminoMsg(cdc, &MsgTopUpVoucher{}, "credence/vouchers/MsgTopUpVoucher")
	legacy.RegisterAminoMsg(cdc, &MsgSetSpenders{}, "credence/vouchers/MsgSetSpenders")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "credence/vouchers/MsgUpdateParams")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil), &MsgIssueVoucher{}, &MsgTopUpVoucher{}, &MsgSetSpenders{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
