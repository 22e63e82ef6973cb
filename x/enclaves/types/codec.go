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
	legacy.RegisterAminoMsg(cdc, &MsgRegisterSession{}, "credence/enclaves/MsgRegisterSession")
	legacy.RegisterAminoMsg(cdc, &MsgRefreshTdx{}, "credence/enclaves/MsgRefreshTdx")
	legacy.RegisterAminoMsg(cdc, &MsgRefreshSnp{}, "credence/enclaves/MsgRefreshSnp")
	legacy.RegisterAminoMsg(cdc, &MsgListImage{}, "credence/enclaves/MsgListImage")
	legacy.RegisterAminoMsg(cdc, &MsgFreeze{}, "credence/enclaves/MsgFreeze")
	legacy.RegisterAminoMsg(cdc, &MsgVoteFreeze{}, "credence/enclaves/MsgVoteFreeze")
	legacy.RegisterAminoMsg(cdc, &MsgReleaseMachine{}, "credence/enclaves/MsgReleaseMachine")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "credence/enclaves/MsgUpdateParams")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil), &MsgRegisterSession{}, &MsgRefreshTdx{}, &MsgRefreshSnp{}, &MsgListImage{},
		&MsgFreeze{}, &MsgVoteFreeze{}, &MsgReleaseMachine{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
