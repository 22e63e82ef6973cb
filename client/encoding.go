package client

import (
	"sync"

	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	"github.com/cosmos/gogoproto/proto"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// Bech32Prefix is the human-readable part of account addresses.
const Bech32Prefix = "cred"

// encoding holds the codecs for messages and addresses. It does not depend on the SDK's global configuration, so that a program
// can talk to chains with other address prefixes too.
type encoding struct {
	registry codectypes.InterfaceRegistry
	codec    *codec.ProtoCodec
	address  address.Bech32Codec
}

// sharedEncoding is built once, because the descriptors of messages are global anyway.
var sharedEncoding = sync.OnceValue(func() encoding {
	e, err := newEncoding()
	if err != nil {
		panic("client: the message descriptors compiled into this program are broken: " + err.Error())
	}
	return e
})

func newEncoding() (encoding, error) {
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles:     proto.HybridResolver,
		SigningOptions: *signingOptions(),
	})
	if err != nil {
		return encoding{}, err
	}
	std.RegisterInterfaces(registry)
	msgservice.RegisterMsgServiceDesc(registry, &orgstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &appstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &workerstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &dealstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &markettypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &voucherstypes.Msg_serviceDesc)
	msgservice.RegisterMsgServiceDesc(registry, &taskstypes.Msg_serviceDesc)

	return encoding{registry: registry, codec: codec.NewProtoCodec(registry), address: newAddressCodec()}, nil
}

func newAddressCodec() address.Bech32Codec { return address.Bech32Codec{Bech32Prefix: Bech32Prefix} }

// signingOptions are the codecs by which the SDK finds the signers of a message.
func signingOptions() *txsigning.Options {
	return &txsigning.Options{
		AddressCodec:          newAddressCodec(),
		ValidatorAddressCodec: address.Bech32Codec{Bech32Prefix: Bech32Prefix + "valoper"},
	}
}

// Addresses returns the codec for account addresses.
func Addresses() address.Bech32Codec { return newAddressCodec() }

// Codec returns the codec for the chain's messages and for the keys of a keyring.
func Codec() codec.Codec { return sharedEncoding().codec }
