// Package encoding is how the chain reads and writes transactions and state: the codecs and every type they know.
// Clients use it without the application.
package encoding

import (
	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	"github.com/cosmos/cosmos-sdk/x/tx/signing"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	appstypes "github.com/credence-chain/credence/x/apps/types"
	beacontypes "github.com/credence-chain/credence/x/beacon/types"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	enclavestypes "github.com/credence-chain/credence/x/enclaves/types"
	feedstypes "github.com/credence-chain/credence/x/feeds/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	poatypes "github.com/credence-chain/credence/x/poa/types"
	supplytypes "github.com/credence-chain/credence/x/supply/types"
	taskstypes "github.com/credence-chain/credence/x/tasks/types"
	verifierstypes "github.com/credence-chain/credence/x/verifiers/types"
	voucherstypes "github.com/credence-chain/credence/x/vouchers/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

const (
	// AddressPrefix begins every account's address in text.
	AddressPrefix = "cred"
	// ValidatorPrefix is a prefix that the SDK's codecs demand for validators' addresses. No module of this project uses such
	// addresses.
	ValidatorPrefix = AddressPrefix + "valoper"
	// ConsensusPrefix begins addresses of consensus keys in text.
	ConsensusPrefix = AddressPrefix + "valcons"

	// BaseDenom is the unit of account: 10^6 of it are 1 CRED.
	BaseDenom = "ucred"
	// DisplayDenom is the unit that people use.
	DisplayDenom = "CRED"
	// DisplayExponent is the number of decimals of DisplayDenom.
	DisplayExponent = 6

	// LeastGasPrice is the default of the lowest price of a unit of gas that a node accepts. Senders use it unless they are told
	// another price. A full block's gas then costs 0.2 CRED, and a request 0.0025 CRED, most of it for a place in the matching
	// queue.
	LeastGasPrice = "0.001" + BaseDenom
)

// The SDK keeps prefixes and the default denomination in globals. They are set once, when a program starts.
func init() {
	nameScope()
	cfg := sdk.GetConfig()
	cfg.SetBech32PrefixForAccount(AddressPrefix, AddressPrefix+"pub")
	cfg.SetBech32PrefixForValidator(ValidatorPrefix, ValidatorPrefix+"pub")
	cfg.SetBech32PrefixForConsensusNode(ConsensusPrefix, ConsensusPrefix+"pub")
	sdk.DefaultBondDenom = BaseDenom
}

// Config holds the codecs.
type Config struct {
	InterfaceRegistry codectypes.InterfaceRegistry
	Codec             codec.Codec
	TxConfig          client.TxConfig
	Amino             *codec.LegacyAmino
}

// New returns codecs that know every message and account of the chain.
func New() Config {
	registry, err := codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: proto.HybridResolver,
		SigningOptions: signing.Options{
			AddressCodec:          Addresses(),
			ValidatorAddressCodec: addresscodec.NewBech32Codec(ValidatorPrefix),
		},
	})
	if err != nil {
		panic(err)
	}
	if err := registry.SigningContext().Validate(); err != nil {
		panic(err)
	}
	amino := codec.NewLegacyAmino()
	std.RegisterInterfaces(registry)
	std.RegisterLegacyAminoCodec(amino)
	for _, register := range interfaces {
		register(registry)
	}
	for _, register := range aminos {
		register(amino)
	}
	cdc := codec.NewProtoCodec(registry)
	txConfig, err := newTxConfig(cdc, registry)
	if err != nil {
		panic(err)
	}
	return Config{
		InterfaceRegistry: registry,
		Codec:             cdc,
		TxConfig:          txConfig,
		Amino:             amino,
	}
}

var interfaces = []func(codectypes.InterfaceRegistry){
	authtypes.RegisterInterfaces,
	authz.RegisterInterfaces,
	banktypes.RegisterInterfaces,
	consensustypes.RegisterInterfaces,
	feegrant.RegisterInterfaces,
	govv1.RegisterInterfaces,
	govv1beta1.RegisterInterfaces,
	upgradetypes.RegisterInterfaces,
	beacontypes.RegisterInterfaces,
	orgstypes.RegisterInterfaces,
	poatypes.RegisterInterfaces,
	appstypes.RegisterInterfaces,
	workerstypes.RegisterInterfaces,
	voucherstypes.RegisterInterfaces,
	supplytypes.RegisterInterfaces,
	verifierstypes.RegisterInterfaces,
	enclavestypes.RegisterInterfaces,
	dealstypes.RegisterInterfaces,
	markettypes.RegisterInterfaces,
	taskstypes.RegisterInterfaces,
	feedstypes.RegisterInterfaces,
}

var aminos = []func(*codec.LegacyAmino){
	authtypes.RegisterLegacyAminoCodec,
	authz.RegisterLegacyAminoCodec,
	banktypes.RegisterLegacyAminoCodec,
	feegrant.RegisterLegacyAminoCodec,
	govv1.RegisterLegacyAminoCodec,
	govv1beta1.RegisterLegacyAminoCodec,
	upgradetypes.RegisterLegacyAminoCodec,
	beacontypes.RegisterLegacyAminoCodec,
	orgstypes.RegisterLegacyAminoCodec,
	poatypes.RegisterLegacyAminoCodec,
	appstypes.RegisterLegacyAminoCodec,
	workerstypes.RegisterLegacyAminoCodec,
	voucherstypes.RegisterLegacyAminoCodec,
	supplytypes.RegisterLegacyAminoCodec,
	verifierstypes.RegisterLegacyAminoCodec,
	enclavestypes.RegisterLegacyAminoCodec,
	dealstypes.RegisterLegacyAminoCodec,
	markettypes.RegisterLegacyAminoCodec,
	taskstypes.RegisterLegacyAminoCodec,
	feedstypes.RegisterLegacyAminoCodec,
}
