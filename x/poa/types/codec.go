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
	legacy.RegisterAminoMsg(cdc, &MsgAddSeat{}, "credence/poa/MsgAddSeat")
	legacy.RegisterAminoMsg(cdc, &MsgRemoveSeat{}, "credence/poa/MsgRemoveSeat")
	legacy.RegisterAminoMsg(cdc, &MsgReplaceSeat{}, "credence/poa/MsgReplaceSeat")
	legacy.RegisterAminoMsg(cdc, &MsgClearTombstone{}, "credence/poa/MsgClearTombstone")
	legacy.RegisterAminoMsg(cdc, &MsgOfferSeat{}, "credence/poa/MsgOfferSeat")
	legacy.RegisterAminoMsg(cdc, &MsgAcceptSeat{}, "credence/poa/MsgAcceptSeat")
	legacy.RegisterAminoMsg(cdc, &MsgLeaveSeat{}, "credence/poa/MsgLeaveSeat")
	legacy.RegisterAminoMsg(cdc, &MsgRotateConsensusKey{}, "credence/poa/MsgRotateConsensusKey")
	legacy.RegisterAminoMsg(cdc, &MsgRotateBeaconKey{}, "credence/poa/MsgRotateBeaconKey")
	legacy.RegisterAminoMsg(cdc, &MsgRotateCourtKey{}, "credence/poa/MsgRotateCourtKey")
	legacy.RegisterAminoMsg(cdc, &MsgUnjail{}, "credence/poa/MsgUnjail")
	legacy.RegisterAminoMsg(cdc, &MsgPause{}, "credence/poa/MsgPause")
	legacy.RegisterAminoMsg(cdc, &MsgResume{}, "credence/poa/MsgResume")
	legacy.RegisterAminoMsg(cdc, &MsgVotePause{}, "credence/poa/MsgVotePause")
	legacy.RegisterAminoMsg(cdc, &MsgVoteResume{}, "credence/poa/MsgVoteResume")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "credence/poa/MsgUpdateParams")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil), &MsgUnjail{}, &MsgUpdateParams{},
		&MsgAddSeat{}, &MsgRemoveSeat{}, &MsgReplaceSeat{}, &MsgClearTombstone{}, &MsgOfferSeat{},
		&MsgAcceptSeat{}, &MsgLeaveSeat{}, &MsgRotateConsensusKey{}, &MsgRotateBeaconKey{}, &MsgRotateCourtKey{},
		&MsgPause{}, &MsgResume{}, &MsgVotePause{}, &MsgVoteResume{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}
