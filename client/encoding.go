package client

import (
	"sync"

	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"

	sdkclient "github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	signingtypes "github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	"github.com/cosmos/gogoproto/proto"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Bech32Prefix of account addresses.
const Bech32Prefix = "cred"

// Denom is the base denomination: 1,000,000 ucred are 1 CRED.
const Denom = "ucred"

// encoding is how messages are written. It doesn't depend on the SDK's global configuration, so that a program may
// speak to chains with other prefixes too.
type encoding struct {
	registry codectypes.InterfaceRegistry
	codec    *codec.ProtoCodec
	tx       sdkclient.TxConfig
	address  address.Bech32Codec
}

// theEncoding is built once: descriptors are global anyway.
var theEncoding = sync.OnceValue(func() encoding {
	e, err := newEncoding()
	if err != nil {
		panic("client: the message descriptors compiled into this program are broken: " + err.Error())
	}
	return e
})

func newEncoding() (encoding, error) {
	accounts := address.Bech32Codec{Bech32Prefix: Bech32Prefix}
	signing := txsigning.Options{
		AddressCodec:          accounts,
		ValidatorAddressCodec: address.Bech32Codec{Bech32Prefix: Bech32Prefix + "valoper"},
	}
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles:     proto.HybridResolver,
		SigningOptions: signing,
	})
	if err != nil {
		return encoding{}, err
	}
	std.RegisterInterfaces(registry)
	authtypes.RegisterInterfaces(registry)
	banktypes.RegisterInterfaces(registry)
	govtypes.RegisterInterfaces(registry)
	msgservice.RegisterMsgServiceDesc(registry, &orgstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &appstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &workerstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &dealstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &markettypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &voucherstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &taskstypes.Msg_serviceDesc)

	protoCodec := codec.NewProtoCodec(registry)
	tx, err := authtx.NewTxConfigWithOptions(protoCodec, authtx.ConfigOptions{
		EnabledSignModes: []signingtypes.SignMode{signingtypes.SignMode_SIGN_MODE_DIRECT},
		SigningOptions:   &signing,
	})
	if err != nil {
		return encoding{}, err
	}
	return encoding{registry: registry, codec: protoCodec, tx: tx, address: accounts}, nil
}
