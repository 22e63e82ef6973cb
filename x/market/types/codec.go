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
	legacy.RegisterAminoMsg(cdc, &MsgPlaceOrder{}, "credence/market/MsgPlaceOrder")
	legacy.RegisterAminoMsg(cdc, &MsgPresignOrder{}, "credence/market/MsgPresignOrder")
	legacy.RegisterAminoMsg(cdc, &MsgCancelOrder{}, "credence/market/MsgCancelOrder")
	legacy.RegisterAminoMsg(cdc, &MsgCancelOrders{}, "credence/market/MsgCancelOrders")
	legacy.RegisterAminoMsg(cdc, &MsgMatchOrders{}, "credence/market/MsgMatchOrders")
	legacy.RegisterAminoMsg(cdc, &MsgSubmitTask{}, "credence/market/MsgSubmitTask")
	legacy.RegisterAminoMsg(cdc, &MsgCancelRequest{}, "credence/market/MsgCancelRequest")
	legacy.RegisterAminoMsg(cdc, &MsgSetCategory{}, "credence/market/MsgSetCategory")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "credence/market/MsgUpdateParams")
}

// RegisterInterfaces registers the messages as transactions' messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgPlaceOrder{}, &MsgPresignOrder{}, &MsgCancelOrder{}, &MsgCancelOrders{}, &MsgMatchOrders{},
		&MsgSubmitTask{}, &MsgCancelRequest{},
		&MsgSetCategory{}, &MsgUpdateParams{})
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// UnpackInterfaces unpacks the public keys of the signed orders.
func (m MsgMatchOrders) UnpackInterfaces(unpacker codectypes.AnyUnpacker) error {
	orders := []*SignedOrder{m.App, &m.Pool, &m.Request}
	for i := range m.Datasets {
		orders = append(orders, &m.Datasets[i])
	}
	for _, o := range orders {
		if o == nil || o.Signature == nil || o.Signature.PublicKey == nil {
			continue // a signature without its key is refused when it is verified
		}
		if err := o.Signature.UnpackInterfaces(unpacker); err != nil {
			return err
		}
	}
	return nil
}
